cdef class Append:
    cdef public object data, key, prev, record_id, settle
    cdef public long long generation
    cdef public bint unsure
