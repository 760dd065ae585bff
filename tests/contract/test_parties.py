"""What the parties do on every store, over two nodes."""

import asyncio
from typing import TYPE_CHECKING

import pytest

from lobby.parties import SWEEP
from lobby.rules.party import GRACE, STAY
from lobby.rules.party_events import Phase
from lobby.rules.relation import Event
from lobby.store_memory import MemoryStore
from lobby.store_redis import RedisStore
from protocol.errors import ProtocolError

if TYPE_CHECKING:
    from tests.support.parties import PartyWorld


@pytest.fixture(params=["memory", "redis"])
async def world(request: pytest.FixtureRequest) -> "PartyWorld":
    from tests.support.parties import PartyWorld

    if request.param == "memory":
        return PartyWorld(MemoryStore(asyncio.get_running_loop().time))
    request.getfixturevalue("clean_redis")
    return PartyWorld(RedisStore())


async def code(work: object) -> str:
    with pytest.raises(ProtocolError) as caught:
        await work  # type: ignore[misc]
    return caught.value.code


async def test_a_party_queues_as_one_ticket_plays_and_is_open_again(world: "PartyWorld") -> None:
    one, two = world.nodes
    id = await world.of("ann", "bob")
    await one.queue("ann")
    (ticket,) = world.queues.waiting
    assert world.queues.waiting == {ticket: ["ann", "bob"]}
    await two.queue("ann")
    assert list(world.queues.waiting) == [ticket]
    assert await two.holds(id, ticket)
    await two.queue_matched(id, ticket, "m1")
    assert (await world.party("bob")).phase is Phase.PLAYING
    assert await code(one.queue("ann")) == "in-match"
    await one.ended("m1", ["ann", "bob"])
    assert [m.ready for m in (await world.party("bob")).members] == [False, False]
    assert world.shown[id][1] == await world.party("ann")


async def test_whoever_stops_it_the_ticket_is_out_and_all_see_why(world: "PartyWorld") -> None:
    id = await world.of("ann", "bob")
    await world.nodes[0].queue("ann")
    await world.nodes[1].unqueue("bob")
    assert world.queues.waiting == {}
    reason = world.shown[id][1].reason
    assert reason is not None
    assert (reason.code, reason.name) == ("stopped", "Bob")
    assert await code(world.nodes[0].unqueue("bob")) == "not-queued"


@pytest.mark.parametrize("who", ["stops", "leaves", "unready", "kicks", "lets in", "is joined"])
async def test_the_queue_is_told_who_gave_the_ticket_up(world: "PartyWorld", who: str) -> None:
    id = await world.of("ann", "bob", "cleo")
    await world.nodes[0].queue("ann")
    node = world.nodes[1]
    match who:
        case "stops":
            await node.unqueue("bob")
        case "leaves":
            await node.leave("bob")
        case "unready":
            await node.ready("bob", False)
        case "kicks":
            await node.kick("ann", "bob")
        case "lets in":
            await node.ask("dan", "Dan", "ann")
            await node.answer("ann", "dan", True)
        case "is joined":
            await node.join("dan", "Dan", id)
    if who == "is joined":
        assert world.queues.gave_up == []
        assert world.queues.excused[0] == "ann"
    else:
        assert world.queues.gave_up == ["ann" if who in ("kicks", "lets in") else "bob"]


async def test_a_ticket_given_up_on_its_way_into_the_queue_is_taken_out(world: "PartyWorld") -> None:
    await world.of("ann", "bob")
    world.queues.meanwhile = lambda: world.nodes[1].unqueue("bob")
    await world.nodes[0].queue("ann")
    assert (await world.party("ann")).phase is Phase.OPEN
    assert world.queues.waiting == {}


async def test_what_the_queue_refuses_is_told_to_who_asked_and_to_all(world: "PartyWorld") -> None:
    id = await world.of("ann", "bob")
    world.queues.refusal = "busy"
    assert await code(world.nodes[0].queue("ann")) == "busy"
    party = await world.party("ann")
    assert party.phase is Phase.OPEN
    assert party.reason is not None
    assert party.reason.code == "busy"
    assert world.shown[id][1] == party


async def test_who_joins_another_party_leaves_the_former(world: "PartyWorld") -> None:
    first, second = await world.of("ann", "bob"), await world.of("cid")
    await world.nodes[1].join("bob", "Bob", second)
    assert (await world.party("bob")).id == second
    assert [m.player for m in (await world.party("ann")).members] == ["ann"]
    assert ("bob", "player.party", {"code": ""}) in world.told
    assert await code(world.nodes[0].join("dan", "Dan", "gone")) == "party-unknown"
    await world.nodes[0].join("bob", "Bob", second)
    assert len((await world.party("bob")).members) == 2
    assert first != second


async def test_of_many_joins_at_once_a_player_ends_in_one_party(world: "PartyWorld") -> None:
    ids = [await world.of(owner) for owner in ("ann", "bob", "cid", "dan")]
    await asyncio.gather(*[world.nodes[n % 2].join("eve", "Eve", id) for n, id in enumerate(ids)])
    mine = await world.party("eve")
    for owner in ("ann", "bob", "cid", "dan"):
        party = await world.party(owner)
        assert (party.member("eve") is not None) == (party.id == mine.id)


async def test_of_many_who_join_at_once_the_party_takes_as_many_as_it_has_room_for(
    world: "PartyWorld",
) -> None:
    id = await world.of("ann")
    size = (await world.party("ann")).size
    joins = [world.nodes[n % 2].join(f"p{n}", "P", id) for n in range(size + 3)]
    done = await asyncio.gather(*joins, return_exceptions=True)
    full = [error for error in done if isinstance(error, ProtocolError)]
    assert len((await world.party("ann")).members) == size
    assert [error.code for error in full] == ["party-full"] * 4
    out = [n for n, error in enumerate(done) if error is not None]
    assert [await world.nodes[0].of(f"p{n}") for n in out] == [None] * 4


async def test_a_member_who_is_away_takes_it_out_of_the_queue_and_later_himself_out(
    world: "PartyWorld",
) -> None:
    await world.of("ann", "bob")
    await world.nodes[0].queue("ann")
    world.offline = {"bob"}
    await world.nodes[1].look("bob")
    world.now += GRACE - 0.5
    await world.nodes[0].look("ann")
    assert (await world.party("ann")).phase is Phase.QUEUED
    world.now += 0.5
    await world.nodes[0].look("ann")
    party = await world.party("ann")
    assert (party.phase, world.queues.waiting) == (Phase.OPEN, {})
    assert party.reason is not None
    assert (party.reason.code, party.reason.player) == ("away", "bob")
    world.now += STAY
    await world.nodes[0].look("ann")
    assert len((await world.party("ann")).members) == 1
    assert await world.nodes[1].of("bob") is None


async def test_a_party_without_members_is_gone_with_its_ticket(world: "PartyWorld") -> None:
    id = await world.of("ann")
    await world.nodes[0].queue("ann")
    await world.nodes[1].leave("ann")
    assert world.queues.waiting == {}
    assert await world.nodes[0].of("ann") is None
    assert await world.nodes[0]._book.pointer("ann") is None
    assert await code(world.nodes[0].join("bob", "Bob", id)) == "party-unknown"
    for late in (world.nodes[0].leave("ann"), world.nodes[1].ready("ann", True), world.nodes[0].queue("ann")):
        assert await code(late) == "no-party"


@pytest.mark.parametrize("playing", [False, True])
async def test_a_ticket_that_never_reached_the_queue_is_seen_by_the_sweep(
    world: "PartyWorld", playing: bool
) -> None:
    """Its match may even be made already, by a node that died before it told."""
    await world.of("ann", "bob")
    world.queues.lost = True
    await world.nodes[0].queue("ann")
    if playing:
        from matches.engine.setup import Seat

        await world.matches.create("arena", "ffa", [Seat("ann", "Ann", 0), Seat("bob", "Bob", 1)])
    await world.nodes[1].look("bob")
    assert (await world.party("ann")).phase is Phase.QUEUED
    world.now += SWEEP + 0.1
    await world.nodes[1].look("bob")
    assert (await world.party("ann")).phase is (Phase.PLAYING if playing else Phase.OPEN)
    world.matches.live.clear()
    world.now += SWEEP + 0.1
    await world.nodes[1].look("bob")
    assert (await world.party("ann")).phase is Phase.OPEN


async def test_who_is_left_in_two_parties_by_a_death_stays_in_the_one_he_points_to(
    world: "PartyWorld",
) -> None:
    first, second = await world.of("ann", "bob"), await world.of("cid")
    await world.nodes[0]._book.point("bob", second)
    await world.nodes[0].look("ann")
    assert len((await world.party("ann")).members) == 2
    await world.nodes[0].look("ann")
    assert [m.player for m in (await world.party("ann")).members] == ["ann"]
    await world.nodes[0]._book.unpoint("ann", first)
    await world.nodes[1]._sweep(first)
    assert await world.nodes[1].of("ann") == first


async def test_a_request_to_join_reaches_the_owner_and_no_blocked_one_does(world: "PartyWorld") -> None:
    id = await world.of("ann", "bob")
    await world.nodes[1].ask("cid", "Cid", "bob")
    assert [ask.player for ask in world.shown[id][1].asks] == ["cid"]
    await world.nodes[0].answer("ann", "cid", False)
    assert ("cid", "party.denied", {}) in world.told
    await world.nodes[1].ask("cid", "Cid", "bob")
    await world.nodes[0].answer("ann", "cid", True)
    assert (await world.party("cid")).id == id
    await world.relations.change("ann", "dan", Event.BLOCKED)
    assert await code(world.nodes[0].ask("dan", "Dan", "bob")) == "party-unknown"
    assert await code(world.nodes[0].ask("eve", "Eve", "nobody")) == "party-unknown"


async def test_who_asked_and_found_another_party_is_not_drawn_out_of_it(world: "PartyWorld") -> None:
    await world.of("ann")
    await world.nodes[0].ask("cid", "Cid", "ann")
    other = await world.of("bob", "cid")
    assert await code(world.nodes[0].answer("ann", "cid", True)) == "invite-over"
    assert (await world.party("cid")).id == other
