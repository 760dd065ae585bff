import cython

from matches.host.hosted cimport Hosted


cdef class Place:
    cdef public object _counted, _ready, _seat, _session, next
    cdef public Hosted _hosted

    @cython.locals(hosted=Hosted, inbox=list)
    cpdef bint take(self, number, bytes move, double now)
