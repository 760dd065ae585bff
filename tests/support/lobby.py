"""Two lobbies side by side stand for two nodes; matches are noted, not played."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from channels.layers import channel_layers
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator

from arcade.infra import keys, redis
from arcade.security import tickets
from arcade.security.tickets import Ticket
from lobby import service
from lobby.chat import Filter
from lobby.lines_memory import MemoryLines
from lobby.queue_store_memory import MemoryQueueStore
from lobby.relations_memory import MemoryRelations
from lobby.routing import websocket_urlpatterns
from lobby.rules.queue_book import ticket_of
from lobby.rules.queue_events import Ticket as Waiting
from lobby.service import Lobby
from lobby.store_memory import MemoryStore
from matches.directory import Live
from matches.engine.setup import Seat, Setup
from protocol import messages as wire

APP = URLRouter(websocket_urlpatterns)
KINDS = {kind.__struct_config__.tag: kind for kind in wire.LobbyReply.__args__}
GAME, MODE = "connect-four", "standard"


class FakeMatches:
    """Matches that begin when they are made and end when the test says so."""

    def __init__(self) -> None:
        self.made: dict[str, Setup] = {}
        self.live: dict[str, Live] = {}
        self.failures = 0
        self.refilled: list[str] = []
        """Those whose seats may be filled again."""
        self.taken: list[tuple[str, int, str]] = []
        """Seats that were asked for: match, seat, player."""
        self.grants = True
        """Whether who asks gets the seat."""
        self._ids = itertools.count(1)

    async def create(
        self,
        game: str,
        mode: str,
        seats: list[Seat],
        settings: dict[str, Any] | None = None,
        *,
        rated: bool = True,
        refill: bool = False,
        near: Sequence[str] = (),
    ) -> str:
        if self.failures:
            self.failures -= 1
            raise RuntimeError("no match today")
        match = f"match{next(self._ids)}"
        players = [seat.player for seat in seats]
        self.made[match] = Setup(
            match, game, mode, 1, seats, b"", rated and all(players) and not settings, 0, settings or {}
        )
        self.refilled += [match] * refill
        self.live[match] = Live(match, "n", 1, game, mode, 1, players, all(players), 0, "running")
        return match

    async def placed(self, match: str) -> None: ...

    async def take(self, match: str, seat: int, claim: str, who: Seat) -> bool:
        self.taken.append((match, seat, who.player or ""))
        if self.grants:
            live = self.live[match]
            players = [who.player if n == seat else p for n, p in enumerate(live.players)]
            self.live[match] = msgspec.structs.replace(live, players=players)
        return self.grants

    async def running(self, player: str) -> Live | None:
        return next((live for live in self.live.values() if player in live.players), None)

    async def find(self, match: str) -> Live | None:
        return self.live.get(match)


class World:
    """What the tests hold: nodes, their matches, and sockets to them."""

    def __init__(self, memory: bool = False) -> None:
        self.store = MemoryStore(time.time) if memory else None
        self.lines = MemoryLines(time.time) if memory else None
        self.queues = MemoryQueueStore(time.time) if memory else None
        self.matches = FakeMatches()
        self.ratings: dict[str, int] = {}
        self.relations = MemoryRelations(time.time)
        self.reports: list[Any] = []
        self.word_filter: Filter = lambda kind, player, text: text
        self.lobbies: list[Lobby] = []
        self.sockets: list[Socket] = []

    async def _rating(self, player: str, game: str, mode: str) -> int:
        return self.ratings.get(player, 1500)

    async def _guest(self, player: str) -> bool:
        return True

    async def _name(self, player: str) -> str | None:
        return None if player.startswith("nobody") else player.title()

    async def _report(self, *report: Any) -> None:
        self.reports.append(report)

    async def node(self) -> Lobby:
        lobby = Lobby(
            self.matches, self._rating, self._guest, self.store, lines=self.lines, queues=self.queues,
            relations=self.relations, name=self._name,
            report=self._report, word_filter=lambda *line: self.word_filter(*line),
        )  # fmt: skip
        await lobby.start()
        self.lobbies.append(lobby)
        return lobby

    def serve(self, lobby: Lobby) -> None:
        """Sockets opened from now on are this node's."""
        service._current[asyncio.get_running_loop()] = lobby

    async def socket(self, player: str, **options: Any) -> "Socket":
        """An accepted socket that has not said hello."""
        secret = await tickets.aissue(Ticket(player, player.title(), "lobby"))
        socket = Socket(f"ticket={secret}", **options)
        self.sockets.append(socket)
        assert (await socket.connect())[0]
        return socket

    async def player(self, player: str, **options: Any) -> "Socket":
        """A socket that has been welcomed."""
        socket = await self.socket(player, **options)
        await socket.ask(wire.LobbyHello(socket.ref()))
        socket.welcome = await socket.until(wire.LobbyWelcome)
        return socket

    async def waiting(self, game: str = GAME, mode: str = MODE) -> list[Waiting]:
        """The tickets of a queue, as they are kept."""
        name = f"{game}:{mode}"
        if self.queues is not None:
            parts = dict(self.queues._kept[name].parts)
        else:
            raw: Any = await redis.aredis().hgetall(keys.queue_parts(name))
            parts = {part.decode(): value for part, value in raw.items()}
        tickets = [ticket_of(value) for part, value in parts.items() if part.startswith("t:")]
        return sorted(tickets, key=lambda t: (t.since, t.id))

    async def end(self, match: str) -> None:
        """The match is over, and the host says so."""
        del self.matches.live[match]
        await self.lobbies[0].match_ended(self.matches.made[match])


class Socket:
    """A lobby socket through Channels' own communicator."""

    welcome: Any

    def __init__(
        self,
        query: str = "",
        subprotocols: tuple[str, ...] = (wire.MSGPACK,),
        headers: Any = (),
        extensions: Any = None,
    ) -> None:
        self.app = WebsocketCommunicator(APP, f"/ws/lobby/?{query}", list(headers), list(subprotocols))
        self.app.scope["client"] = ("127.0.0.1", 1)
        if extensions is not None:
            self.app.scope["extensions"] = extensions
        self.json = subprotocols[:1] == (wire.JSON,)
        self._refs = itertools.count(1)
        self.past: list[wire.Message] = []

    def ref(self) -> int:
        return next(self._refs)

    async def connect(self) -> tuple[bool, Any]:
        found: tuple[bool, Any] = await self.app.connect(timeout=10)
        return found

    async def raw(self, data: bytes | str) -> None:
        key = "text" if isinstance(data, str) else "bytes"
        await self.app.send_input({"type": "websocket.receive", key: data})

    async def ask(self, message: wire.Message) -> None:
        await self.raw(
            msgspec.json.encode(message).decode() if self.json else msgspec.msgpack.encode(message)
        )

    async def output(self, seconds: float = 10) -> dict[str, Any]:
        async with asyncio.timeout(seconds):
            event: dict[str, Any] = await self.app.output_queue.get()
            return event

    async def next(self, seconds: float = 10) -> Any:
        """The next message, or the close code."""
        event = await self.output(seconds)
        if event["type"] == "websocket.close":
            return event["code"]
        data = event.get("bytes") or event["text"]
        plain = msgspec.json.decode(data) if isinstance(data, str) else msgspec.msgpack.decode(data)
        return msgspec.convert(plain, KINDS[plain[0]])

    async def until(self, kind: type[wire.Message], seconds: float = 10, **fields: Any) -> Any:
        """Read on to the next message of this kind whose fields have these values."""
        async with asyncio.timeout(seconds):
            while True:
                message = await self.next(seconds)
                if isinstance(message, int):
                    raise AssertionError(
                        f"closed with {message} before {kind.__name__} {fields}: {self.past}"
                    )
                self.past.append(message)
                if isinstance(message, kind) and all(getattr(message, k) == v for k, v in fields.items()):
                    return message

    async def until_closed(self, seconds: float = 10) -> int:
        async with asyncio.timeout(seconds):
            while True:
                message = await self.next(seconds)
                if isinstance(message, int):
                    return message
                self.past.append(message)

    async def request(self, kind: type[wire.Request], *fields: Any) -> Any:
        """Ask and await the answer with the same ref."""
        ref = self.ref()
        await self.ask(kind(ref, *fields))
        while True:
            message = await self.next()
            assert not isinstance(message, int), f"closed with {message}"
            self.past.append(message)
            if isinstance(message, wire.Reply | wire.Error | wire.Pong) and message.ref == ref:
                return message

    async def leave(self) -> None:
        """The client is gone."""
        await self.app.send_input({"type": "websocket.disconnect", "code": 1001})
        await self.app.wait(10)


@asynccontextmanager
async def running_world(memory: bool = False) -> AsyncIterator[World]:
    """A world of one node; its sockets and nodes are closed at the end. `memory`: on the stores' twins."""
    world = World(memory)
    await world.node()
    try:
        yield world
    finally:
        await _close(world)


async def _close(world: World) -> None:
    async with asyncio.timeout(20):
        for socket in world.sockets:
            if socket.app.future is not None and not socket.app.future.done():
                await socket.leave()
        for lobby in world.lobbies:
            await lobby.stop()
        for layer in channel_layers.backends.values():
            await layer.close_pools()
        channel_layers.backends.clear()
        await redis.close()
