cdef class Bucket:
    cdef public double burst, last, rate, tokens


cdef class Budgets:
    cdef public dict _buckets
    cdef public double _since
    cdef public int breaches
