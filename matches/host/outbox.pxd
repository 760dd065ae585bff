cdef class Outbox:
    cdef public object _ask_drained, _empty, _loop, _queue, _wake, _write, line
    cdef public bint _asked, _stale
    cdef public double _asked_at
    cdef public long long _bytes, _seen, clear, seq, written
