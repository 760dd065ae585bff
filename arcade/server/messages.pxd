from picows.picows cimport WSFrame, WSTransport

from arcade.server.connection cimport Connection


cdef class Messages(Connection):
    cpdef on_ws_frame(self, WSTransport transport, WSFrame frame)
