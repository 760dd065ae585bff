"""The server's side of one socket, without I/O: what may come in, in which order, and how it is answered."""

from collections.abc import Callable

from protocol.codec import SHAPES, Codec, Socket, check_frame, no_such, peek
from protocol.errors import ProtocolError
from protocol.messages import Error, LobbyRequest, MatchRequest, Ping, Request, Seen

Take = Callable[[type[Request]], None]
"""Takes a token from the budget of a kind, or raises `ProtocolError("too-many", retry_after=…)`."""


class ServerSession:
    """One connection. `greeted`: it has said hello; `seen`: the last `seq` that the client has applied."""

    def __init__(self, codec: Codec, socket: Socket, take: Take) -> None:
        self.codec = codec
        self.socket = socket
        self.greeted = False
        self.seen = 0
        self._binary = codec.binary
        self._kinds = SHAPES[socket]
        self._read = codec.read_match if socket == "match" else codec.read_lobby
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
        check_frame(data, self._binary)
        kind, second = peek(data, self._binary)
        shape = self._kinds.get(kind)
        if shape is None:
            raise no_such(kind)
        if shape.second == "number":
            self._number = second or None  # they begin at 1
        elif shape.second == "ref":
            self._ref = second
        self._take(shape.kind)
        message = self._read(data)
        if shape.hello:
            if self.greeted:
                raise ProtocolError("hello-twice")
            self.greeted = True
        elif not self.greeted and shape.kind is not Ping:
            raise ProtocolError("hello-first")
        if type(message) is Seen and message.seq > self.seen:
            self.seen = message.seq
        return message

    def error(self, error: ProtocolError) -> Error:
        """The message that answers the request received last with this error."""
        return Error(self._ref, error.code, error.text, error.retry_after, self._number)
