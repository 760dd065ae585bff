"""A node killed at each of its writes, in whatever it was about: the other node's sweeps put all right."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from lobby.parties import Parties
from lobby.room_keeper import STRAYS
from lobby.rooms import Rooms
from lobby.store_memory import MemoryStore
from tests.support.parties import PartyWorld
from tests.support.rooms import Nodes

PLAYERS = ("ann", "bob", "cid", "dan")


class Killed(BaseException):
    """Nothing of the node runs any more."""


class Mortal(MemoryStore):
    """Each write counts down `left`; the one at 0 is not done."""

    def __init__(self) -> None:
        super().__init__(lambda: 0.0)
        self.left: int | None = None

    def _write(self) -> None:
        if self.left is not None:
            if self.left == 0:
                raise Killed
            self.left -= 1

    async def put(self, key: str, data: bytes, version: int, seconds: float) -> int | None:
        self._write()
        return await super().put(key, data, version, seconds)

    async def delete(self, key: str, version: int) -> bool:
        self._write()
        return await super().delete(key, version)


async def killed(store: Mortal, at: int, work: Awaitable[Any]) -> bool:
    """Whether the node died of its write number `at` (from 0) in this work."""
    store.left = at
    try:
        await work
    except Killed:
        return True
    finally:
        store.left = None
    return False


PARTY: dict[str, Callable[[Parties, str, str], Awaitable[Any]]] = {
    "join another": lambda node, _, other: node.join("bob", "Bob", other),
    "found": lambda node, *_: node.create("dan", "Dan", "arena", "ffa"),
    "leave": lambda node, *_: node.leave("bob"),
    "the owner leaves": lambda node, *_: node.leave("ann"),
    "kick": lambda node, *_: node.kick("ann", "bob"),
    "let in": lambda node, *_: node.answer("ann", "dan", True),
    "queue": lambda node, *_: node.queue("ann"),
}


@pytest.mark.parametrize("what", PARTY)
async def test_of_parties(what: str) -> None:
    for at in range(12):
        store = Mortal()
        world = PartyWorld(store)
        one, two = world.nodes
        first, other = await world.of("ann", "bob"), await world.of("cid")
        await two.ask("dan", "Dan", "ann")
        died = await killed(store, at, PARTY[what](one, first, other))
        for _ in range(4):
            world.now += 3
            for player in PLAYERS:
                await two.mine(player)
            for id in list(two._known):
                await two._sweep(id)
        docs = {id: told[0] for id in (first, other, *two._known) if (told := await two._book.get(id))}
        for player in PLAYERS:
            inside = [id for id, party in docs.items() if party.member(player)]
            assert inside == [id for id in [await two.of(player)] if id], f"{player} in {what} at {at}"
        for id, party in docs.items():
            assert party.member(party.owner), f"{what} at {at}"
            assert (party.ticket in world.queues.waiting) == (party.phase.value == "queued")
            assert await two.holds(id, party.ticket)
        if not died:
            return
    raise AssertionError("so many writes cannot be")


ROOM: dict[str, Callable[[Rooms, str, str], Awaitable[Any]]] = {
    "join another": lambda node, _, other: node.join("bob", "Bob", other),
    "join": lambda node, first, _: node.join("dan", "Dan", first),
    "open": lambda node, *_: node.create("dan", "Dan", "arena", "ffa", 4),
    "open another": lambda node, *_: node.create("bob", "Bob", "arena", "ffa", 4),
    "leave": lambda node, *_: node.leave("bob"),
    "the owner leaves": lambda node, *_: node.leave("ann"),
    "the owner goes elsewhere": lambda node, _, other: node.join("ann", "Ann", other),
    "kick": lambda node, *_: node.kick("ann", "bob", ban=True),
}


@pytest.mark.parametrize("moves_on", [True, False])
@pytest.mark.parametrize("what", ROOM)
async def test_of_rooms(what: str, moves_on: bool) -> None:
    for at in range(12):
        store = Mortal()
        nodes = Nodes(store)
        one, two = nodes.one, nodes.two
        first = await nodes.open("ann", moves_on=moves_on)
        await one.join("bob", "Bob", first)
        other = await nodes.open("cid")
        died = await killed(store, at, ROOM[what](one, first, other))
        for _ in range(3 * STRAYS):
            two._sweeps += 1
            for player in PLAYERS:
                await two.mine(player)
            for code in list(two._known):
                await two._sweep(code)
        docs = {code: told[0] for code in (first, other, *two._known) if (told := await two.get(code))}
        for player in PLAYERS:
            inside = [code for code, room in docs.items() if room.member(player)]
            assert inside == [code for code in [await two.of(player)] if code], f"{player} in {what} at {at}"
        assert all(room.member(room.owner) for room in docs.values())
        if not died:
            return
    raise AssertionError("so many writes cannot be")
