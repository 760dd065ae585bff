"""The lobby socket: who may come in, what may be said, and how things get out. What it is about is `areas`.

Requests are answered by `Reply` or `Error` with their ref. Everything that is sent goes through a bounded
outbox, with a writer of its own where the server has no direct line, so a slow socket delays nobody and
neither do the channel layer's handlers.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs

import msgspec
from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from redis.exceptions import RedisError

from arcade.infra.direct import Direct, direct
from arcade.infra.goodbye import CLIENT_GONE, goodbye
from arcade.infra.log import get_logger
from arcade.infra.metrics import metrics
from arcade.infra.tasks import cancelled
from arcade.security import handshake, origin, tickets
from arcade.security.budgets import Budgets
from arcade.security.refuse import refuse
from arcade.security.sockets import LEASE, SocketLease
from lobby import service
from lobby.areas import AREAS, EVENTS, REQUESTS, Area
from matches.host.outbox import Line, Outbox, TooSlow
from matches.ids import new_id
from matches.serving import Text
from protocol import messages as wire
from protocol.codec import CODECS, Codec
from protocol.errors import ProtocolError
from protocol.session import ServerSession

HELLO_SECONDS = 10.0
SILENT_SECONDS = 60.0
"""A client that says nothing for so long is gone."""
BEAT_SECONDS = 5.0
SLOTS = 40
"""Sockets beat together in so many groups, so that what they ask of Redis travels together."""
RENEW_SECONDS = LEASE / 3
"""Between two renewals of the socket's lease, and of its places in groups: these run out after the channel
layer's `group_expiry`, however long the socket lives."""
AWAY = 4009
"""Close code while Redis is away: come back later."""

log = get_logger(__name__)
encode = msgspec.msgpack.Encoder().encode
Send = Callable[[dict[str, Any]], Awaitable[None]]


class LobbyConsumer(AsyncConsumer):  # type: ignore[misc]
    """One lobby socket. A player may have several, on any nodes."""

    scope: dict[str, Any]
    base_send: Send
    codec: Codec
    session: ServerSession
    outbox: Outbox
    lobby: service.Lobby
    areas: tuple[Area, ...] = ()

    def __init__(self) -> None:
        self.id = new_id()
        self.player = ""
        self.name = ""
        self.lease: SocketLease | None = None
        self.groups: list[str] = []
        self.accepted = False
        self.greeted = False
        self.ended = False
        self._budgets = Budgets()
        self._tasks: list[asyncio.Task[None]] = []
        self._writing: asyncio.Task[None] | None = None
        self._heard = 0.0

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except (RedisError, OSError) as error:  # the channel layer's, while nothing was under way
            with suppress(StopConsumer):
                await self._stand_still(error)
        finally:
            await self._cleanup()

    async def dispatch(self, message: dict[str, Any]) -> None:
        """A failure ends neither the process nor other sockets; a lost Redis ends the socket: come back."""
        try:
            if message["type"] in EVENTS:
                await self.happened(message)
            else:
                await HANDLERS[message["type"]](self, message)
        except StopConsumer:
            raise
        except (RedisError, OSError) as error:
            await self._stand_still(error)
        except ProtocolError as error:  # the next look finds what this one could not
            log.warning("lobby event passed over", player=self.player, code=error.code, type=message["type"])
        except Exception:
            log.exception("lobby socket failed", player=self.player, type=message.get("type"))
            await self._give_up(ProtocolError("internal", close=4013))

    async def _stand_still(self, error: Exception) -> None:
        log.warning("lobby socket stands still", player=self.player, error=repr(error))
        await self._give_up(ProtocolError("busy", close=AWAY, retry_after=1.0))

    async def _give_up(self, error: ProtocolError) -> None:
        """End the socket, or refuse it where it was not accepted yet."""
        if not self.accepted:
            await refuse(self.scope, self.base_send, error, self._subprotocol())
            raise StopConsumer
        await self.end(error.close or 4013)

    def _subprotocol(self) -> str | None:
        return next((s for s in self.scope.get("subprotocols", []) if s in CODECS), None)

    # --- the handshake ------------------------------------------------------------------------------

    async def websocket_connect(self, message: dict[str, Any]) -> None:
        subprotocol = self._subprotocol()
        try:
            await self._admit(subprotocol)
        except ProtocolError as error:
            metrics.handshakes.labels(error.code).inc()
            await refuse(self.scope, self.base_send, error, subprotocol)
            raise StopConsumer from None
        loop = asyncio.get_running_loop()
        self.codec = CODECS[subprotocol or wire.MSGPACK]
        self.session = ServerSession(self.codec, "lobby", lambda kind: self._budgets.take(kind, loop.time()))
        line = direct(self.scope)
        self.outbox = Outbox(self._write, self._drained, self._out(line))
        self.areas = tuple(area(self) for area in AREAS)
        await self.base_send({"type": "websocket.accept", "subprotocol": subprotocol})
        self.accepted = True
        self._heard = loop.time()
        metrics.handshakes.labels("accepted").inc()
        metrics.sockets.labels("lobby").inc()
        self.lobby.sockets.add(self)
        self._tasks = [loop.create_task(self._beat())]
        if line is None:
            self._writing = loop.create_task(self._writer())
            self._tasks.append(self._writing)
        else:
            line.when_writable(self.outbox.drain)
        if self.lobby.draining:
            await self.end(4002)

    async def _admit(self, subprotocol: str | None) -> None:
        """Everything that is judged before the socket is accepted."""
        if not origin.allowed(self.scope):
            raise ProtocolError("origin", close=4010)
        if subprotocol is None:
            raise ProtocolError("subprotocol", close=4011)
        self.lobby = service.current()
        if self.lobby.draining:
            raise ProtocolError("draining", close=4002)
        secret = parse_qs(self.scope.get("query_string", b"").decode("latin-1")).get("ticket", [""])[0]
        if not secret:
            raise ProtocolError("ticket-missing", close=4003)
        await handshake.check_address(self.scope)
        ticket = await tickets.aredeem(secret, "lobby")
        self.lease = await handshake.check_player(self.scope, ticket.player)
        self.player, self.name = ticket.player, ticket.name

    # --- in -----------------------------------------------------------------------------------------

    async def websocket_receive(self, message: dict[str, Any]) -> None:
        if self.ended:
            return
        now = asyncio.get_running_loop().time()
        self._heard = now
        data = message.get("bytes")
        if data is None:
            data = message.get("text") or ""
        try:
            await self._request(data)
        except ProtocolError as error:
            await self._refused(error, now)
        except (RedisError, OSError) as error:
            log.warning("lobby request failed", player=self.player, error=repr(error))
            await self._refused(ProtocolError("busy", retry_after=1.0), now)
        except Exception:
            log.exception("lobby request failed", player=self.player)
            await self._refused(ProtocolError("internal"), now)

    async def _request(self, data: bytes | str) -> None:
        request: Any = self.session.receive(data)
        match request:
            case wire.Ping():
                self.put(wire.Pong(request.ref, int(self.lobby.clock() * 1000)))
            case wire.LobbyHello():
                await self._hello(request)
            case _:
                self.put(wire.Reply(request.ref, await self._serve(request)))

    async def _serve(self, request: Any) -> Any:
        found = REQUESTS.get(type(request))
        if found is None:
            raise ProtocolError("unknown-kind")
        for area in self.areas:
            area.asked(request)
        number, serve = found
        return await serve(self.areas[number], request)

    async def happened(self, event: dict[str, Any]) -> None:
        """A group tells one of the areas, or another area does."""
        number, hear = EVENTS[event["type"]]
        await hear(self.areas[number], event)

    async def _hello(self, request: wire.LobbyHello) -> None:
        """Greet; while Redis is away the client is sent off and comes back later."""
        try:
            await self._greet(request)
        except (RedisError, OSError) as error:
            log.warning("lobby hello failed", player=self.player, error=repr(error))
            raise ProtocolError("busy", close=AWAY, retry_after=1.0) from error

    async def _greet(self, request: wire.LobbyHello) -> None:
        """Join the groups first, so that nothing is missed between the welcome and the news."""
        for group in ("lobby", f"player.{self.player}"):
            await self.join(group)
        for area in self.areas:
            try:
                await area.hello(request)
            except ProtocolError as error:  # it keeps nobody from hearing of the others
                if not self.greeted:
                    raise
                log.warning("lobby hello passed over", player=self.player, code=error.code)

    async def _refused(self, error: ProtocolError, now: float) -> None:
        """Answer; whatever was no request at all costs a token too, so garbage cannot come for nothing."""
        if error.code in ("malformed", "unknown-kind", "wrong-encoding", "too-deep"):
            try:
                self._budgets.take(wire.Request, now)
            except ProtocolError as breach:
                error = breach
        metrics.errors.labels(error.code).inc()
        if error.code != "too-many" or self._budgets.breaches <= 1 or error.close is not None:
            log.info("lobby request refused", player=self.player, code=error.code)
        self.put(self.session.error(error))
        if error.close is not None:
            await self.end(error.close)

    # --- out ----------------------------------------------------------------------------------------

    def put(self, message: wire.Message) -> None:
        """Queue a message; a socket that does not take its messages is closed, to come back."""
        if self.ended:
            return
        try:
            self.outbox.put(encode(message))
        except TooSlow:
            self._tasks.append(asyncio.get_running_loop().create_task(self.end(4001)))

    def welcome(self, message: wire.LobbyWelcome) -> None:
        """Put the answer to the hello: the socket is greeted."""
        self.put(message)
        self.greeted = True

    def put_diff(self, frame: bytes) -> None:
        """Queue what a slow socket skips; it asks for the whole later."""
        if self.ended:
            return
        with suppress(TooSlow):
            self.outbox.put_frame(frame)
            self.outbox.seen()

    def put_whole(self, frame: bytes) -> None:
        if self.ended:
            return
        with suppress(TooSlow):
            self.outbox.put_keyframe(frame)

    def _drained(self) -> None:
        for area in self.areas:
            area.drained()

    def statuses(self) -> list[str]:
        return [area.status for area in self.areas if area.status is not None]

    def changed(self) -> None:
        if self.greeted and not self.ended:
            for area in self.areas:
                area.changed()

    def _out(self, line: Direct | None) -> Line | None:
        """On our own server what is said is written at once: no task, no event."""
        return line if line is None or self.codec.binary else Text(line, self.codec)

    async def _write(self, data: bytes) -> None:
        frame = self.codec.transcode(data)
        key = "bytes" if isinstance(frame, bytes) else "text"
        await self.base_send({"type": "websocket.send", key: frame})

    async def _writer(self) -> None:
        with suppress(*CLIENT_GONE):
            await self.outbox.run()

    # --- groups, beats and the end ------------------------------------------------------------------

    async def join(self, group: str) -> None:
        await self.channel_layer.group_add(group, self.channel_name)
        self.groups.append(group)

    async def quit(self, group: str) -> None:
        if group in self.groups:
            self.groups.remove(group)
        await self.channel_layer.group_discard(group, self.channel_name)

    async def _renew(self) -> None:
        try:
            if self.lease is not None:
                await self.lease.renew()
            for group in list(self.groups):
                await self.channel_layer.group_add(group, self.channel_name)
                if group not in self.groups:  # left meanwhile
                    await self.channel_layer.group_discard(group, self.channel_name)
        except (RedisError, OSError) as error:
            log.warning("lobby socket not renewed", player=self.player, error=repr(error))

    async def _beat(self) -> None:
        """Renew the lease, and let the areas tell what a lost message has not.

        Ends the socket of a silent one.
        """
        loop = asyncio.get_running_loop()
        start = renewed = loop.time()
        while not self.ended:
            step = BEAT_SECONDS / SLOTS
            await asyncio.sleep((loop.time() + BEAT_SECONDS) // step * step - loop.time())
            now = loop.time()
            if not self.greeted and now - start >= HELLO_SECONDS:
                await self.end(4006)
            elif now - self._heard > SILENT_SECONDS:
                await self.end(4000)
            if now - renewed >= RENEW_SECONDS:
                renewed = now
                await self._renew()
            if self.greeted and not self.ended:
                with suppress(RedisError, OSError):
                    for area in self.areas:
                        await self._beat_of(area)

    async def _beat_of(self, area: Area) -> None:
        """One that fails takes neither the others' beats nor the socket's renewals with it."""
        try:
            await area.beat()
        except ProtocolError as error:
            log.info("lobby beat passed over", player=self.player, code=error.code)
        except (RedisError, OSError):
            raise
        except Exception:
            log.exception("lobby beat failed", player=self.player, area=type(area).__name__)

    async def end(self, code: int) -> None:
        """Say goodbye with a close code; what is queued still goes out, unless the socket is too slow."""
        if self.ended or not self.accepted:
            return
        self.ended = True
        await goodbye(code, self.base_send, self.outbox.flush, self._writing)

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        raise StopConsumer

    async def _cleanup(self) -> None:
        """Whatever way it ended; leases see to it where even this does not run."""
        self.ended = True
        await cancelled(self._tasks)
        if self.accepted:
            self.lobby.sockets.discard(self)
            metrics.sockets.labels("lobby").dec()
        for area in self.areas:
            area.closed()
        try:
            for group in list(self.groups):
                await self.quit(group)
            for area in self.areas:
                await area.gone()
        except (RedisError, OSError, ProtocolError) as error:
            log.warning("lobby socket left traces", player=self.player, error=repr(error))
        if self.lease is not None:
            await self.lease.release()


HANDLERS = {
    "websocket.connect": LobbyConsumer.websocket_connect,
    "websocket.receive": LobbyConsumer.websocket_receive,
    "websocket.disconnect": LobbyConsumer.websocket_disconnect,
}
"""By what the server says. Called without the library's dispatcher, which has a thread look after database
connections each time: the lobby's threads (`lobby.database`) do that for themselves."""
