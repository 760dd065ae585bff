"""A tick game's plain moves are taken in runs: the match is the one that takes each by itself."""

from typing import Any
from unittest.mock import patch

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from matches.engine import acts, view
from matches.engine.game import Game, IllegalMove, Result, Seats, Table, Ticks
from matches.engine.inputs import BotMoved, DrawSaid, Drop, Input, Join, Moved, Resigned
from matches.engine.match import Match
from matches.engine.random import SeededRandom
from matches.engine.testing import Choose, Drive, make_setup
from tests.property.engine.test_every_game import keyed

LAST = 40
"""Ticks."""


class Move(msgspec.Struct):
    """1 is refused, 2 sets the alarm, 3 asks for chance."""

    kind: int


class State(msgspec.Struct):
    said: list[tuple[int, int, int]]
    woken: list[int]


class Noting(Game[State, Move]):
    """Notes whatever happens, before it judges any of it."""

    name = "noting"
    seats = Seats(2, 4)
    pace = Ticks(20)
    grace = 1

    def setup(self, table: Table) -> State:
        return State([], [])

    def play(self, state: State, seat: int, move: Move, table: Table) -> None:
        state.said.append((seat, move.kind, table.time))
        table.emit("said", {"seat": seat})
        if move.kind == 2:
            table.wake_at(table.time + 1 + len(state.said) % 9)
        if move.kind == 3:
            state.said.append((seat, table.random.below(100), table.time))
        if move.kind == 1:
            raise IllegalMove("not one")

    def tick(self, state: State, table: Table) -> None:
        del state.said[:-20]
        if len(state.said) % 5 == 4:
            table.wake_at(table.time + 3)

    def woke(self, state: State, table: Table) -> None:
        state.woken = [*state.woken[-5:], table.time]

    def result(self, state: State, table: Table) -> Result | None:
        return Result([1] * table.seats) if table.tick >= LAST else None


def said_by(drive: Drive, choose: Choose, given: dict[int, int], after: int) -> Input:
    """Most often the next move of a seat's session; at times anything else."""
    seat = choose(len(drive.match.teams))
    held = drive.match.state.seats[seat]
    session = held.session or 1 + seat
    at = drive.now + choose(after + 20) - 10
    number = given[seat] = given.get(seat, held.number) + 1
    match choose(100):
        case 0:
            return Join(seat, session if choose(2) else 10 + choose(3), at)
        case 1:
            return Drop(seat, at)
        case 2:
            return DrawSaid(seat, session, number, at, "offer")
        case 3 if not choose(4):
            return Resigned(seat, session, number, at)
        case 4:
            return Moved(seat, 10 + choose(3), number - choose(2), at, b"\x81\xa4kind\x00")
        case 5:
            return Moved(seat, session, choose(9), at, b"\x81\xa4kind\x00")
        case 6:
            return Moved(seat, session, number, at, b"\xc1")
        case 7:
            return BotMoved(seat, at, b"\x81\xa4kind\x02")
        case _:
            return Moved(seat, session, number, at, b"\x81\xa4kind" + bytes([choose(5)]))


@settings(keyed, max_examples=60)
@given(key=st.binary(min_size=32, max_size=32), seats=st.integers(2, 4))
def test_runs_change_nothing(key: bytes, seats: int) -> None:
    choose = SeededRandom(key).below
    drive = Drive(Noting(), make_setup(Noting(), seats=seats))
    drive.join()
    for _ in range(LAST + 2):
        after, given = (0, 50, 50, 50, 900)[choose(5)], dict[int, int]()
        inputs = [said_by(drive, choose, given, after) for _ in range(choose(12))]
        other = Match.restore(drive.game, drive.match.snapshot())
        with patch.object(acts, "run", lambda *_: 0):
            alone = other.step(drive.now + after, inputs)
        assert drive.step(*inputs, after=after) == alone
        assert drive.match.saved == other.saved
        assert drive.match.next_wake() == other.next_wake()
        assert view.image(drive.match, None) == view.image(other, None)
        for seat in range(seats):
            assert drive.match.refusals(seat, 1 + seat) == other.refusals(seat, 1 + seat)


class Runs(Match):
    """Takes nothing by itself."""

    def _take(self, *said: Any) -> None:
        raise AssertionError(said)


def test_plain_moves_are_taken_in_a_run() -> None:
    drive = Drive(Noting(), make_setup(Noting(), seats=4))
    drive.join()
    drive.step(drive.moved(0, Move(0)), after=50)
    match = Runs.restore(drive.game, drive.match.snapshot())
    match.step(drive.now + 50, [])
    moves = [Moved(seat, 1 + seat, drive.number(seat), drive.now, b"\x81\xa4kind\x03") for seat in range(4)]
    match.step(drive.now + 100, moves)
    assert match.acks == [2, 1, 1, 1]
    assert match.state.moves == 5


def test_what_is_shown_is_not_what_was_shown_before_the_start() -> None:
    match = Match.create(Noting(), make_setup(Noting(), bots=(0, 1)))
    before = match.image(None)
    match.step(0, [])
    assert (before.head[0], match.image(None).head[0]) == ("open", "running")
