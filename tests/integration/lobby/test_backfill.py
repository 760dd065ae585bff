"""From the queue into a seat that a player has left, on both stores."""

import pytest

from lobby.rules.relation import Event
from matches.engine.setup import Seat
from matches.host.refilling import Opening
from protocol import messages as wire
from tests.support.lobby import World
from tests.support.waiting import auntil

ARENA = "arena", "ffa"
SITTING = ["p0", "p1", "left", "p3"]


async def opened(world: World, *seats: int) -> str:
    """A match of four, and the offer of its seats."""
    made = [Seat(player, player, n, rating=1500) for n, player in enumerate(SITTING)]
    match = await world.matches.create(*ARENA, made, refill=True)
    await offered(world, match, *seats)
    return match


async def offered(world: World, match: str, *seats: int) -> None:
    inside = [Seat(player, player, n, rating=1500) for n, player in enumerate(SITTING) if n not in seats]
    opening = Opening(match, *ARENA, [(seat, seat) for seat in seats], inside, SITTING)
    await world.lobbies[0].seats_open(opening)


@pytest.mark.parametrize("nodes", [1, 2])
async def test_who_waits_is_put_into_the_seat(world: World, nodes: int) -> None:
    if nodes == 2:
        world.serve(await world.node())
    ann = await world.player("ann")
    await ann.request(wire.Enqueue, *ARENA)
    match = await opened(world, 2)
    found = await ann.until(wire.MatchFound)
    assert (found.match, found.seat, found.backfill) == (match, 2, True)
    assert world.matches.taken == [(match, 2, "ann")]

    async def empty() -> bool:
        return not await world.waiting(*ARENA)

    await auntil(empty)
    assert (await ann.request(wire.Enqueue, *ARENA)).code == "in-match"


async def test_a_seat_that_is_not_to_be_had_leaves_him_in_place(world: World) -> None:
    ann = await world.player("ann")
    await ann.request(wire.Enqueue, *ARENA)
    (before,) = await world.waiting(*ARENA)
    world.matches.grants = False
    match = await opened(world, 2)
    await auntil(lambda: world.matches.taken == [(match, 2, "ann")])

    async def waits() -> bool:
        return [t.claim for t in await world.waiting(*ARENA)] == [""]

    await auntil(waits)
    (after,) = await world.waiting(*ARENA)
    assert (after.id, after.since) == (before.id, before.since)
    world.matches.grants = True
    await offered(world, match, 2)
    assert (await ann.until(wire.MatchFound)).backfill


async def test_one_seat_and_two_who_wait(world: World) -> None:
    ann, bob = await world.player("ann"), await world.player("bob")
    world.ratings["bob"] = 9000
    match = await opened(world, 2)
    await ann.request(wire.Enqueue, *ARENA)
    await bob.request(wire.Enqueue, *ARENA)
    assert (await ann.until(wire.MatchFound)).match == match
    await offered(world, match)
    assert world.matches.taken == [(match, 2, "ann")]
    assert [t.player for t in await world.waiting(*ARENA)] == ["bob"]


async def test_nobody_is_put_beside_whom_he_has_blocked(world: World) -> None:
    ann = await world.player("ann")
    await ann.request(wire.Enqueue, *ARENA)
    await world.relations.change("p0", "ann", Event.BLOCKED)  # of which the queue has not heard
    await opened(world, 2)

    async def parted() -> bool:
        return [(t.claim, t.blocks) for t in await world.waiting(*ARENA)] == [("", frozenset({"p0"}))]

    await auntil(parted)
    assert world.matches.taken == []


async def test_matches_of_the_queue_may_be_filled_and_others_not(world: World) -> None:
    ann, bob = await world.player("ann"), await world.player("bob")
    await ann.request(wire.Enqueue, "arena", "duel")
    await bob.request(wire.Enqueue, "arena", "duel")
    match = (await ann.until(wire.MatchFound)).match
    assert world.matches.refilled == [match]
    cid = await world.player("cid")
    await cid.request(wire.PlayBot, *ARENA, 1, 4)
    await cid.until(wire.MatchFound)
    assert world.matches.refilled == [match]
