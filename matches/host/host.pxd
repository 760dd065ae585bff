import cython

from matches.host.hosted cimport Hosted


cdef class Host:
    cdef dict __dict__
    cdef public object _ready, _tasks, _thinking, _ticker, callbacks, finisher, here, loop, may_write, memory
    cdef public object node, ownership, reception, redis_ms, refilling, send, standstill, watchdog, writer
    cdef public bint _pass_planned, draining
    cdef public dict matches

    cpdef at(self, Hosted hosted)
    cpdef put(self, Hosted hosted, said)
    cpdef mark_ready(self, Hosted hosted)
    cpdef _tick(self, Hosted hosted)
    cpdef _step(self, Hosted hosted, time)
    @cython.locals(began=double, took=double)
    cpdef _run(self, Hosted hosted, time, list inputs, committed)
    cpdef _append(self, Hosted hosted, bytes data)
    cpdef _settled(self, Hosted hosted, outcome)
    cpdef _show(self, Hosted hosted, step)
    cpdef go_on(self, Hosted hosted)
    cpdef plan_wake(self, Hosted hosted)
