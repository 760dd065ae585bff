"""What invites and links do on every store, asked for on two nodes at once."""

import asyncio
from typing import TYPE_CHECKING

import pytest

from lobby.rules.invite import CARRY, COOL, Accepted, Outcome
from lobby.rules.relation import Event
from lobby.store_memory import MemoryStore
from lobby.store_redis import RedisStore
from protocol.errors import ProtocolError

if TYPE_CHECKING:
    from tests.support.invites import InviteWorld


@pytest.fixture(params=["memory", "redis"])
async def world(request: pytest.FixtureRequest) -> "InviteWorld":
    from tests.support.invites import InviteWorld

    if request.param == "memory":
        return InviteWorld(MemoryStore(asyncio.get_running_loop().time))
    request.getfixturevalue("clean_redis")
    return InviteWorld(RedisStore())


async def code(work: object) -> str:
    with pytest.raises(ProtocolError) as caught:
        await work  # type: ignore[misc]
    return caught.value.code


async def test_an_invite_founds_the_party_and_brings_the_other_in(world: "InviteWorld") -> None:
    id = await world.send("ann", "bob")
    assert await world.send("ann", "bob", node=1) == id
    ((invite,), (sent,)) = await world.pending("bob"), await world.nodes[1].sent("ann")
    assert (invite.id, invite.name, sent.target) == (id, "Ann", "bob")
    await world.accept("bob", id, node=1)
    party = await world.party.of("ann")
    assert party is not None
    assert await world.party.of("bob") == party
    assert (await world.pending("bob"), await world.nodes[0].sent("ann")) == ([], [])
    assert ("ann", "invite.over", {"id": id, "outcome": "accepted", "target": "bob"}) in world.told
    await world.accept("bob", id)
    await world.party.leave("bob")
    await world.accept("bob", id)
    assert await world.party.of("bob") is None, "the same answer again has the same reply, and does nothing"
    assert await code(world.nodes[0].decline("bob", id)) == "invite-over"


async def test_of_all_answers_at_once_one_decides(world: "InviteWorld") -> None:
    for _ in range(10):
        id = await world.send("ann", "bob")
        answers = [
            world.accept("bob", id),
            world.nodes[1].decline("bob", id),
            world.nodes[0].cancel("ann", "bob", id),
            world.accept("bob", id, node=1),
        ]
        done = await asyncio.gather(*answers, return_exceptions=True)
        refused = [error.code for error in done if isinstance(error, ProtocolError)]
        assert set(refused) <= {"invite-over", "busy"}
        told = [data["outcome"] for _, event, data in world.told if event == "invite.over"]
        joined = await world.party.of("bob") is not None
        assert (told == ["accepted"]) == joined
        assert len(told) <= 1
        if joined:
            await world.party.leave("bob")
        world.told.clear()
        world.now += COOL


async def test_what_a_death_left_half_done_is_done_by_the_next_answer(world: "InviteWorld") -> None:
    id = await world.send("ann", "bob")
    await world.nodes[0]._change("bob", Accepted(id))
    assert await code(world.accept("bob", id, node=1)) == "busy"
    world.now += CARRY
    await world.accept("bob", id, node=1)
    assert await world.party.of("bob") == await world.party.of("ann")


async def test_an_invite_to_what_is_gone_says_so_each_time(world: "InviteWorld") -> None:
    id = await world.send("ann", "bob")
    await world.party.leave("ann")
    for node in (0, 1):
        assert await code(world.accept("bob", id, node=node)) == "invite-over"
    assert await world.party.of("bob") is None


async def test_a_declined_or_late_one_makes_the_sender_wait(world: "InviteWorld") -> None:
    id = await world.send("ann", "bob")
    await world.nodes[1].decline("bob", id)
    await world.nodes[0].decline("bob", id)
    assert await code(world.send("ann", "bob")) == "too-many"
    world.now += COOL
    late = await world.send("ann", "bob")
    world.now += 600
    assert await world.pending("bob") == []
    assert ("ann", "invite.over", {"id": late, "outcome": "expired", "target": "bob"}) in world.told
    assert await code(world.accept("bob", late)) == "invite-over"


async def test_blocked_unknown_and_oneself_get_none(world: "InviteWorld") -> None:
    id = await world.send("ann", "bob")
    await world.relations.change("bob", "ann", Event.BLOCKED)
    assert await code(world.send("ann", "bob")) == "player-unknown"
    assert await code(world.send("bob", "ann")) == "player-unknown"
    assert await code(world.accept("bob", id)) == "invite-over"
    assert await world.party.of("bob") is None
    assert await code(world.send("ann", "nobody")) == "player-unknown"
    assert await code(world.send("ann", "ann")) == "forbidden"


async def test_so_many_wait_for_one_and_of_one(world: "InviteWorld") -> None:
    for n in range(20):
        await world.send(f"p{n}", "bob")
    assert await code(world.send("ann", "bob")) == "too-many-invites"
    for n in range(20):
        await world.send("ann", f"q{n}")
    assert await code(world.send("ann", "cid")) == "too-many-invites"
    await world.send("ann", "q3")
    assert len(await world.pending("bob")) == 20


async def test_who_is_there_already_is_not_invited(world: "InviteWorld") -> None:
    id = await world.send("ann", "bob")
    await world.accept("bob", id)
    assert await code(world.send("ann", "bob")) == "already-there"


async def test_a_link_leads_whoever_has_it_until_it_is_revoked(world: "InviteWorld") -> None:
    link = await world.link("ann")
    assert await world.link("ann") == link
    assert (await world.links.look(world.person("bob"), link))[2] == ("", "", 1, 8)
    assert await world.party.of("bob") is None, "to look is not to go"
    to, what = await world.take("bob", link)
    assert (to, what) == ("party", await world.party.of("ann"))
    assert await world.take("bob", link) == (to, what)
    assert await world.party.of("bob") == what
    assert await world.take("ann", link) == (to, what), "one's own"
    assert await code(world.links.revoke(world.person("bob"), link)) == "forbidden"
    for _ in range(2):
        await world.links.revoke(world.person("ann"), link)
    assert await code(world.take("cid", link)) == "invite-over"
    assert await code(world.links.look(world.person("cid"), link)) == "invite-over"
    other = await world.link("ann")
    assert other != link
    await world.take("cid", other)
    assert await code(world.take("dan", link)) == "invite-over", "the former one stays revoked"
    assert await code(world.take("dan", other[:-1] + ("A" if other[-1] != "A" else "B"))) == "invite-over"


async def test_a_link_ends_with_its_time_its_makers_place_and_a_block(world: "InviteWorld") -> None:
    link = await world.link("ann")
    await world.relations.change("ann", "bob", Event.BLOCKED)
    assert await code(world.take("bob", link)) == "invite-over"
    assert await code(world.links.look(world.person("bob"), link)) == "invite-over"
    world.now += 24 * 3600
    assert await code(world.take("cid", link)) == "invite-over"
    link = await world.link("ann")
    await world.take("cid", link)
    await world.party.leave("ann")
    assert await code(world.links.look(world.person("dan"), link)) == "invite-over"
    assert await world.party.of("ann") is None, "to look founds nothing"
    assert await code(world.take("dan", link)) == "invite-over"


async def test_a_rematch_is_made_once_of_the_two_of_that_match(world: "InviteWorld") -> None:
    world.sat["m0"] = ("connect-four", "standard", ["ann", "bob"])
    world.sat["m9"] = ("arena", "ffa", ["ann", "bob", "cid"])
    assert await code(world.send("ann", "bob", "rematch", "m9")) == "match-unknown"
    assert await code(world.send("ann", "cid", "rematch", "m0")) == "match-unknown"
    assert await code(world.send("ann", "bob", "rematch", "gone")) == "match-unknown"
    id = await world.send("ann", "bob", "rematch", "m0")
    await asyncio.gather(world.accept("bob", id), world.accept("bob", id, node=1), return_exceptions=True)
    (setup,) = world.matches.made.values()
    assert [seat.player for seat in setup.seats] == ["bob", "ann"]
    assert await code(world.send("ann", "bob", "rematch", "m0")) == "in-match"
    found = (await world.nodes[1].pending("bob"))[0].find(id)
    assert found is not None
    assert (found.outcome, found.code) == (Outcome.ACCEPTED, "")


async def test_a_kind_that_is_none_is_malformed(world: "InviteWorld") -> None:
    assert await code(world.send("ann", "bob", "tea")) == "malformed"
    assert await code(world.links.make(world.person("ann"), "rematch")) == "malformed"
