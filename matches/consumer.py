"""The match socket: Channels routes and authenticates it, the loop that reads it is our own.

On our own server (`arcade.infra.direct`) each message is a plain call, in and out, and only a hello has a
task, as it may wait for Redis. Under any other server one coroutine reads and one task writes. Either way the
consumer judges size, budget and shape, and makes one call; everything else is the gateway's and the host's.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

import msgspec
from redis.exceptions import RedisError

from arcade.infra.direct import Direct, direct
from arcade.infra.goodbye import CLIENT_GONE, FLUSH_SECONDS, goodbye
from arcade.infra.log import get_logger
from arcade.infra.metrics import metrics
from arcade.security import handshake, origin, resume, tickets
from arcade.security.addresses import scope_ip
from arcade.security.budgets import Budgets
from arcade.security.refuse import refuse
from arcade.security.sockets import LEASE, SocketLease
from matches import entrance
from matches.host import node
from matches.host.gateway import Viewer
from matches.host.link import Numbered
from matches.host.outbox import Line, Outbox, TooSlow
from protocol import messages as wire
from protocol.codec import CODECS, Codec
from protocol.errors import ProtocolError
from protocol.session import ServerSession

log = get_logger(__name__)

HELLO_SECONDS = 10.0
SILENT_SECONDS = 60.0
"""A client that says nothing for so long is gone."""

QUIET_SECONDS = 0.05
AFTER_HELLO = 256
"""Messages that may wait while a hello is answered; past it the client floods."""
KERNEL_KEEPS = 64 * 1024
KERNEL_UNSENT = 16 * 1024
"""Bytes that the kernel takes for a slow client: in all, and not yet on their way."""
GONE = 0
"""In place of a close code: the client has ended it."""
GARBAGE = ("malformed", "unknown-kind", "wrong-encoding", "too-deep", "move-too-large", "hello-first")
UNGREETED_MOST = 2000
UNGREETED_PER_ADDRESS = 400
"""Sockets without a ticket that have not yet shown a resume token, per process; a whole building may come
back at once.
"""

ungreeted: dict[str, int] = {}
"""Of these sockets, how many by address."""

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
encode = msgspec.msgpack.Encoder().encode


class MatchConsumer:
    """One match socket."""

    def __init__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        self.scope = scope
        self.receive = receive
        self.send = send
        self.match: str = scope["url_route"]["kwargs"]["match"]
        self.codec: Codec
        self.ticket: tickets.Ticket | None = None
        self.lease: SocketLease | None = None
        self.viewer: Viewer | None = None
        self.loop = asyncio.get_running_loop()
        self._end: asyncio.Future[int] = self.loop.create_future()
        self._heard = self.loop.time()
        self._budgets = Budgets()
        self._ungreeted = False
        self._timer: asyncio.TimerHandle | None = None
        self._renewal: asyncio.Task[None] | None = None
        self._line: Direct | None = direct(scope)
        self._greeting: asyncio.Task[None] | None = None
        self._waiting: deque[bytes | str] = deque()
        """What came while a hello is answered."""

    @classmethod
    async def app(cls, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """The ASGI application of the route."""
        await cls(scope, receive, send).run()

    async def run(self) -> None:
        if (await self.receive())["type"] != "websocket.connect":
            return
        subprotocol = next((s for s in self.scope.get("subprotocols", []) if s in CODECS), None)
        try:
            await self._admit(subprotocol)
        except ProtocolError as error:
            await self._release()
            await refuse(self.scope, self.send, error, subprotocol)
            return
        self.codec = CODECS[subprotocol or ""]
        self.session = ServerSession(
            self.codec, "match", lambda kind: self._budgets.take(kind, self.loop.time())
        )
        self.outbox = Outbox(self._write, self._drained, _line(self._line, self.codec))
        await self.send({"type": "websocket.accept", "subprotocol": subprotocol})
        metrics.handshakes.labels("accepted").inc()
        metrics.sockets.labels("match").inc()
        try:
            await (self._serve() if self._line is None else self._serve_directly(self._line))
        finally:
            metrics.sockets.labels("match").dec()
            if self.viewer is not None:
                node.current().gateway.detach(self.viewer)
            await self._release()

    async def _admit(self, subprotocol: str | None) -> None:
        """Everything that is judged before the socket is accepted."""
        if not origin.allowed(self.scope):
            raise ProtocolError("origin", close=4010)
        if subprotocol is None:
            raise ProtocolError("subprotocol", close=4011)
        entrance.check_id(self.match)
        if node.current().draining:
            raise ProtocolError("draining", close=4002)
        secret = parse_qs(self.scope.get("query_string", b"").decode("latin-1")).get("ticket", [""])[0]
        if not secret:
            here = ungreeted.get(scope_ip(self.scope), 0)
            if here >= UNGREETED_PER_ADDRESS or sum(ungreeted.values()) >= UNGREETED_MOST:
                raise ProtocolError("busy", close=4009, retry_after=1)
            self._count_ungreeted(1)
            return
        await handshake.check_address(self.scope)
        self.ticket = await entrance.redeem(secret, self.match)
        self.lease = await handshake.check_player(self.scope, self.ticket.player)

    def _count_ungreeted(self, change: int) -> None:
        """This socket has no ticket and has not shown its token yet, or no longer."""
        if (change > 0) is self._ungreeted:
            return
        self._ungreeted = change > 0
        address = scope_ip(self.scope)
        ungreeted[address] = ungreeted.get(address, 0) + change
        if not ungreeted[address]:
            del ungreeted[address]

    async def _release(self) -> None:
        self._count_ungreeted(-1)
        if self._renewal is not None:
            await asyncio.gather(self._renewal, return_exceptions=True)
        if self.lease is not None:
            await self.lease.release()

    # --- the connection -----------------------------------------------------------------------------

    async def _serve(self) -> None:
        """Read until one side ends it; then say goodbye with the code."""
        writer = self.loop.create_task(self.outbox.run())
        reader = self.loop.create_task(self._read())
        writer.add_done_callback(self._writer_ended)
        timer = self.loop.call_later(HELLO_SECONDS, self._hello_is_late)
        try:
            waiting: set[asyncio.Future[Any]] = {reader, self._end}
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            timer.cancel()
            if self._timer is not None:
                self._timer.cancel()
        try:
            if self._end.done():
                code = self._end.result()
                await goodbye(code, self.send, self.outbox.flush, writer, self._until_quiet)
                await asyncio.wait({reader}, timeout=FLUSH_SECONDS)
        finally:
            reader.cancel()
            writer.cancel()
        done = await asyncio.gather(reader, writer, return_exceptions=True)
        for outcome in done:
            if isinstance(outcome, Exception) and not isinstance(outcome, CLIENT_GONE):
                log.error("match_socket.failed", match=self.match, exc_info=outcome)

    async def _read(self) -> None:
        while True:
            event = await self.receive()
            if event["type"] == "websocket.disconnect":
                return
            self._heard = self.loop.time()
            if event["type"] != "websocket.receive" or self._end.done():
                continue
            data = event.get("bytes")
            if data is None:
                data = event.get("text") or ""
            hello = self._message(data)
            if hello is not None:
                await self._greet(hello)

    async def _serve_directly(self, line: Direct) -> None:
        """Wait for the end; everything else is callbacks."""
        timer = self.loop.call_later(HELLO_SECONDS, self._hello_is_late)
        line.limit(KERNEL_KEEPS, KERNEL_UNSENT)
        try:
            line.take(self._sink, self._ended, self.outbox.drain)
            code = await self._end
            if code != GONE:
                await goodbye(code, self.send, self.outbox.flush, None)
        finally:
            self.close(GONE)
            timer.cancel()
            if self._timer is not None:
                self._timer.cancel()
            if self._greeting is not None:
                self._greeting.cancel()
                await asyncio.gather(self._greeting, return_exceptions=True)

    def _sink(self, data: bytes | str) -> None:
        """One message of the direct line."""
        self._heard = self.loop.time()
        if self._greeting is not None:
            if len(self._waiting) < AFTER_HELLO:
                self._waiting.append(data)
            else:
                self.close(4004)
        elif not self._end.done():
            hello = self._message(data)
            if hello is not None:
                self._greeting = self.loop.create_task(self._greet(hello))
                self._greeting.add_done_callback(self._greeted)
                if self._line is not None:
                    self._line.pause()

    def _greeted(self, task: asyncio.Task[None]) -> None:
        self._greeting = None
        while self._waiting and self._greeting is None:
            self._sink(self._waiting.popleft())
        if self._line is not None and self._greeting is None:
            self._line.resume()

    def _ended(self, code: int, reason: str) -> None:
        self.close(GONE)

    def _message(self, data: bytes | str) -> wire.Hello | None:
        """Judge a message and pass it on; a hello is returned, as it may have to wait."""
        try:
            message = self.session.receive(data)
            match message:
                case wire.Move():
                    self._submit(message)
                case wire.Seen():
                    self.outbox.seen(message.seq)
                case wire.Ping():
                    self._put(wire.Pong(message.ref, node.current().host.match_time(self.match)))
                case wire.Hello():
                    return message
                case wire.Resync():
                    if self.viewer is not None:
                        node.current().gateway.again(self.viewer, message.epoch, message.seq)
                case wire.Resign() | wire.Draw() | wire.Abort() | wire.Rematch():
                    self._submit(message)
        except Exception as error:
            self._failed(error)
        return None

    def _submit(self, message: Numbered) -> None:
        if self.viewer is None:
            raise ProtocolError("hello-first")
        if self.viewer.seat is None:
            raise ProtocolError("no-seat")
        node.current().gateway.submit(self.viewer, message)

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

    async def _greet(self, message: wire.Hello) -> None:
        try:
            await self._hello(message)
        except Exception as error:
            self._failed(error)

    async def _hello(self, message: wire.Hello) -> None:
        if not 0 < message.session <= wire.MAX_SAFE:
            self.session.greeted = False
            raise ProtocolError("malformed", "session must be between 1 and 2^53 - 1.")
        if self.ticket is None:
            held = resume.read(message.token) if message.token else None
            if held is None or held[0] != self.match:
                raise ProtocolError(
                    "ticket-missing" if message.token is None else "ticket-unknown", close=4003
                )
            player, seat = held[1], held[2]
            self._count_ungreeted(-1)
            self.lease = await handshake.check_player(self.scope, player)
            self.ticket = tickets.Ticket(player, "", "match", self.match, seat)
        gateway = node.current().gateway
        self.viewer = Viewer(self.match, self.ticket.player, self.ticket.seat, self.outbox, self.close)
        self._keep_alive()
        await gateway.attach(self.viewer, message.ref, message.session, message.epoch, message.seq)

    # --- out ----------------------------------------------------------------------------------------

    async def _write(self, data: bytes) -> None:
        frame = self.codec.transcode(data)
        key = "bytes" if isinstance(frame, bytes) else "text"
        await self.send({"type": "websocket.send", key: frame})

    def _put(self, message: wire.Message) -> None:
        try:
            self.outbox.put(encode(message))
        except TooSlow:
            self.close(4001)

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
        self._put(self.session.error(error))
        if error.close is not None:
            self.close(error.close)

    def _drained(self) -> None:
        if self.viewer is not None:
            node.current().gateway.again(self.viewer)

    # --- the end ------------------------------------------------------------------------------------

    def close(self, code: int) -> None:
        """End the connection with this code; the first call counts."""
        if not self._end.done():
            self._end.set_result(code)

    async def _until_quiet(self, seconds: float) -> None:
        """A client that floods is read (and ignored) until it pauses, or for so long.

        A server whose application does not read would never come to the client's own close, and keep the
        connection.
        """
        deadline = self.loop.time() + seconds
        while self._heard + QUIET_SECONDS > self.loop.time() < deadline:
            await asyncio.sleep(QUIET_SECONDS / 2)

    def _writer_ended(self, writer: asyncio.Task[None]) -> None:
        if not writer.cancelled() and writer.exception() is not None:
            self.close(4013)

    def _hello_is_late(self) -> None:
        if self.viewer is None:
            self.close(4006)

    def _keep_alive(self) -> None:
        """Renew the player's place among his sockets, and end the socket of a silent client."""
        if self.loop.time() - self._heard > SILENT_SECONDS:
            self.close(4000)
            return
        if self.lease is not None:
            self._renewal = self.loop.create_task(self.lease.renew())
        self._timer = self.loop.call_later(LEASE / 3, self._keep_alive)


class _Text:
    """A line whose client reads JSON."""

    __slots__ = ("_codec", "_line")

    def __init__(self, line: Direct, codec: Codec) -> None:
        self._line, self._codec = line, codec

    @property
    def blocked(self) -> bool:
        return self._line.blocked

    def send(self, payload: bytes) -> None:
        self._line.send(self._codec.transcode(payload))


def _line(line: Direct | None, codec: Codec) -> Line | None:
    return line if line is None or codec.binary else _Text(line, codec)
