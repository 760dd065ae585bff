"""Rooms: a code, seats, ready, a match, and again."""

from typing import Any

import msgspec
import pytest

from lobby import consumer, room_keeper, rooms
from lobby.rules import room as rules
from lobby.rules.room import membership
from matches.engine.setup import Seat, Setup
from protocol import messages as wire
from protocol.errors import ProtocolError
from tests.support.lobby import GAME, MODE, Socket, World
from tests.support.waiting import auntil


async def created(socket: Socket, game: str = GAME, mode: str = MODE, seats: int = 0) -> Any:
    """The room as its owner sees it."""
    reply = await socket.request(wire.RoomCreate, game, mode, seats)
    assert isinstance(reply, wire.Reply), reply
    return await socket.until(wire.Room, code=reply.data["code"])


def names(room: Any) -> list[str]:
    return [member["name"] for member in room.members]


async def test_friends_meet_by_code_are_ready_and_play_again(world: World) -> None:
    ann = await world.player("ann")
    room = await created(ann)
    assert len(room.code) == 6
    assert set(room.code) <= set(rooms.ALPHABET)
    assert (room.seats, room.link, room.members[0]["owner"]) == (2, f"/?room={room.code}", True)
    world.serve(await world.node())
    bob = await world.player("bob")
    reply = await bob.request(wire.RoomJoin, f" {room.code[:3].lower()}-{room.code[3:]} ")
    assert reply.data == {"code": room.code}
    for socket in (ann, bob):
        while names(await socket.until(wire.Room)) != ["Ann", "Bob"]:
            continue
    for match in ("match1", "match2"):
        await ann.request(wire.RoomReady, True)
        await bob.request(wire.RoomReady, True)
        for socket, seat in ((ann, 0), (bob, 1)):
            found = await socket.until(wire.MatchFound)
            assert (found.match, found.seat, found.game) == (match, seat, GAME)
        await auntil(lambda match=match: started(world, room.code, match))
        assert (await ann.request(wire.RoomReady, True)).code == "in-match"
        await world.end(match)
        for socket in (ann, bob):
            while any(m["ready"] for m in (await socket.until(wire.Room)).members):
                continue


async def started(world: World, code: str, match: str) -> bool:
    told = await world.lobbies[0].rooms.get(code)
    return told is not None and told[0].match == match


async def test_computers_take_seats_at_the_owners_wish(world: World) -> None:
    ann, bob = await world.player("ann"), await world.player("bob")
    room = await created(ann, "arena", "ffa", 3)
    await bob.request(wire.RoomJoin, room.code)
    assert (await bob.request(wire.RoomBot, 1)).code == "not-owner"
    assert isinstance(await ann.request(wire.RoomBot, 1), wire.Reply)
    assert (await ann.request(wire.RoomBot, 99)).code == "no-bot"
    while names(await bob.until(wire.Room)) != ["Ann", "Bob", "Computer 1"]:
        continue
    await ann.request(wire.RoomReady, True)
    await bob.request(wire.RoomReady, True)
    found = await ann.until(wire.MatchFound)
    setup = world.matches.made[found.match]
    assert [seat.bot for seat in setup.seats] == [None, None, 1]
    assert not setup.rated


async def test_the_owners_place_moves_on_and_an_empty_room_is_gone(world: World) -> None:
    ann, bob = await world.player("ann"), await world.player("bob")
    room = await created(ann)
    await bob.request(wire.RoomJoin, room.code)
    assert isinstance(await ann.request(wire.RoomLeave), wire.Reply)
    assert (await ann.until(wire.Room, code=None)).members == []
    while not any(m["owner"] and m["name"] == "Bob" for m in (await bob.until(wire.Room)).members):
        continue
    await bob.request(wire.RoomLeave)
    assert (await ann.request(wire.RoomJoin, room.code)).code == "room-unknown"
    assert (await bob.request(wire.RoomLeave)).code == "no-room"


async def test_who_left_hears_nothing_more(world: World) -> None:
    ann, bob = await world.player("ann"), await world.player("bob")
    room = await created(ann)
    await bob.request(wire.RoomJoin, room.code)
    await bob.until(wire.Room)
    await bob.request(wire.RoomLeave)
    await bob.until(wire.Room, code=None)
    bob.past.clear()
    await ann.request(wire.RoomReady, True)
    while not (await ann.until(wire.Room)).members[0]["ready"]:
        continue
    await bob.request(wire.Ping)
    assert not [m for m in bob.past if isinstance(m, wire.Room)]


async def test_what_comes_late_does_not_show_an_older_room(world: World) -> None:
    ann, bob = await world.player("ann"), await world.player("bob")
    room = await created(ann)
    kept = await world.lobbies[0].rooms.get(room.code)
    assert kept is not None
    await bob.request(wire.RoomJoin, room.code)
    while names(await ann.until(wire.Room)) != ["Ann", "Bob"]:
        continue
    ann.past.clear()
    late = {"type": "room.changed", "version": kept[1], "room": msgspec.msgpack.encode(kept[0])}
    await world.lobbies[0].tell_room(room.code, late)
    await world.lobbies[0].tell_room(room.code, {"type": "room.notice", "code": "after", "text": "."})
    await ann.until(wire.Notice, code="after")
    assert not [m for m in ann.past if isinstance(m, wire.Room)]


async def test_codes_are_refused_with_a_reason(world: World) -> None:
    ann, bob, cid = [await world.player(name) for name in ("ann", "bob", "cid")]
    assert (await ann.request(wire.RoomJoin, "NOROOM")).code == "room-unknown"
    assert (await ann.request(wire.RoomJoin, "")).code == "room-unknown"
    assert (await ann.request(wire.RoomReady, True)).code == "no-room"
    room = await created(ann)
    await bob.request(wire.RoomJoin, room.code)
    own = await created(cid)
    assert (await cid.request(wire.RoomJoin, room.code)).code == "room-full"
    assert await world.lobbies[0].rooms.of("cid") == own.code, "who is refused keeps the own room"
    assert (await cid.request(wire.RoomCreate, GAME, MODE, 7)).code == "malformed"


async def test_one_room_each(world: World) -> None:
    ann = await world.player("ann")
    first = await created(ann)
    second = await created(ann)
    assert first.code != second.code
    assert await world.lobbies[0].rooms.get(first.code) is None


async def test_a_player_who_comes_back_is_still_in_the_room(world: World) -> None:
    ann = await world.player("ann")
    room = await created(ann)
    await ann.leave()
    back = await world.player("ann")
    assert (await back.until(wire.Room)).code == room.code


async def test_a_match_that_cannot_be_made_opens_the_room_again(world: World) -> None:
    ann = await world.player("ann")
    await created(ann)
    await ann.request(wire.RoomBot, 1)
    world.matches.failures = 1
    await ann.request(wire.RoomReady, True)
    assert (await ann.until(wire.Notice)).code == "busy"
    await ann.request(wire.RoomReady, True)
    await ann.until(wire.MatchFound)


async def test_the_sweep_ends_lost_matches_and_frees_lost_seats(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_keeper, "SWEEP", 0.1)
    monkeypatch.setattr(membership, "GRACE", 0.3)
    world.serve(await world.node())
    ann = await world.player("ann")
    room = await created(ann)
    await ann.request(wire.RoomBot, 1)
    await ann.request(wire.RoomReady, True)
    found = await ann.until(wire.MatchFound)
    await auntil(lambda: started(world, room.code, found.match))
    world.matches.live.clear()

    async def reopened() -> bool:
        told = await world.lobbies[1].rooms.get(room.code)
        return told is not None and told[0].phase is rules.Phase.OPEN

    await auntil(reopened)
    await ann.leave()

    async def gone() -> bool:
        its = world.lobbies[1].rooms
        return await its.get(room.code) is None and await its.of("ann") is None

    await auntil(gone)


async def test_a_rematch_moves_everyone_one_seat_on(world: World) -> None:
    ann, bob = await world.player("ann"), await world.player("bob")
    for socket in (ann, bob):
        await socket.request(wire.Enqueue, GAME, MODE)
    found = await ann.until(wire.MatchFound)
    setup = world.matches.made[found.match]
    again = await world.lobbies[0].rematch_agreed(setup, [0, 1])
    assert again is not None
    assert [s.player for s in world.matches.made[again].seats] == [s.player for s in setup.seats][::-1]
    assert [s.team for s in world.matches.made[again].seats] == [0, 1]
    world.matches.live.clear()
    await world.lobbies[0].play_bot("bob", "Bob", GAME, MODE, 1, 0)
    assert await world.lobbies[0].rematch_agreed(setup, [0, 1]) is None


def ended(mode: str, teams: list[int], bots: int = 0) -> Setup:
    """A match of the arena, by seat: p0, p1, … and the computers last."""
    people = len(teams) - bots
    seats = [
        Seat(f"p{n}", f"P{n}", team) if n < people else Seat(None, "Computer", team, bot=1)
        for n, team in enumerate(teams)
    ]
    return Setup("old", "arena", mode, 1, seats, b"", True, 0)


async def test_who_has_left_is_in_no_rematch_and_keeps_the_queue(world: World) -> None:
    gone = await world.player("p2")
    await gone.request(wire.Enqueue, GAME, MODE)
    await gone.until(wire.Queue, game=GAME)
    again = await world.lobbies[0].rematch_agreed(ended("ffa", [0, 1, 2]), [0, 1])
    assert again is not None
    assert [(s.player, s.team) for s in world.matches.made[again].seats] == [("p1", 0), ("p0", 1)]
    assert (await world.lobbies[0].matchmaker.where("p2")).game == GAME


@pytest.mark.parametrize(
    ("mode", "teams", "bots", "here", "seats"),
    [
        ("duel", [0, 1], 0, [1], None),
        ("ffa", [0, 1, 2], 0, [2], None),
        ("ffa", [0, 1, 2], 1, [1], [("p1", 0), (None, 1)]),
        ("teams", [0, 1, 0, 1], 0, [0, 1, 2], None),
        ("teams", [0, 1, 0, 1], 0, [0, 2], None),
        ("teams", [0, 1, 0, 1], 1, [0, 1, 2], [("p1", 1), ("p2", 0), (None, 1), ("p0", 0)]),
    ],
)
async def test_a_rematch_of_fewer_needs_a_mode_for_so_many(
    world: World, mode: str, teams: list[int], bots: int, here: list[int], seats: Any
) -> None:
    setup = ended(mode, teams, bots)
    if seats is None:
        with pytest.raises(ProtocolError, match=r"busy: Somebody has left"):
            await world.lobbies[0].rematch_agreed(setup, here)
        assert world.matches.made == {}
        return
    again = await world.lobbies[0].rematch_agreed(setup, here)
    assert again is not None
    assert [(s.player, s.team) for s in world.matches.made[again].seats] == seats


async def test_who_is_in_a_rematch_hears_that_the_queue_is_left(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "BEAT_SECONDS", 60)  # which would find it out later
    ann = await world.player("p0")
    await ann.request(wire.Enqueue, GAME, MODE)
    await ann.until(wire.Queue, game=GAME)
    await world.lobbies[0].rematch_agreed(ended("duel", [0, 1]), [0, 1])
    await ann.until(wire.Queue, game=None)
    assert not [m for m in ann.past if isinstance(m, wire.MatchFound)]
