"""A wake that is left as it is, rings too early and looks again, comes to the same as one planned anew."""

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from matches.host import host
from matches.host.append import Outcome
from matches.host.hosted import Stage
from matches.host.memory import Kept
from tests.support.table import Table

LATE = 0.003
"""Seconds after which nothing is due any more that was."""

DISC = st.tuples(st.just("disc"), st.integers(0, 6))
ACT = st.one_of(
    DISC,
    DISC,
    DISC,
    st.tuples(st.just("wait"), st.sampled_from([0.01, 0.9, 7.0, 25.0, 58.9, 61.0])),
    st.tuples(st.just("leave"), st.integers(0, 1)),
    st.tuples(st.just("enter"), st.integers(0, 1)),
    st.tuples(st.just("hold"), st.booleans()),
)


class Side:
    """A match whose log can be held. `anew`: each wake is planned anew."""

    def __init__(self, mode: str, *, anew: bool) -> None:
        self.table = Table("connect-four", mode)
        self.host, self.hosted = self.table.node.host, self.table.hosted
        self.hosts_own = self.host.plan_wake
        self.begun = len(self.records)
        self.sockets = 7
        self.holds = False
        self.held: list[Callable[[Outcome], None]] = []
        self.timers = 0
        self.host.memory = self  # type: ignore[assignment]
        self.host.redis_ms = lambda: 0
        call_at = self.table.loop.call_at

        def counted(when: float, ring: Any, *args: Any, **kwargs: Any) -> Any:
            self.timers += ring == self.host._woken
            return call_at(when, ring, *args, **kwargs)

        self.table.loop.call_at = counted  # type: ignore[method-assign]
        if anew:
            self.host.plan_wake = self.plan_anew  # type: ignore[method-assign]

    def plan_anew(self, hosted: Any) -> None:
        hosted.wake_at = math.inf
        self.hosts_own(hosted)

    def append(self, kept: Kept, data: bytes, settle: Callable[[Outcome], None]) -> None:
        kept.records.append(data)
        if self.holds:
            self.held.append(settle)
        else:
            self.table.loop.call_soon(settle, Outcome.CONFIRMED)

    def do(self, what: str, by: Any) -> None:
        players = self.table.players
        match what:
            case "wait":
                self.table.run(by)
            case "disc":
                seat = self.hosted.match.turn() or 0
                watcher = self.hosted.fanout.seats.get(seat)
                place = watcher and watcher.place
                players[seat].move(place.next if place else 1, {"column": by})
            case "leave":
                self.table.loop.inside(players[by].consumer.leave)
            case "enter":
                self.sockets += 1
                players[by] = self.table.enter(by, self.sockets)
            case "hold":
                self.holds = by
                held, self.held = ([], self.held) if by else (self.held, [])
                for settle in held:
                    self.table.loop.call_soon(settle, Outcome.CONFIRMED)
        self.table.run()

    def overdue(self) -> bool:
        hosted = self.hosted
        due = hosted.match.next_wake(hosted.committed)
        waits = hosted.busy or hosted.stage is not Stage.LIVE
        return not waits and due is not None and hosted.when(due) + LATE < self.table.now

    @property
    def records(self) -> list[bytes]:
        assert self.hosted.kept is not None
        return self.hosted.kept.records

    @property
    def told(self) -> Any:
        heard = [player.heard for player in self.table.players]
        return self.records[self.begun :], self.hosted.match.saved, heard


def both(acts: list[tuple[str, Any]], mode: str = "blitz") -> list[Side]:
    """Both tables, when all of it has happened, and a minute more."""
    sides = [Side(mode, anew=anew) for anew in (False, True)]
    for act in [*acts, ("wait", 61.0)]:
        for side in sides:
            side.do(*act)
            assert not side.overdue(), act
        left, anew = sides
        assert left.told == anew.told, act
    for side in sides:
        side.table.end()
    return sides


@pytest.fixture(autouse=True, scope="module")
def unhurried() -> Any:
    """How long a step takes must not decide when a snapshot is due."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(host, "SNAPSHOT_SECONDS", math.inf)
        yield


@given(st.lists(ACT, max_size=30))
@example([("disc", 3), ("wait", 58.9), ("disc", 3), ("wait", 58.9), ("disc", 3)])
@example([("leave", 0), ("wait", 0.9), ("enter", 0), ("hold", True), ("wait", 61.0), ("hold", False)])
def test_it_comes_to_the_same(acts: list[tuple[str, Any]]) -> None:
    both(acts)


def test_the_flag_falls_on_time_after_moves_that_left_the_wake_alone() -> None:
    """Clocks of 60 s that get 1 s with each move."""
    left, anew = both([("disc", 0), ("wait", 58.9), *[("disc", at) for at in (0, 1, 2, 3, 4, 5) * 3]])
    assert left.hosted.match.reason == anew.hosted.match.reason == "flagged"
    assert left.timers < 6 < 18 < anew.timers


def test_a_grace_that_ends_before_the_flag_falls_is_planned_at_once() -> None:
    """Clocks of 180 s, a grace of 60."""
    left, _ = both([("disc", 3), ("wait", 7.0), ("leave", 1)], "standard")
    assert left.hosted.match.fates == ["stayed", "gone"]
