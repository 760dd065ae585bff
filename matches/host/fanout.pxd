cdef class Watcher:
    cdef public object age, conn, node, place, seat, session, view
    cdef public bint ahead
    cdef public double renewed, repeated


cdef class Fanout:
    cdef public object _fan, _here, _ring, _send, match_id
    cdef public list _begun
    cdef public dict _shown, _views, seats, watchers
    cdef public long long epoch
