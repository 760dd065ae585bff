"""The Fischer clock in a match: arrival stops, confirmation starts, flags fall."""

import msgspec

from matches.engine import registry
from matches.engine.testing import Drive, make_setup

CHESS = registry.get("connect-four")


def column(n: int) -> bytes:
    return msgspec.msgpack.encode({"column": n})


def started() -> Drive:
    drive = Drive(CHESS, make_setup(CHESS))
    drive.join()
    return drive


def test_time_until_the_record_is_confirmed_is_on_nobodys_clock() -> None:
    drive = started()
    began = drive.now
    drive.step(drive.moved(0, column(0), after=500), after=700, committed=began + 100)
    clock = drive.match.state.clock
    assert clock is not None
    # arrived 500 ms later, 100 of them before the confirmation; stepped only at 700
    assert clock.left == [180_000 - 400 + 2000, 180_000]
    assert (clock.running, clock.since) == (1, began + 700)
    drive.step(drive.moved(1, column(0), after=1000), after=1000, committed=began + 750)
    clock = drive.match.state.clock
    assert clock is not None
    assert clock.left[1] == 180_000 - 950 + 2000


def test_only_the_step_that_started_a_clock_has_its_confirmation_credited() -> None:
    drive = started()
    drive.step(after=100)
    since = drive.match.state.clock.since  # type: ignore[union-attr]
    drive.step(after=100, committed=drive.now + 90)
    assert drive.match.state.clock.since == since  # type: ignore[union-attr]


def test_a_flag_falls_at_its_time_and_ends_the_match() -> None:
    drive = started()
    due = drive.match.next_wake()
    assert due == drive.now + 180_000
    assert drive.match.next_wake(drive.now + 30) == due + 30
    step = drive.step(after=180_000)
    assert step.ended
    assert drive.match.fates == ["flagged", "stayed"]
    assert drive.match.result is not None
    assert drive.match.result.places == [2, 1]
    assert drive.match.reason == "flagged"
    assert drive.match.next_wake() is None


def test_a_move_that_arrived_in_time_counts_though_the_step_comes_late() -> None:
    drive = started()
    step = drive.step(drive.moved(0, column(0), after=180_000), after=180_500)
    assert not step.ended
    assert drive.match.state.clock.left[0] == 2000  # type: ignore[union-attr]


def test_a_move_that_arrived_too_late_is_refused_after_the_flag() -> None:
    drive = started()
    step = drive.step(drive.moved(0, column(0), after=180_001), after=180_500)
    assert step.ended
    assert [refusal.code for refusal in step.refusals] == ["match-finished"]


def test_time_never_goes_back() -> None:
    drive = started()
    drive.step(after=500)
    now = drive.now
    assert drive.match.step(now - 300, []).time == now
