"""A leaver's seat, taken by a new player."""

from typing import Any

import msgspec
import pytest

from matches.engine import registry
from matches.engine.errors import DeclarationError
from matches.engine.game import Game, Mode, Result, Seats, Table, Ticks
from matches.engine.inputs import BotGone, Drop, Ended, Join, Moved, Resigned, Taken
from matches.engine.match import Match
from matches.engine.record import decode_record, encode_record
from matches.engine.refill import AWAITED_MS, MOST
from matches.engine.replay import replay
from matches.engine.testing import Drive, make_setup
from matches.games.arena import Arena, Move

ARENA: Game[Any, Any] = registry.get("arena")
NEW = 77
"""The session of who takes a seat."""


def begun(**changed: Any) -> Drive:
    """A match of four for themselves, in which seat 2 has left."""
    setup = msgspec.structs.replace(make_setup(ARENA, "ffa", seats=4), **changed)
    drive = Drive(ARENA, setup)
    drive.join()
    drive.step(Resigned(2, 3, 1, drive.now, True))
    return drive


def taken(drive: Drive, seat: int = 2, claim: str = "c", player: str = "new") -> Taken:
    return Taken(seat, claim, player, player.title(), 1500, drive.now)


def filled(drive: Drive) -> list[tuple[str, Any]]:
    """Events of the step in which the new one joins."""
    drive.step(taken(drive))
    return drive.step(Join(2, NEW, drive.now)).events


def names(drive: Drive) -> list[str]:
    return [seat.name for seat in drive.match.seats]


def test_a_new_player_takes_the_seat_when_he_joins() -> None:
    drive = begun()
    assert drive.match.open_seats == [2]
    until = drive.now + AWAITED_MS
    assert drive.step(taken(drive)).events == []
    assert drive.match.open_seats == []
    assert drive.match.takes("c") == 2
    assert drive.match.holder(2) == "new"
    assert names(drive)[2] == "Player 2"
    seat = drive.match.view(None)["seats"][2]
    assert seat == {"status": "awaited", "until": until}
    assert drive.match.state.left == [2]
    events = drive.step(Join(2, NEW, drive.now)).events
    assert events == [("seat.taken", {"seat": 2, "player": "new", "name": "New", "rating": 1500})]
    assert drive.match.view(None)["seats"][2] == {"status": "here", "until": None}
    assert drive.match.state.left == []
    assert not drive.match.state.game.runners[2].out
    assert names(drive)[2] == "New"
    assert drive.match.fates[2] == "stayed"
    assert [(who.seat.name, who.fate, who.since) for who in drive.match.leavers] == [
        ("Player 2", "resigned", False)
    ]


def test_his_numbers_begin_at_one_and_the_leavers_count_no_more() -> None:
    drive = begun()
    filled(drive)
    assert drive.match.acks[2] == 0
    run = msgspec.msgpack.encode(Move(1, 0))
    drive.step(Moved(2, 3, 2, drive.now, run))  # the leaver's next number
    assert drive.match.acks[2] == 0
    assert drive.match.state.game.runners[2].dx == 0
    drive.step(Moved(2, NEW, 1, drive.now, run), Moved(2, NEW, 1, drive.now, run))
    assert drive.match.acks[2] == 1
    assert drive.match.state.game.runners[2].dx == 1


def test_the_same_session_number_as_the_leavers_is_another_session() -> None:
    drive = begun()
    drive.step(taken(drive))
    drive.step(Join(2, 3, drive.now))
    assert drive.match.acks[2] == 0
    assert drive.match.number(2, 3) == 0


def test_a_seat_is_taken_once() -> None:
    drive = begun()
    drive.step(taken(drive), taken(drive), taken(drive, claim="d", player="other"))
    assert drive.match.takes("c") == 2
    assert drive.match.takes("d") is None
    drive.step(Join(2, NEW, drive.now), taken(drive, claim="e", player="third"))
    assert drive.match.takes("e") is None
    assert drive.match.holder(2) == "new"


def test_the_leavers_own_return_is_not_the_new_ones_coming() -> None:
    drive = begun()
    drive.step(taken(drive), Join(2, 3, drive.now))
    assert drive.match.state.seats[2].status == "awaited"
    assert drive.match.taken == []


@pytest.mark.parametrize("player", ["player-2", "player-0"])
def test_nobody_who_has_sat_here_takes_a_seat(player: str) -> None:
    drive = begun()
    drive.step(taken(drive, player=player))
    assert drive.match.takes("c") is None
    assert drive.match.open_seats == [2]


def test_who_does_not_come_leaves_all_as_it_was() -> None:
    drive = begun()
    drive.step(taken(drive))
    drive.step(after=AWAITED_MS)
    assert drive.match.open_seats == [2]
    assert drive.match.fates[2] == "resigned"
    assert drive.match.holder(2) == "player-2"
    assert drive.match.leavers == []
    drive.step(taken(drive, claim="d", player="other"))
    drive.step(Join(2, NEW, drive.now))
    assert names(drive)[2] == "Other"


def test_an_end_meanwhile_leaves_the_seat_the_leavers() -> None:
    drive = begun()
    drive.step(taken(drive))
    drive.step(Ended("staff", drive.now))
    assert names(drive)[2] == "Player 2"
    assert drive.match.fates[2] == "resigned"
    assert drive.match.view(None)["seats"][2] == {"status": "gone", "until": None}


def test_he_may_leave_in_turn_and_be_followed() -> None:
    drive = begun()
    filled(drive)
    drive.step(Drop(2, drive.now))
    drive.step(after=drive.match.grace)
    assert drive.match.open_seats == [2]
    drive.step(taken(drive, claim="d", player="third"))
    drive.step(Join(2, NEW + 1, drive.now))
    told = [(who.seat.name, who.number, who.fate, who.since) for who in drive.match.leavers]
    assert told == [("Player 2", 2, "resigned", False), ("New", 2, "gone", True)]
    assert drive.match.taken == [2]
    assert names(drive)[2] == "Third"


def test_a_computer_players_seat_is_nobodys() -> None:
    setup = msgspec.structs.replace(make_setup(ARENA, "ffa", seats=4, bots=(3,)), refill=60_000)
    drive = Drive(ARENA, setup)
    drive.join()
    drive.step(BotGone(3, drive.now))
    assert drive.match.state.left == [3]
    assert drive.match.open_seats == []


def test_only_while_the_game_allows_it() -> None:
    assert begun(refill=0).match.open_seats == []
    late = begun(refill=100)
    late.step(after=200)
    late.step(taken(late))
    assert late.match.open_seats == []
    assert late.match.takes("c") is None


def test_takings_of_one_match_are_bounded() -> None:
    drive = begun()
    for n in range(MOST + 3):
        drive.step(taken(drive, claim=f"c{n}", player=f"new-{n}"))
        drive.step(Join(2, n + 1, drive.now))
        drive.step(Resigned(2, n + 1, 1, drive.now, True))
    assert len(drive.match.state.takers) == MOST  # type: ignore[attr-defined]


def test_the_log_and_a_snapshot_lead_to_the_same() -> None:
    drive = begun()
    for n in range(3):
        drive.step(taken(drive, claim=f"c{n}", player=f"new-{n}"))
        again = Match.restore(ARENA, drive.match.snapshot())
        assert again.hash() == drive.match.hash()
        assert again.holder(2) == f"new-{n}"
        drive.step(Join(2, n + 1, drive.now))
        drive.step(Resigned(2, n + 1, 1, drive.now, True))
    hashes = [match.hash() for match, _ in replay(ARENA, drive.match.setup, drive.records)]
    assert hashes == drive.hashes


def test_the_bytes_of_the_record() -> None:
    said = Taken(2, "c", "new", "New", 1500, 7)
    data = encode_record(3, 7, None, [said], "1-2")
    assert data.hex() == "9701070003c091970b02a163a36e6577a34e6577cd05dc07a3312d32"
    assert decode_record(data).inputs == [said]  # type: ignore[union-attr]


def test_a_match_that_allows_none_has_the_bytes_that_it_always_had() -> None:
    plain = Drive(ARENA, msgspec.structs.replace(make_setup(ARENA, "ffa", seats=4), refill=0))
    assert b"refill" not in msgspec.msgpack.encode(plain.match.setup)
    assert plain.match.saved[:3] == bytes([0xDC, 0, 17])  # an array of its seventeen fields


class _State(msgspec.Struct):
    n: int = 0


class _Filled(Game[_State, Move]):
    name, seats, pace, modes = "filled", Seats(3), Ticks(5), {"standard": Mode()}

    def setup(self, table: Table) -> _State:
        return _State()

    def play(self, state: _State, seat: int, move: Move, table: Table) -> None:
        pass

    def result(self, state: _State, table: Table) -> Result | None:
        return None


@pytest.mark.parametrize(("seconds", "says"), [(30, "without joined"), (-1, "backfill is -1")])
def test_a_declaration_that_cannot_be(seconds: float, says: str) -> None:
    broken = type("Broken", (_Filled,), {"backfill": seconds})
    with pytest.raises(DeclarationError, match=says):
        registry.register(broken)


def test_the_arena_goes_on_where_the_leaver_stood() -> None:
    drive = begun()
    runner = drive.match.state.game.runners[2]
    runner.score = 5
    filled(drive)
    assert drive.match.state.game.runners[2].score == 5
    assert Arena.backfill
    assert not registry.get("connect-four").backfill
