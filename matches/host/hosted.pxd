from matches.host.fanout cimport Fanout


cdef class Hosted:
    cdef public object appending, committed, confirmed, guard, id, idle, kept, linger, live, log_key, match
    cdef public object moving, next_match, next_tick, prev, recorded, setup, snapshot, stage, step, strikes
    cdef public object thinking, tick_slot, wake
    cdef public dict asks
    cdef public list arrivals, inbox, under_way
    cdef public bint computers, leaving, rewinding
    cdef public int deaths, since_snapshot
    cdef public long long above, epoch, generation, position
    cdef public double origin, outbid, stepping, stood, wake_at
    cdef public Fanout fanout
