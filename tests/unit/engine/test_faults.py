"""Games that break: the match stands as before, and can be ended."""

from collections.abc import Callable
from unittest.mock import patch

import msgspec
import pytest

from matches.engine import numbers, registry
from matches.engine.errors import GameFault, StepTimeout
from matches.engine.inputs import Ended, Join
from matches.engine.match import MAX_STATE, Match
from matches.engine.replay import replay
from matches.engine.testing import Drive, make_setup

EVIL = msgspec.msgpack.encode({"evil": True})
GOOD = msgspec.msgpack.encode({})
IN_STEP = ["raises", "exits", "recurses", "shouts", "result", "wrong-result", "wrong-turn"]


def started(name: str) -> Drive:
    rules = registry.get(f"hostile-{name}")
    drive = Drive(rules, make_setup(rules))
    drive.join()
    drive.move(0, GOOD)
    return drive


def ends(drive: Drive) -> None:
    """It can be ended as broken, is shown without the game, and its log replays to the same."""
    step = drive.step(Ended("broken", drive.now))
    assert step.ended
    assert (drive.match.phase, drive.match.reason, drive.match.result) == ("aborted", "broken", None)
    assert drive.match.view(None)["game"] is None
    assert drive.match.next_wake() is None
    assert drive.match.bots_due() == []
    hashes = [match.hash() for match, _ in replay(drive.game, drive.match.setup, drive.records)]
    assert hashes == drive.hashes


@pytest.mark.parametrize("name", IN_STEP)
def test_the_match_stands_as_before_the_step(name: str) -> None:
    drive = started(name)
    before, seen, snapshot = drive.match.hash(), drive.match.view(0), drive.match.snapshot()
    with pytest.raises(GameFault):
        drive.move(1, EVIL)
    assert drive.match.hash() == before
    assert drive.match.view(0) == seen
    assert drive.match.snapshot() == snapshot
    drive.step(drive.moved(1, GOOD))
    assert drive.match.view(0)["game"]["count"] == 2
    ends(drive)


def test_a_state_that_grows_too_large_is_a_fault() -> None:
    drive = started("grows")
    drive.move(1, EVIL)
    drive.move(0, EVIL)
    before = drive.match.hash()
    with pytest.raises(GameFault, match="bytes"):
        drive.move(1, EVIL)
    assert drive.match.hash() == before
    ends(drive)


def test_what_is_kept_of_seats_takes_nothing_from_the_game() -> None:
    drive = started("grows")
    with patch.dict(numbers.TEXTS, {"bad-move": "\U0001f3b2" * 200}):
        for seat in (0, 1) * numbers.REFUSALS:
            drive.move(seat, b"\xc1")
        drive.move(1, EVIL)
        drive.move(0, EVIL)
    assert len(drive.match.saved) > MAX_STATE
    with pytest.raises(GameFault, match="bytes"):
        drive.move(1, EVIL)


@pytest.mark.parametrize("interruption", [StepTimeout, SystemExit, MemoryError])
def test_an_interruption_from_outside_is_a_fault(
    interruption: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    drive = started("raises")
    before = drive.match.hash()

    def interrupted(*_: object) -> None:
        raise interruption

    monkeypatch.setattr(type(drive.game), "worst", interrupted)
    with pytest.raises(GameFault) as fault:
        drive.move(1, EVIL)
    assert isinstance(fault.value.cause, interruption)
    assert drive.match.hash() == before
    ends(drive)


def test_an_alarm_that_never_rests_is_a_fault() -> None:
    drive = started("wakes")
    drive.move(1, EVIL)
    with pytest.raises(GameFault):
        drive.match.step(drive.now + 60_000, [])
    drive.step(Ended("broken", drive.now + 60_000), after=60_000)
    assert drive.match.phase == "aborted"


def test_a_state_that_is_not_as_declared_is_a_fault_as_soon_as_it_is_read_again() -> None:
    drive = started("mistypes")
    drive.move(1, EVIL)
    with pytest.raises(GameFault):
        drive.move(0, GOOD)
    with pytest.raises(GameFault):
        Match.restore(drive.game, drive.match.snapshot())
    ends(drive)


def test_a_broken_view_is_a_fault_of_the_view_alone() -> None:
    drive = started("view")
    drive.move(1, EVIL)
    look: list[Callable[[], object]] = [lambda: drive.match.view(0), lambda: drive.match.bot_view(0)]
    for seen in look:
        with pytest.raises(GameFault):
            seen()
    ends(drive)


def test_a_broken_setup_can_be_ended() -> None:
    rules = registry.get("hostile-setup")
    for bots in ((), (0, 1)):
        drive = Drive(rules, make_setup(rules, bots=bots))
        inputs = [] if bots else [Join(0, 1, 0), Join(1, 2, 0)]
        with pytest.raises(GameFault):
            drive.match.step(10, inputs)
        assert drive.match.phase == "open"
        ends(drive)
