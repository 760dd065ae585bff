"""A block is hard, whichever way two come to be together, and whatever two nodes do at once."""

import asyncio
from typing import Any

import pytest

from lobby.room_keeper import STRAYS
from lobby.rules.relation import Event
from lobby.store import Store
from lobby.store_memory import MemoryStore
from lobby.store_redis import RedisStore
from protocol.errors import ProtocolError
from tests.support.parties import PartyWorld
from tests.support.rooms import Nodes, refusal


@pytest.fixture(params=["memory", "redis"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "memory":
        return MemoryStore(lambda: 0.0)
    request.getfixturevalue("clean_redis")
    return RedisStore()


async def test_nobody_comes_into_a_party_with_one_who_blocks_him(store: Store) -> None:
    world = PartyWorld(store)
    id = await world.of("ann", "bob")
    await world.nodes[0].ask("dan", "Dan", "ann")
    await world.relations.change("bob", "cid", Event.BLOCKED)
    await world.relations.change("dan", "bob", Event.BLOCKED)
    assert await refusal(world.nodes[1].join("cid", "Cid", id)) == "party-unknown", "by Ann's invite"
    assert await refusal(world.nodes[1].ask("cid", "Cid", "ann")) == "party-unknown"
    assert await refusal(world.nodes[0].answer("ann", "dan", True)) == "invite-over"
    assert [m.player for m in (await world.party("ann")).members] == ["ann", "bob"]
    await world.nodes[0].answer("ann", "dan", False)
    assert (await world.party("ann")).asks == []


async def sent_out_on_his_way_in(nodes: Nodes, code: str) -> None:
    """Bob comes in on one node; before that notes where he is, the owner sends him out on the other."""
    enter = nodes.one._enter

    async def late(player: str, code: str) -> None:
        await nodes.two.kick("ann", player, ban=False)
        await enter(player, code)

    nodes.one._enter = late  # type: ignore[method-assign]
    await nodes.one.join("bob", "Bob", code, "sesame")
    nodes.one._enter = enter  # type: ignore[method-assign]


async def test_who_was_sent_out_on_his_way_in_is_not_in(store: Store) -> None:
    nodes = Nodes(store)
    code = await nodes.open(password="sesame")
    await sent_out_on_his_way_in(nodes, code)
    assert await nodes.two.of("bob") is None
    assert await refusal(nodes.two.leave("bob")) == "no-room"
    nodes.around.blocks.add(frozenset(("ann", "bob")))
    assert await refusal(nodes.two.join("bob", "Bob", code, "sesame")) == "room-unknown"


async def test_who_was_let_in_when_the_node_died_is_in_after_some_sweeps(store: Store) -> None:
    nodes = Nodes(store)
    code = await nodes.open()

    async def dies(*_: Any) -> None:
        raise asyncio.CancelledError

    nodes.one._enter = dies  # type: ignore[method-assign]
    with pytest.raises(asyncio.CancelledError):
        await nodes.one.join("bob", "Bob", code)
    assert await nodes.two.of("bob") is None
    for _ in range(STRAYS):
        nodes.two._sweeps += 1
        await nodes.two._sweep(code)
    assert await nodes.two.of("bob") == code
    assert ("bob", "player.room", {}) in nodes.around.told


async def test_a_block_that_cannot_be_looked_up_lets_nobody_in(store: Store) -> None:
    world = PartyWorld(store)
    id = await world.of("ann")

    async def away(players: Any) -> Any:
        raise ProtocolError("busy")

    world.relations.blocked_by = away  # type: ignore[method-assign]
    assert await refusal(world.nodes[1].join("bob", "Bob", id)) == "busy"
    assert await world.nodes[0].of("bob") is None
