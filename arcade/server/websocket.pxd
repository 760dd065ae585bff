from arcade.server.messages cimport Messages


cdef class WebSocket(Messages):
    cdef public object _arrived, _held
    cdef public bint _by_us, taken
