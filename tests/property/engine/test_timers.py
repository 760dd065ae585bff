"""Asking seldom which timer is due next, and for what is shown, gives the same match as asking each time."""

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from matches.engine.game import Game, IllegalMove, Result, Table, Ticks
from matches.engine.inputs import Input
from matches.engine.match import Match
from matches.engine.random import SeededRandom
from matches.engine.testing import Drive, make_setup
from tests.property.engine.test_every_game import a_drive, every_game, keyed


class Move(msgspec.Struct):
    """Be woken after so many ms; 7 of them are refused, once they are set."""

    after: int


class State(msgspec.Struct):
    """When it was woken, and by how many moves before."""

    woken: list[tuple[int, int]]
    moves: int = 0


class Alarms(Game[State, Move]):
    """A tick game in which moves and alarms set the alarm."""

    name = "alarms"
    pace = Ticks(20)

    def setup(self, table: Table) -> State:
        table.wake_at(table.time + 5)
        return State([])

    def play(self, state: State, seat: int, move: Move, table: Table) -> None:
        state.moves += 1
        table.wake_at(table.time + abs(move.after))
        if move.after == 7:
            raise IllegalMove("not seven")

    def woke(self, state: State, table: Table) -> None:
        state.woken.append((table.time, state.moves))
        if len(state.woken) % 3:
            table.wake_at(table.time + 4)

    def result(self, state: State, table: Table) -> Result | None:
        return None


class Asking(Match):
    """The same, asking each time; made anew for each step, it has shown nothing before."""

    def _take(self, *said: Any) -> None:
        self.quiet = -1
        try:
            super()._take(*said)
        finally:
            self.quiet = -1


def compare(drive: Drive, choose: Any, steps: int) -> None:
    match = drive.match
    for _ in range(steps):
        after = (0, 10, 50, 900, 7_000, 61_000)[choose(6)]
        inputs: list[Input] = [drive.anything(choose, after) for _ in range(choose(7))]
        other = Asking.restore(drive.game, match.snapshot())
        committed = drive.now + choose(5)
        asked = other.step(drive.now + after, inputs, committed)
        assert drive.step(*inputs, after=after, committed=committed) == asked
        assert match.hash() == other.hash()
        assert match.image(None) == other.image(None)


@every_game
@settings(keyed, max_examples=10)
@given(key=st.binary(min_size=32, max_size=32))
def test_every_game_has_the_same_timers(game: Game[Any, Any], mode: str, key: bytes) -> None:
    choose = SeededRandom(key).below
    compare(a_drive(game, mode, choose), choose, 60)


@settings(keyed, max_examples=30)
@given(key=st.binary(min_size=32, max_size=32), bots=st.booleans())
def test_alarms_that_moves_set_in_a_tick_game(key: bytes, bots: bool) -> None:
    choose, game = SeededRandom(key).below, Alarms()
    drive = Drive(game, make_setup(game, bots=(0, 1) if bots else ()))
    compare(drive, choose, 40)
