"""Rooms of two nodes on one store, with a world around them that the test moves."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from lobby.making import Maker
from lobby.places import Places
from lobby.repeats import Repeats
from lobby.room_list import RoomList
from lobby.rooms import Rooms
from lobby.rules import room as rules
from lobby.store import Store
from protocol.errors import ProtocolError
from tests.support.lobby import FakeMatches


class Around:
    """What the rooms ask of the lobby. `now` is Unix s; `told` are (player, event, data)."""

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self.offline: set[str] = set()
        self.friendships: set[frozenset[str]] = set()
        self.blocks: set[frozenset[str]] = set()
        self.told: list[tuple[str, str, dict[str, Any]]] = []
        self.tasks: set[asyncio.Task[None]] = set()

    def clock(self) -> float:
        return self.now

    def online(self, player: str) -> bool:
        return player not in self.offline

    async def rating(self, player: str, game: str, mode: str) -> int:
        return 1500

    async def are_friends(self, one: str, other: str) -> bool:
        return frozenset((one, other)) in self.friendships

    async def blocked(self, one: str, other: str) -> bool:
        return frozenset((one, other)) in self.blocks

    async def tell(self, player: str, event: str, **data: Any) -> None:
        self.told.append((player, event, data))

    async def tell_room(self, code: str, event: dict[str, Any]) -> None:
        self.told.append((code, event["type"], event))

    def spawn(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self.tasks.add(task)

    async def settled(self) -> None:
        """All that was spawned is done."""
        while self.tasks:
            await self.tasks.pop()


class Nodes:
    """Two nodes: `one` and `two`."""

    def __init__(self, store: Store) -> None:
        self.around = Around()
        self.matches = FakeMatches()
        self.store = store
        self.one, self.two = self._node("one"), self._node("two")

    def _node(self, name: str) -> Rooms:
        async def nothing(*_: Any) -> None:
            return None

        places = Places(self.store, self.around.clock)
        listing = RoomList(self.store, name, self.around.clock, nothing)
        maker = Maker(self.matches, places, nothing, nothing, Repeats(self.store, self.around.clock))
        return Rooms(self.around, self.store, self.matches, maker, listing)

    async def open(self, owner: str = "ann", seats: int = 4, **options: Any) -> str:
        """A room of the arena without a countdown; its code."""
        options = {"countdown": 0, **options}
        return await self.one.create(owner, owner.title(), "arena", "ffa", seats, options)

    async def room(self, code: str) -> rules.Room:
        told = await self.two.get(code)
        assert told is not None
        return told[0]


async def refusal(work: Coroutine[Any, Any, Any]) -> str:
    """The code of the error, or "" where there is none."""
    try:
        await work
    except ProtocolError as error:
        return error.code
    return ""
