"""Invites where somebody is away, a node dies, or two nodes are at it at once."""

import asyncio
from typing import Any

import pytest

from lobby.rules.invite import COOL, PENDING
from lobby.rules.relation import Event
from lobby.store import Store
from lobby.store_memory import MemoryStore
from lobby.store_redis import RedisStore
from protocol.errors import ProtocolError
from tests.support.invites import InviteWorld


@pytest.fixture(params=["memory", "redis"])
async def world(request: pytest.FixtureRequest) -> InviteWorld:
    store: Store = RedisStore()
    if request.param == "memory":
        store = MemoryStore(asyncio.get_running_loop().time)
    else:
        request.getfixturevalue("clean_redis")
    return InviteWorld(store)


async def test_who_is_away_can_be_invited_again_after_one_that_ran_out(world: InviteWorld) -> None:
    first = await world.send("ann", "bob")
    world.now += 601
    with pytest.raises(ProtocolError, match="wait") as caught:
        await world.send("ann", "bob")
    assert caught.value.retry_after == COOL - 1
    world.now += COOL
    second = await world.send("ann", "bob", node=1)
    assert [one.id for one in await world.pending("bob")] == [second] != [first]


async def test_an_answer_quicker_than_the_senders_own_list_leaves_nothing_in_it(world: InviteWorld) -> None:
    one, two = world.nodes
    note = one._note

    async def late(sender: str, sent: Any) -> None:
        one._note = note  # type: ignore[method-assign]
        await two.decline("bob", sent.invite.id)
        await note(sender, sent)

    one._note = late  # type: ignore[method-assign]
    await world.send("ann", "bob")
    assert await two.sent("ann") == []
    assert await world.pending("bob") == []


async def test_a_block_takes_back_what_waits_both_ways(world: InviteWorld) -> None:
    await world.send("ann", "bob")
    await world.send("bob", "ann", node=1)
    await world.send("cid", "bob")
    await world.nodes[1].parted("ann", "bob")
    await world.nodes[0].parted("ann", "bob")
    assert [one.sender for one in await world.pending("bob")] == ["cid"]
    assert await world.pending("ann") == []
    assert [await world.nodes[0].sent(who) for who in ("ann", "bob")] == [[], []]
    assert not [told for told in world.told if told[1] == "invite.over"], "nobody is told of a block"


async def test_strangers_in_a_crowd_do_not_keep_a_friend_out(world: InviteWorld) -> None:
    for n in range(PENDING):
        await world.send(f"p{n}", "bob")
    with pytest.raises(ProtocolError, match="Too many"):
        await world.send("ann", "bob")
    for one, other in (("ann", "bob"), ("bob", "ann")):
        await world.relations.change(one, other, Event.ASKED)
    id = await world.send("ann", "bob", node=1)
    pending = [one.id for one in await world.pending("bob")]
    assert (len(pending), pending[-1]) == (PENDING, id)
    await world.accept("bob", id)
    assert await world.party.of("bob") == await world.party.of("ann")


async def test_who_was_put_out_of_a_party_comes_back_by_no_link(world: InviteWorld) -> None:
    """Each time he came the party left the queue; an invite still brings him in, a member's too."""
    await world.send("ann", "cid")
    await world.accept("cid", (await world.pending("cid"))[0].id)
    code = await world.link("cid")
    await world.take("bob", code)
    await world.party.kick("ann", "bob")
    for ask in (world.take, lambda player, code: world.links.look(world.person(player), code)):
        with pytest.raises(ProtocolError) as caught:
            await ask("bob", code)
        assert caught.value.code == "invite-over"
    await world.accept("bob", await world.send("cid", "bob"))
    assert await world.party.of("bob") == await world.party.of("ann")
    await world.take("bob", code)
