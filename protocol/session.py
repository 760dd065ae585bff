"""The server's side of one socket, without I/O: what may come in, in which order, and how it is answered."""

from collections.abc import Callable

from protocol.codec import KINDS, Codec, Socket, check_frame, peek_kind, peek_ref
from protocol.errors import ProtocolError
from protocol.messages import Error, Hello, LobbyHello, LobbyRequest, MatchRequest, Ping, Request, Seen

Take = Callable[[type[Request]], None]
"""Takes a token from the budget of a kind, or raises `ProtocolError("too-many", retry_after=…)`."""


class ServerSession:
    """One connection. `greeted`: it has said hello; `seen`: the last `seq` that the client has applied."""

    def __init__(self, codec: Codec, socket: Socket, take: Take) -> None:
        self.codec = codec
        self.socket = socket
        self.greeted = False
        self.seen = 0
        self._kinds = KINDS[socket]
        self._decode = codec.decode_match if socket == "match" else codec.decode_lobby
        self._take = take
        self._ref: int | None = None
        self._number: int | None = None

    def receive(self, data: bytes | str) -> MatchRequest | LobbyRequest:
        """One frame as a message. Size, kind and budget are judged before anything is decoded.

        Of a request the ref or the number is known even then, so that `error` answers it whatever is wrong
        with the rest.

        Raises `ProtocolError`; its `close`, where set, is the code with which to end the connection, after
        `error` was sent. Everything without it leaves the connection as it was.
        """
        self._ref = self._number = None
        check_frame(data, self.codec.binary)
        kind = self._kinds.get(peek_kind(data, self.codec.binary) or 0)
        if kind is not None:
            if "ref" in kind.__struct_fields__:
                self._ref = peek_ref(data, self.codec.binary)
            elif "number" in kind.__struct_fields__:
                self._number = peek_ref(data, self.codec.binary)
            self._take(kind)
        message = self._decode(data)
        if isinstance(message, Hello | LobbyHello):
            if self.greeted:
                raise ProtocolError("hello-twice")
            self.greeted = True
        elif not self.greeted and not isinstance(message, Ping):
            raise ProtocolError("hello-first")
        if type(message) is Seen and message.seq > self.seen:
            self.seen = message.seq
        return message

    def error(self, error: ProtocolError) -> Error:
        """The message that answers the request received last with this error."""
        return Error(self._ref, error.code, error.text, error.retry_after, self._number)
