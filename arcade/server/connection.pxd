from picows.picows cimport WSListener, WSTransport


cdef class Connection(WSListener):
    cdef public object _drained, _ended, _interval, _loop, _max, _on_end, _on_writable, _parts, _pong, _sink
    cdef public object _timeout, _timer, _transport, _write, _ws, gone, write
    cdef public bint _heard, _pinged, _reading, _text, blocked
    cdef public int _state

    cpdef on_ws_connected(self, WSTransport transport)
    cpdef on_ws_disconnected(self, WSTransport transport)
    cpdef pause_writing(self)
    cpdef resume_writing(self)
