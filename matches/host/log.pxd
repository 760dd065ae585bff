import cython

from matches.host.append cimport Append


cdef class LogWriter:
    cdef dict __dict__
    cdef public object _first, _known, _loop, _may_write, _pipe, _reconnected, _tasks, _wait, _wake
    cdef public list _fresh, _queue
    cdef public bint _planned, standing_still
    cdef public int _under_way
    cdef public long long generation

    cpdef append(self, Append entry)
    @cython.locals(entry=Append)
    cpdef _judged(self, list batch, list replies)
    cpdef _settle(self, Append entry, outcome)
