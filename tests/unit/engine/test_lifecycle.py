"""The life of a match and of its seats."""

from typing import ClassVar, get_args

import msgspec
import pytest

from matches.engine import numbers, registry
from matches.engine.errors import LifecycleError
from matches.engine.game import Mode, Seats
from matches.engine.inputs import AbortAsked, BotGone, Drop, Ended, Input, Join, Moved, RematchSaid, Resigned
from matches.engine.lifecycle import PHASES, SEATS, Happening, Phase, Status, next_phase, next_status
from matches.engine.record import Stepped
from matches.engine.testing import Drive, make_setup
from matches.engine.timers import JOIN_LIMIT
from matches.games.arena import Arena

FOUR = registry.get("connect-four")


def started(game: str = "connect-four", mode: str | None = None, seats: int = 0) -> Drive:
    rules = registry.get(game)
    drive = Drive(rules, make_setup(rules, mode, seats=seats))
    drive.join()
    assert drive.match.phase == "running"
    return drive


def names(step: object) -> list[str]:
    return [name for name, _ in step.events]  # type: ignore[attr-defined]


def test_nothing_leads_out_of_an_end() -> None:
    assert not [phase for phase, _ in PHASES if phase in ("finished", "aborted")]
    out = {happening: after for (before, happening), after in SEATS.items() if before == "gone"}
    assert out == {"join": "gone", "drop": "gone", "refill": "awaited"}


def test_every_status_takes_joins_and_drops() -> None:
    for status in get_args(Status):
        assert {(status, "join"), (status, "drop")} <= set(SEATS)
    assert set(get_args(Happening)) == {happening for _, happening in SEATS}
    assert set(get_args(Phase)) == {*PHASES.values(), "open"}


def test_what_is_not_in_the_table_is_an_error() -> None:
    with pytest.raises(LifecycleError):
        next_phase("finished", "start")
    with pytest.raises(LifecycleError):
        next_status("awaited", "refill")


def test_starts_when_all_are_here() -> None:
    drive = Drive(FOUR, make_setup(FOUR))
    assert drive.match.view(None)["game"] is None
    assert names(drive.step(Join(0, 1, 5))) == ["seat.here"]
    assert drive.match.view(None)["phase"] == "open"
    assert drive.match.view(None)["seats"][1] == {"status": "awaited", "until": JOIN_LIMIT}
    assert names(drive.step(Join(1, 2, 20))) == ["seat.here", "match.started"]
    assert drive.match.view(None)["phase"] == "running"
    assert [seat["until"] for seat in drive.match.view(None)["seats"]] == [None, None]
    assert drive.match.started == drive.now


def test_computer_players_are_here_already() -> None:
    drive = Drive(FOUR, make_setup(FOUR, bots=(0, 1)))
    assert names(drive.step()) == ["match.started"]
    assert drive.match.bots_due() == [0]


def test_nobody_came() -> None:
    drive = Drive(FOUR, make_setup(FOUR))
    drive.step(Join(0, 1, 5))
    assert drive.match.next_wake() == 30_000
    step = drive.step(after=30_000)
    assert (drive.match.phase, drive.match.reason, step.ended) == ("aborted", "no-show", True)
    assert drive.match.result is None


@pytest.mark.parametrize(
    "further", [[], [Moved(0, 1, 1, JOIN_LIMIT + 1, b"\x80")], [Drop(1, JOIN_LIMIT + 1)]]
)
def test_all_came_in_time_in_a_step_that_was_made_after_it(further: list[Input]) -> None:
    """A record was under way when the last one came."""
    drive = Drive(FOUR, make_setup(FOUR))
    drive.step(Join(0, 1, 5))
    drive.match.step(JOIN_LIMIT + 10, [Join(1, 2, JOIN_LIMIT - 10), *further])
    came = not any(isinstance(said, Drop) for said in further)
    assert (drive.match.phase, drive.match.reason) == (("running", "") if came else ("aborted", "no-show"))


def test_a_dropped_seat_comes_back() -> None:
    drive = started("arena", "duel")
    assert names(drive.step(Drop(0, drive.now))) == ["seat.dropped"]
    assert drive.match.view(None)["seats"][0] == {"status": "dropped", "until": 20_000 + 10}
    assert names(drive.step(Join(0, 99, drive.now))) == ["seat.back"]
    assert drive.match.view(None)["seats"][0] == {"status": "here", "until": None}
    assert drive.match.acks == [0, 0]


def test_a_dropped_seat_is_gone_after_its_grace() -> None:
    drive = started("arena", "duel")
    drive.step(Drop(1, drive.now))
    due = drive.match.next_wake()
    assert due is not None
    step = drive.step(after=due - drive.now)
    assert names(step) == ["seat.gone", "match.ended"]
    assert drive.match.fates == ["stayed", "gone"]
    assert drive.match.result is not None
    assert drive.match.result.places == [1, 2]


def test_a_newer_device_brings_a_new_session() -> None:
    drive = started()
    drive.move(0, b"\x81\xa6column\x01")
    assert drive.match.acks == [1, 0]
    drive.step(Join(0, 77, drive.now))
    assert drive.match.acks == [0, 0]
    assert drive.match.number(0, 1) == 1
    for session in range(100, 100 + numbers.SESSIONS):
        drive.step(Join(0, session, drive.now))
    assert drive.match.number(0, 1) == 0


def test_resigning_ends_a_match_of_two() -> None:
    drive = started()
    step = drive.step(Resigned(0, 1, 1, drive.now))
    assert step.ended
    assert drive.match.phase == "finished"
    assert drive.match.fates == ["resigned", "stayed"]
    assert drive.match.view(None)["result"] == {"places": [2, 1], "scores": None, "reason": "resigned"}
    assert [seat["status"] for seat in drive.match.view(None)["seats"]] == ["here", "here"]


def test_leavers_are_last_in_the_order_they_left() -> None:
    drive = started("high-card", seats=4)
    drive.step(Resigned(2, 3, 1, drive.now))
    drive.step(Resigned(0, 1, 1, drive.now))
    assert drive.match.phase == "running"
    assert drive.match.turn() == 1
    drive.step(Resigned(1, 2, 1, drive.now))
    assert drive.match.result is not None
    assert drive.match.result.places == [3, 2, 4, 1]


def test_leavers_are_behind_all_who_played_on() -> None:
    drive = started("arena", "ffa", 3)
    game = drive.match.state.game
    assert game is not None
    game.runners[0].score = 50
    drive.step(Resigned(0, 1, 1, drive.now))
    while drive.match.phase == "running":
        drive.step(after=50)
    assert drive.match.result is not None
    assert drive.match.result.places == [3, 1, 1]
    assert drive.match.result.scores == [50, 0, 0]


def test_a_team_plays_on_without_one_of_its_members() -> None:
    drive = started("high-card", "pairs")
    drive.step(Resigned(0, 1, 1, drive.now))
    assert drive.match.phase == "running"
    drive.step(Resigned(1, 2, 1, drive.now))
    assert drive.match.result is not None
    assert drive.match.result.places == [2, 2, 1, 1]


@pytest.mark.parametrize(
    ("mode", "seats", "bots", "leave", "places"),
    [
        ("ffa", 4, (1, 2, 3), [0], [4, 1, 1, 1]),
        ("ffa", 4, (2, 3), [1, 0], [3, 4, 1, 1]),
        ("teams", 4, (1, 2, 3), [0], [2, 2, 1, 1]),
        ("teams", 4, (0, 1, 3), [2], [1, 1, 2, 2]),
        ("teams", 4, (2, 3), [0, 1], [2, 2, 1, 1]),
        ("teams", 4, (1, 3), [0, 2], [1, 1, 2, 2]),
        ("duel", 2, (1,), [0], [2, 1]),
        ("duel", 2, (), [0], [2, 1]),
    ],
)
def test_who_leaves_the_field_to_computers_neither_wins_nor_draws(
    mode: str, seats: int, bots: tuple[int, ...], leave: list[int], places: list[int]
) -> None:
    rules = registry.get("arena")
    drive = Drive(rules, make_setup(rules, mode, seats=seats, bots=bots))
    drive.join()
    game = drive.match.state.game
    assert game is not None
    for seat, runner in enumerate(game.runners):
        runner.score = seat + 3
    for seat in leave:
        assert drive.match.phase == "running"
        drive.step(Resigned(seat, seat + 1, 1, drive.now))
    result = drive.match.view(None)["result"]
    assert (result["places"], result["reason"]) == (places, "resigned")
    assert result["scores"] == [runner.score for runner in drive.match.state.game.runners]  # type: ignore[union-attr]
    assert min(result["scores"]) == 3


class Crowd(Arena):
    modes: ClassVar = {"teams": Mode(seats=Seats(6), team_size=2)}


def test_a_side_of_computers_is_before_one_whose_people_left_earlier() -> None:
    drive = Drive(Crowd(), make_setup(Crowd(), bots=(1, 3, 4, 5)))
    drive.join()
    for seat in (0, 2):
        assert drive.match.phase == "running"
        drive.step(Resigned(seat, seat + 1, 1, drive.now))
    assert drive.match.result is not None
    assert drive.match.result.places == [3, 3, 2, 2, 1, 1]


def test_a_seat_that_is_gone_may_do_nothing() -> None:
    drive = started("high-card", seats=3)
    drive.step(Resigned(2, 3, 1, drive.now))
    step = drive.step(Resigned(2, 3, 2, drive.now))
    assert [refusal.code for refusal in step.refusals] == ["seat-gone"]
    assert drive.match.acks == [0, 0, 2]


def test_abort_only_before_two_moves() -> None:
    drive = started()
    drive.move(0, b"\x81\xa6column\x01")
    drive.move(1, b"\x81\xa6column\x01")
    step = drive.step(AbortAsked(0, 1, 2, drive.now))
    assert [refusal.code for refusal in step.refusals] == ["too-late-to-abort"]
    other = started()
    other.move(0, b"\x81\xa6column\x01")
    assert other.step(AbortAsked(1, 2, 1, other.now)).ended
    assert (other.match.phase, other.match.reason) == ("aborted", "aborted")


@pytest.mark.parametrize("leave", [AbortAsked(0, 1, 1, 10), Resigned(0, 1, 1, 10, True)])
def test_who_leaves_an_open_match_ends_it(leave: AbortAsked | Resigned) -> None:
    drive = Drive(FOUR, make_setup(FOUR))
    drive.step(Join(0, 1, 0))
    assert drive.step(leave).ended
    assert (drive.match.phase, drive.match.reason, drive.match.result) == ("aborted", "aborted", None)
    assert drive.match.acks == [1, 0]


def test_resigning_a_running_match_is_no_abort() -> None:
    drive = started()
    assert drive.step(Resigned(0, 1, 1, drive.now, True)).ended
    assert (drive.match.phase, drive.match.reason) == ("finished", "resigned")


def test_logs_of_before_run_again_as_they_ran() -> None:
    """A resignation without `leaves` was refused while the match was open."""
    drive = Drive(FOUR, make_setup(FOUR))
    old: Stepped = msgspec.convert([1, 10, 0, 1, None, [[1, 0, 1, 0], [4, 0, 1, 1, 5]], ""], Stepped)
    step = drive.step(*old.inputs)
    assert [refusal.code for refusal in step.refusals] == ["not-running"]
    assert drive.match.phase == "open"


def test_rematch_when_both_want_one() -> None:
    drive = started()
    assert [r.code for r in drive.step(RematchSaid(0, 1, 1, drive.now, True)).refusals] == ["unfinished"]
    drive.step(Resigned(0, 1, 2, drive.now))
    drive.step(RematchSaid(0, 1, 3, drive.now, True))
    assert drive.match.rematch == [0]
    assert not drive.match.rematch_agreed
    drive.step(RematchSaid(0, 1, 4, drive.now, False))
    assert drive.match.view(1)["rematch"] == []
    drive.step(RematchSaid(0, 1, 5, drive.now, True))
    step = drive.step(RematchSaid(1, 2, 1, drive.now, True))
    assert "rematch.agreed" in names(step)
    assert drive.match.rematch_agreed


def test_no_rematch_alone() -> None:
    drive = started()
    drive.step(Resigned(0, 1, 1, drive.now))
    drive.step(Drop(0, drive.now))
    drive.step(RematchSaid(1, 2, 1, drive.now, True))
    assert not drive.match.rematch_agreed


def test_rematch_against_the_computer() -> None:
    drive = Drive(FOUR, make_setup(FOUR, bots=(1,)))
    drive.join()
    drive.step(Resigned(0, 1, 1, drive.now))
    drive.step(RematchSaid(0, 1, 2, drive.now, True))
    assert drive.match.rematch_agreed


def test_a_computer_player_that_gives_up_leaves() -> None:
    drive = Drive(FOUR, make_setup(FOUR, bots=(1,)))
    drive.join()
    assert drive.step(BotGone(1, drive.now)).ended
    assert drive.match.fates == ["stayed", "gone"]


def test_staff_end_a_match_once() -> None:
    drive = started()
    assert drive.step(Ended("ended by staff", drive.now)).ended
    assert not drive.step(Ended("again", drive.now)).ended
    assert (drive.match.phase, drive.match.reason) == ("aborted", "ended by staff")
