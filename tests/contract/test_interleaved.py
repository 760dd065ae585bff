"""Commands of many players at once on two nodes, interleaved at each access to the store, by seed."""

import asyncio
import random
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any

import pytest

from lobby.room_keeper import STRAYS
from lobby.rules.relation import Event
from lobby.store import Kept
from lobby.store_memory import MemoryStore
from protocol.errors import ProtocolError
from tests.support.parties import PartyWorld
from tests.support.rooms import Nodes

PLAYERS = ("ann", "bob", "cid", "dan")


class Shuffled(MemoryStore):
    """Others may come first, before each access."""

    def __init__(self, seed: int) -> None:
        super().__init__(lambda: 0.0)
        self.random = random.Random(seed)

    async def _others(self) -> None:
        for _ in range(self.random.randrange(5)):
            await asyncio.sleep(0)

    async def get(self, key: str) -> Kept:
        await self._others()
        return await super().get(key)

    async def put(self, key: str, data: bytes, version: int, seconds: float) -> int | None:
        await self._others()
        return await super().put(key, data, version, seconds)


async def quiet(work: Awaitable[Any]) -> None:
    """Refusals are as good as anything."""
    with suppress(ProtocolError):
        await work


@pytest.mark.parametrize("seed", range(60))
async def test_of_parties_each_player_is_in_one_and_none_is_lost(seed: int) -> None:
    store = Shuffled(seed)
    world = PartyWorld(store)
    parties = [await world.of("ann", "bob"), await world.of("cid", "dan")]
    for _ in range(4):
        works = []
        for _ in range(6):
            node, who, other = world.nodes[store.random.randrange(2)], *store.random.sample(PLAYERS, 2)
            to = store.random.choice(parties)
            does = [
                node.join(who, who, to), node.leave(who), node.kick(who, other), node.promote(who, other),
                node.create(who, who), node.ask(who, who, other), node.answer(who, other, True),
                node.ready(who, True), node.queue(who), node.unqueue(who), node._sweep(to),
            ]  # fmt: skip
            chosen = store.random.randrange(len(does))
            for number, work in enumerate(does):
                if number == chosen:
                    works.append(quiet(work))
                else:
                    work.close()
        await asyncio.gather(*works)
    for _ in range(4):
        world.now += 3
        for node in world.nodes:
            for id in {*parties, *node._known}:
                await node._sweep(id)
    known = {*parties, *(id for node in world.nodes for id in node._known)}
    docs = {id: told[0] for id in known if (told := await world.nodes[0]._book.get(id))}
    for player in PLAYERS:
        inside = [id for id, party in docs.items() if party.member(player)]
        assert inside == [id for id in [await world.nodes[1].of(player)] if id], player
    tickets = {party.ticket for party in docs.values() if party.ticket}
    assert tickets == set(world.queues.waiting)
    for id, party in docs.items():
        assert party.member(party.owner), id
        if party.ticket:
            assert world.queues.waiting[party.ticket] == [m.player for m in party.members]


@pytest.mark.parametrize("seed", range(60))
async def test_of_rooms_each_player_is_in_one_and_seats_are_kept(seed: int) -> None:
    store = Shuffled(seed)
    nodes = Nodes(store)
    rooms = [await nodes.open("ann", 3, places=1), await nodes.open("bob", 3)]
    for _ in range(4):
        works = []
        for _ in range(6):
            node, who, other = store.random.choice((nodes.one, nodes.two)), *store.random.sample(PLAYERS, 2)
            to = store.random.choice(rooms)
            does = [
                node.join(who, who, to), node.leave(who), node.kick(who, other, ban=False),
                node.give(who, other), node.join(who, who, to, watch=True), node.sit(who, 1, None),
                node.swap(who, 0), node.create(who, who, "arena", "ffa", 3), node._sweep(to),
            ]  # fmt: skip
            chosen = store.random.randrange(len(does))
            for number, work in enumerate(does):
                if number == chosen:
                    works.append(quiet(work))
                else:
                    work.close()
        await asyncio.gather(*works)
    for _ in range(3 * STRAYS):
        for node in (nodes.one, nodes.two):
            node._sweeps += 1
            for code in {*rooms, *node._known}:
                await node._sweep(code)
    known = {*rooms, *nodes.one._known, *nodes.two._known}
    docs = {code: told[0] for code in known if (told := await nodes.one.get(code))}
    for player in PLAYERS:
        inside = [code for code, room in docs.items() if room.member(player)]
        assert inside == [code for code in [await nodes.two.of(player)] if code], player
    for room in docs.values():
        assert room.member(room.owner)
        assert len({m.player for m in room.people}) == len(room.people)
        assert (len(room.members), len(room.watchers) <= room.places) == (3, True)


async def test_a_block_at_the_same_moment_as_the_joining_parts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """The block is kept after the one who joins was looked at, and before he is in."""
    world = PartyWorld(MemoryStore(lambda: 0.0))
    id = await world.of("ann")
    node = world.nodes[0]
    apart = node.apart

    async def late(*asked: Any) -> bool:
        found = await apart(*asked)
        await world.relations.change("ann", "bob", Event.BLOCKED)
        return found

    monkeypatch.setattr(node, "apart", late)
    await quiet(node.join("bob", "Bob", id))
    assert await world.nodes[1].of("bob") is None
