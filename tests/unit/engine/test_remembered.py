"""What a match remembers from step to step, when a timer is due and what is shown, is never out of date."""

import msgspec
import pytest

from matches.engine import registry
from matches.engine.game import Game, Result, Table, Ticks
from matches.engine.inputs import DrawSaid, Drop
from matches.engine.testing import Drive, make_setup

LAST = 3
"""Ticks."""


class Move(msgspec.Struct):
    pass


class State(msgspec.Struct):
    pass


class Short(Game[State, Move]):
    """Over after some ticks, whatever anybody does."""

    name = "short"
    pace = Ticks(20)
    grace = 1

    def setup(self, table: Table) -> State:
        return State()

    def play(self, state: State, seat: int, move: Move, table: Table) -> None:
        return

    def result(self, state: State, table: Table) -> Result | None:
        return Result([1] * table.seats) if table.tick == LAST else None


def started(game: Game[State, Move]) -> Drive:
    drive = Drive(game, make_setup(game))
    drive.join()
    assert drive.match.phase == "running"
    return drive


def test_the_end_by_a_tick_without_inputs_is_shown() -> None:
    match = (drive := started(Short())).match
    for _ in range(LAST):
        before = match.image(0)
        assert match.view(0)["phase"] == "running"
        drive.step(after=50)
    assert (match.view(0)["phase"], match.view(0)["result"]["places"]) == ("finished", [1, 1])
    assert match.changes(before, match.image(0)) is not None


def test_a_grace_that_begins_where_no_timer_was_due_is_over_at_its_time() -> None:
    drive = started(Short())
    drive.step()
    assert drive.match.next_wake() is None
    drive.step(Drop(1, drive.now + 10))
    assert drive.match.next_wake() == drive.now + 1000
    drive.step(after=1000)
    assert drive.match.fates == ["stayed", "gone"]


def test_a_flag_that_falls_sooner_than_the_movers_would_falls_at_its_time() -> None:
    """Clocks of 180 s; the second player leaves himself little."""
    drive = started(registry.get("connect-four"))
    drive.move(0, {"column": 0})
    drive.move(1, {"column": 1}, after=170_000)
    drive.move(0, {"column": 2}, after=20_000)
    due = drive.match.next_wake()
    assert due is not None
    assert due < drive.now + 15_000
    drive.step(after=due - 1 - drive.now)
    assert not drive.match.over
    drive.step(after=1)
    assert drive.match.fates == ["stayed", "flagged"]


@pytest.mark.parametrize("game", [Short(), registry.get("connect-four"), registry.get("high-card")])
def test_a_grace_that_begins_and_is_over_in_one_step_is_over_at_its_time(game: Game[State, Move]) -> None:
    """The log was away for so long."""
    drive = started(game)
    grace = drive.match.grace
    late = DrawSaid(0, 1, 1, drive.now + grace + 2, "offer")
    step = drive.step(Drop(1, drive.now + 1), late, after=grace + 10)
    assert drive.match.fates == ["stayed", "gone"]
    assert [refusal.code for refusal in step.refusals] == ["match-finished"]
