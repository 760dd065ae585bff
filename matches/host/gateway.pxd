import cython

from matches.host.outbox cimport Outbox
from matches.host.place cimport Place


cdef class Viewer:
    cdef public object close, conn, held, match, node, player, ref, seat, session, view
    cdef public bint welcomed
    cdef public double asked, ownerless
    cdef public long long epoch, latest
    cdef public Outbox outbox
    cdef public Place place


cdef class Gateway:
    cdef dict __dict__
    cdef public object _doubted, _hosts_here, _loop, _looks, _submit_here, _to_host, node, took
    cdef public dict _audience, viewers

    @cython.locals(
        viewer=Viewer, outbox=Outbox, views=dict, there=dict, reach=double, after=cython.longlong
    )
    cpdef fan(self, match, view, long long seq, bytes data, refused, prev, long long epoch)
