import cython

from arcade.security.budgets cimport Bucket, Budgets
from matches.host.gateway cimport Viewer
from matches.host.outbox cimport Outbox
from matches.host.place cimport Place

cdef int ARRAY_OF_3, MOVE


cdef class MatchConsumer:
    cdef public object _admission, _end, _node, _session, _timer, codec, loop, match
    cdef public Budgets _budgets
    cdef public Bucket _moves
    cdef public bint closed
    cdef public double heard
    cdef public Outbox outbox
    cdef public Viewer viewer

    @cython.locals(
        viewer=Viewer, place=Place, bucket=Bucket, now=double, tokens=double, raw=bytes, head=cython.int
    )
    cpdef play(self, object data)
