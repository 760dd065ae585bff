"""A leaver's seat, given to a player of the queue: once, by the log."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from matches import directory
from matches.engine.setup import Seat
from matches.host.node import Node
from matches.host.refilling import Opening
from protocol import messages as wire
from tests.support.frames import FIELDS
from tests.support.sockets import Socket, people, running_node, take_seat
from tests.support.waiting import auntil

pytestmark = pytest.mark.django_db(transaction=True)
MOVE, RESIGN = 2, 3
NEW = Seat("new", "New", 0, rating=1600)


class Offers(list[Opening]):
    async def __call__(self, opening: Opening) -> None:
        self.append(opening)


@pytest.fixture
async def other(clean_redis: str) -> AsyncIterator[Node]:
    """A second node, to which sockets do not go."""
    async with running_node("other") as node:
        yield node


async def left(node: Node) -> tuple[str, list[Socket], Offers]:
    """A match of four for themselves in which seat 2 has left."""
    offers = node.host.refilling.offer = Offers()
    match = await node.create("arena", "ffa", people(4), refill=True)
    sockets = [await take_seat(match, seat, f"player{seat}") for seat in range(4)]
    for socket in sockets:
        await socket.hello()
    await auntil(lambda: node.host.matches[match].match.phase == "running")
    await sockets[2].act(RESIGN)
    await auntil(lambda: bool(offers))
    return match, sockets, offers


async def event(socket: Socket, name: str) -> Any:
    """The data of the next event of this name."""
    while True:
        frame = await socket.until(wire.Frame)
        for told, data in frame[1 + FIELDS.index("events")]:
            if told == name:
                return data


async def test_the_seat_is_offered_taken_and_played_on(node: Node) -> None:
    match, sockets, offers = await left(node)
    assert offers[0].seats == [(2, 2)]
    assert [seat.player for seat in offers[0].players] == ["player0", "player1", "player3"]
    assert offers[0].had == ["player0", "player1", "player2", "player3"]
    assert await node.take(match, 2, "claim", NEW)
    assert await sockets[2].until_closed() == 4014
    live = await directory.running("new")
    assert live is not None
    assert live.seat_of("new") == 2
    assert await directory.running("player2") is None
    new = await take_seat(match, 2, "new")
    await new.send(1, 1, new.session)
    welcome = await new.until(wire.Welcome)
    assert [who["name"] for who in welcome[10]] == ["Player 0", "Player 1", "New", "Player 3"]
    told = {"seat": 2, "player": "new", "name": "New", "rating": 1600}
    assert await event(sockets[0], "seat.taken") == told
    hosted = node.host.matches[match]
    await auntil(lambda: not hosted.match.state.left)
    await new.act(MOVE, {"dx": 1, "dy": 0})
    await auntil(lambda: hosted.match.state.game.runners[2].dx == 1)
    assert hosted.match.acks[2] == 1
    assert hosted.sitting.seats[2].player == "new"
    await auntil(lambda: offers[-1].seats == [])


async def test_the_leaver_has_no_way_back(node: Node) -> None:
    match, _, _ = await left(node)
    assert await node.take(match, 2, "claim", NEW)
    back = await take_seat(match, 2, "player2")
    await back.send(1, 1, back.session)
    assert await back.until_closed() == 4014
    stranger = await take_seat(match, 2, "stranger")
    await stranger.send(1, 1, stranger.session)
    assert await stranger.until_closed() == 4003


async def test_two_who_want_it_at_once(node: Node) -> None:
    match, _, _ = await left(node)
    wants = [node.take(match, 2, f"claim-{n}", Seat(f"new-{n}", "New", 0)) for n in range(6)]
    assert sum(await asyncio.gather(*wants)) == 1
    hosted = node.host.matches[match]
    assert len(hosted.match.state.takers) == 1  # type: ignore[attr-defined]
    assert hosted.live.players.count(hosted.match.holder(2)) == 1


async def test_said_again_it_is_answered_alike(node: Node) -> None:
    match, _, _ = await left(node)
    assert await node.take(match, 2, "claim", NEW)
    assert await node.take(match, 2, "claim", NEW)
    assert not await node.take(match, 2, "another", Seat("third", "Third", 0))


async def test_after_the_deadline_nobody_gets_it(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    from matches.host import taking

    monkeypatch.setattr(taking, "DEADLINE_MS", -1)
    match, _, _ = await left(node)
    assert not await node.take(match, 2, "claim", NEW)
    assert node.host.matches[match].match.open_seats == [2]


async def test_who_does_not_come_is_free_and_so_is_the_seat(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    from matches.engine import refill

    monkeypatch.setattr(refill, "AWAITED_MS", 200)
    match, _, offers = await left(node)
    assert await node.take(match, 2, "claim", NEW)
    offers.clear()
    await auntil(lambda: any(opening.seats for opening in offers))
    assert await directory.running("new") is None


async def test_a_match_that_no_queue_made_is_not_filled(node: Node) -> None:
    offers = node.host.refilling.offer = Offers()
    match = await node.create("arena", "ffa", people(3))
    sockets = [await take_seat(match, seat, f"player{seat}") for seat in range(3)]
    for socket in sockets:
        await socket.hello()
    await sockets[2].act(RESIGN)
    hosted = node.host.matches[match]
    await auntil(lambda: 2 in hosted.match.state.left)
    assert not await node.take(match, 2, "claim", NEW)
    assert not offers


async def test_the_next_owner_knows_who_took_it(node: Node, other: Node) -> None:
    match, _, _ = await left(node)
    assert await other.take(match, 2, "claim", NEW)
    offers = other.host.refilling.offer = Offers()
    await node.drain()
    await auntil(lambda: match in other.host.matches)
    assert other.host.matches[match].match.holder(2) == "new"
    assert await other.take(match, 2, "claim", NEW)
    assert not await other.take(match, 2, "another", Seat("third", "Third", 0))
    assert not any(opening.seats for opening in offers)
