"""What is said on one match socket, however its bytes travel (`matches/serving.py`).

The consumer judges size, budget and shape, and makes one call; the rest is the gateway's and the host's.
"""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
from redis.exceptions import RedisError

from arcade.infra.log import get_logger
from arcade.infra.metrics import metrics
from arcade.security.budgets import Budgets
from arcade.security.sockets import LEASE
from matches.admission import Admission
from matches.host import node
from matches.host.gateway import Viewer
from matches.host.link import Numbered
from matches.host.outbox import Line, Outbox, TooSlow
from protocol import messages as wire
from protocol.codec import Codec, good_moves, is_good, peek_int
from protocol.errors import ProtocolError
from protocol.session import ServerSession

log = get_logger(__name__)

HELLO_SECONDS = 10.0
SILENT_SECONDS = 60.0
"""A client that says nothing for so long is gone."""
GONE = 0
"""In place of a close code: the client has ended it."""
GARBAGE = ("malformed", "unknown-kind", "wrong-encoding", "too-deep", "move-too-large", "hello-first")

ARRAY_OF_3, MOVE = 0x93, wire.Move.__struct_config__.tag
"""How a move begins; its number follows."""

encode = msgspec.msgpack.Encoder().encode


class MatchConsumer:
    """One accepted socket. `end(code)` is called once: it is to be closed with this code, or has gone."""

    __slots__ = (
        "_admission", "_budgets", "_end", "_moves", "_node", "_session", "_timer", "closed", "codec", "heard",
        "loop", "match", "outbox", "viewer",
    )  # fmt: skip

    def __init__(
        self,
        match: str,
        codec: Codec,
        admission: Admission,
        write: Callable[[bytes], Awaitable[None]],
        line: Line | None,
        end: Callable[[int], None],
    ) -> None:
        self.match = match
        self.codec = codec
        self.viewer: Viewer | None = None
        self.outbox = Outbox(write, self._drained, line)
        self.loop = asyncio.get_running_loop()
        self.heard = self.loop.time()
        self.closed = False
        self._node = node.current()
        self._session = ServerSession(codec, "match", self._take)
        self._budgets = Budgets()
        self._moves = self._budgets.bucket(wire.Move)
        self._admission = admission
        self._end = end
        self._timer = self.loop.call_later(HELLO_SECONDS, self._hello_is_late)
        metrics.sockets.labels("match").inc()

    # --- in -----------------------------------------------------------------------------------------

    def _take(self, kind: type[wire.Request]) -> None:
        self._budgets.take(kind, self.heard)

    def receive(self, data: bytes | str) -> wire.Hello | None:
        """Judge a message and pass it on; a hello is returned, as `greet` may have to wait."""
        self.heard = self.loop.time()
        if self.closed:
            return None
        try:
            message = self._session.receive(data)
            match message:
                case wire.Move():
                    self._submit(message)
                case wire.Seen():
                    self.outbox.seen(message.seq)
                case wire.Ping():
                    self._put(wire.Pong(message.ref, self._node.host.match_time(self.match)))
                case wire.Hello():
                    return message
                case wire.Resync():
                    if self.viewer is not None:
                        self._node.gateway.again(self.viewer, message.epoch, message.seq)
                case wire.Resign() | wire.Draw() | wire.Abort() | wire.Rematch():
                    self._submit(message)
        except Exception as error:
            self._failed(error)
        return None

    def play(self, data: bytes | str) -> None:
        """`receive` of a greeted client that speaks msgpack, with a short way for moves.

        A move that is next goes into its match at once, where that is on this node. Whatever is special about
        it, its budget or its seat is left to `receive`, which judges it from the start.
        """
        viewer = self.viewer
        place = viewer.place if viewer is not None else None
        if place is None or self.closed or type(data) is not bytes:
            self.receive(data)
            return
        raw = data
        if len(raw) < 5 or raw[0] != ARRAY_OF_3 or raw[1] != MOVE:
            self.receive(data)
            return
        number: int | None
        head = raw[2]
        if head < 0x80:
            number, move = head, raw[3:]
        elif head == 0xCD:
            number, move = raw[3] << 8 | raw[4], raw[5:]
        elif head == 0xCC:
            number, move = raw[3], raw[4:]
        else:
            number, at = peek_int(raw, 2)
            move = raw[at:]
        now = self.loop.time()
        bucket = self._moves
        tokens = bucket.tokens + (now - bucket.last) * bucket.rate
        if tokens > bucket.burst:
            tokens = bucket.burst
        if tokens >= 1 and (move in good_moves or is_good(move)) and place.take(number, move, now):
            bucket.tokens, bucket.last, self.heard = tokens - 1, now, now
        else:
            self.receive(data)

    def _submit(self, message: Numbered) -> None:
        if self.viewer is None:
            raise ProtocolError("hello-first")
        if self.viewer.seat is None:
            raise ProtocolError("no-seat")
        self._node.gateway.submit(self.viewer, message)

    async def greet(self, hello: wire.Hello) -> None:
        """Let the client in, or tell it why not."""
        try:
            if not 0 < hello.session <= wire.MAX_SAFE:
                self._session.greeted = False
                raise ProtocolError("malformed", "session must be between 1 and 2^53 - 1.")
            ticket = await self._admission.greet(hello.token)
            self.viewer = Viewer(self.match, ticket.player, ticket.seat, self.outbox, self.close)
            self._timer.cancel()
            self._keep_alive()
            await self._node.gateway.attach(self.viewer, hello.ref, hello.session, hello.epoch, hello.seq)
        except Exception as error:
            self._failed(error)

    def _failed(self, error: Exception) -> None:
        """Tell the client; while Redis is away it comes back later."""
        if isinstance(error, ProtocolError):
            self._refused(error)
        elif isinstance(error, RedisError | OSError):
            log.warning("match_socket.redis_away", match=self.match, error=repr(error))
            self.close(4000)
        else:
            log.error("match_socket.message_failed", match=self.match, exc_info=error)
            self._refused(ProtocolError("internal"))

    def _refused(self, error: ProtocolError) -> None:
        """Answer; garbage has no budget of its own, so it is charged here and cannot come for nothing."""
        if error.code in GARBAGE:
            try:
                self._budgets.take(wire.Request, self.loop.time())
            except ProtocolError as breach:
                error = breach
        metrics.errors.labels(error.code).inc()
        if error.code != "too-many" or self._budgets.breaches <= 1 or error.close is not None:
            log.info("match_socket.refused", match=self.match, code=error.code)
        self._put(self._session.error(error))
        if error.close is not None:
            self.close(error.close)

    # --- out ----------------------------------------------------------------------------------------

    def _put(self, message: wire.Message) -> None:
        try:
            self.outbox.put(encode(message))
        except TooSlow:
            self.close(4001)

    def _drained(self) -> None:
        if self.viewer is not None:
            self._node.gateway.again(self.viewer)

    # --- the end ------------------------------------------------------------------------------------

    def close(self, code: int) -> None:
        """End the connection with this code; the first call counts."""
        if not self.closed:
            self.closed = True
            self._timer.cancel()
            self._end(code)

    def leave(self) -> None:
        """The connection is over; `release` has to follow."""
        self.close(GONE)
        metrics.sockets.labels("match").dec()
        if self.viewer is not None:
            self._node.gateway.detach(self.viewer)

    async def release(self) -> None:
        """Give back its place among its player's sockets."""
        await self._admission.release()

    def _hello_is_late(self) -> None:
        self.close(4006)

    def _keep_alive(self) -> None:
        """Renew the player's place among his sockets, and end the socket of a silent client."""
        if self.loop.time() - self.heard > SILENT_SECONDS:
            self.close(4000)
        elif not self.closed:
            self._admission.renew()
            self._timer = self.loop.call_later(LEASE / 3, self._keep_alive)
