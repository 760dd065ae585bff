"""Worlds: real servers over one Redis and one database, and players who sign in like anyone."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.support.servers import ROOT, Kind, Server
from tests.support.valkey import Valkey

sys.path.insert(0, str(ROOT / "protocol" / "clients" / "python" / "src"))

from arcade_client import Arcade, Found, Rematched
from arcade_client.lobby import LobbyConnection
from arcade_client.match import MatchConnection


class World:
    """Servers to play on. Players are dealt out over them in turn."""

    def __init__(self, servers: list[Server]) -> None:
        self.servers = servers
        self._next = 0

    @property
    def url(self) -> str:
        """The next server's address."""
        server = self.servers[self._next % len(self.servers)]
        self._next += 1
        return server.http


WORLDS: list[tuple[Kind, int]] = [("node", 1), ("node", 2), ("uvicorn", 2), ("daphne", 1), ("daphne", 2)]


@pytest.fixture(scope="module", params=WORLDS, ids=[f"{kind}-{count}" for kind, count in WORLDS])
def world(
    request: pytest.FixtureRequest, _migrated: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """One or two nodes of a kind, with a Valkey of their own."""
    kind, count = request.param
    path = tmp_path_factory.mktemp("world") / "db.sqlite3"
    shutil.copy(_migrated, path)
    with Valkey() as valkey:
        servers: list[Server] = []
        try:
            for n in range(count):
                server = Server(
                    kind, redis_url=valkey.url, database_url=f"sqlite:///{path}", node=f"node-{n}",
                )  # fmt: skip
                servers.append(server)
                server.start()
            yield World(servers)
        finally:
            problems = []
            for server in servers:
                try:
                    server.__exit__(None, None, None)
                except AssertionError as problem:
                    problems.append(problem)
            if problems:
                raise problems[0]


class Player:
    """A person with a client."""

    def __init__(self, arcade: Arcade, stack: AsyncExitStack) -> None:
        self.arcade = arcade
        self._stack = stack
        self.lobby: LobbyConnection
        self.match: MatchConnection

    @property
    def id(self) -> str:
        assert self.arcade.player is not None
        return str(self.arcade.player["id"])

    async def enter(self) -> None:
        """The lobby."""
        self.lobby = await self._stack.enter_async_context(await self.arcade.lobby())

    async def sit(self) -> None:
        """Into the match that is found next."""
        await self._into(await self.lobby.match_found(20))

    async def _into(self, found: Found) -> None:
        self.match = await self._stack.enter_async_context(await self.arcade.match(found))
        self._happenings = aiter(self.match)

    async def follow(self) -> None:
        """Into the rematch that the match tells of."""
        async with asyncio.timeout(20):
            while not isinstance(happening := await anext(self._happenings), Rematched):
                pass
        await self._into(happening.found)

    async def watch(self, match: str) -> MatchConnection:
        return await self._stack.enter_async_context(await self.arcade.watch(match))

    async def until(self, true: Callable[[MatchConnection], Any], seconds: float = 20) -> Any:
        """Follow the match until this holds."""
        async with asyncio.timeout(seconds):
            while not (value := true(self.match)):
                await anext(self._happenings)
            return value

    def cut(self) -> None:
        """The line to the match is dead, as seen from here."""
        socket = self.match._socket
        assert socket is not None
        socket.transport.abort()

    async def move(self, **move: Any) -> None:
        """A move on this player's turn."""
        await self.until(lambda m: m.view["turn"] == m.seat)
        await self.match.move(move)

    async def over(self) -> dict[str, Any]:
        result: dict[str, Any] = await self.until(lambda m: m.view["result"])
        return result


@pytest.fixture
async def join() -> AsyncIterator[Callable[..., Any]]:
    """`await join(url, "Ada")`: a player in the lobby."""
    async with AsyncExitStack() as stack:

        async def new(url: str, name: str) -> Player:
            player = Player(Arcade(url), stack)
            await player.arcade.guest(name)
            await player.enter()
            return player

        yield new
