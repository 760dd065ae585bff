"""The wheel of ticks: each match once a period, in as few bursts as its number asks for."""

from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest

from matches.host.ticker import FULL, PHASES, Ticker
from tests.support.twin.loop import VirtualLoop

RATE = 20
PERIOD = 1 / RATE


class Clock:
    """Runs the loop from event to event; what ticked is noted with its time."""

    def __init__(self) -> None:
        self.now = 100.0
        self.loop = VirtualLoop(lambda: self.now)
        self.ticks: list[tuple[float, str]] = []
        self.ticker = Ticker(self.loop, self.ticked)

    def ticked(self, hosted: Any) -> None:
        self.ticks.append((self.now, hosted.id))

    def run(self, seconds: float) -> None:
        until = self.now + seconds
        while (due := self.loop.due) is not None and due <= until:
            self.now = max(self.now, due)
            self.loop.run_due()
        self.now = max(self.now, until)

    def bursts(self) -> list[float]:
        return sorted({time for time, _ in self.ticks})

    def by_match(self) -> dict[str, list[float]]:
        """When each match ticked."""
        times: dict[str, list[float]] = {}
        for time, match in self.ticks:
            times.setdefault(match, []).append(time)
        return times


def gaps(times: list[float]) -> list[float]:
    return [after - before for before, after in pairwise(times)]


@pytest.fixture
def clock() -> Any:
    made = Clock()
    yield made
    made.loop.end()


@pytest.fixture
def add(clock: Clock) -> Callable[[int], list[Any]]:
    def add(count: int) -> list[Any]:
        some = [SimpleNamespace(id=f"m{clock.now}-{i}", tick_slot=None, next_tick=0) for i in range(count)]
        for hosted in some:
            clock.ticker.add(hosted, RATE)  # type: ignore[arg-type]
        return some

    return add


@pytest.mark.parametrize("count", [1, FULL, FULL + 1, 3 * FULL, 5 * FULL, 20 * FULL])
def test_each_match_ticks_once_a_period(clock: Clock, add: Any, count: int) -> None:
    add(count)
    clock.run(1.001)
    by_match = clock.by_match()
    assert len(by_match) == count
    for times in by_match.values():
        assert len(times) in (RATE, RATE - 1)  # the first period is not whole for each phase
        assert gaps(times) == pytest.approx([PERIOD] * (len(times) - 1))


@pytest.mark.parametrize(
    ("count", "bursts"), [(1, 1), (FULL, 1), (FULL + 1, 2), (2 * FULL, 2), (3 * FULL, 3), (9 * FULL, PHASES)]
)
def test_few_matches_share_a_burst(clock: Clock, add: Any, count: int, bursts: int) -> None:
    add(count)
    clock.run(PERIOD)
    clock.ticks.clear()
    clock.run(PERIOD)
    assert len(clock.bursts()) == bursts
    most = Counter(time for time, _ in clock.ticks).most_common(1)[0][1]
    assert most <= max(FULL, -(-count // PHASES))


def test_two_bursts_are_half_a_period_apart(clock: Clock, add: Any) -> None:
    add(2 * FULL)
    clock.run(4.001 * PERIOD)
    times = clock.bursts()[2:]
    assert gaps(times) == pytest.approx([PERIOD / 2] * (len(times) - 1))


def test_a_phase_that_was_left_is_filled_again_and_an_empty_one_rests(clock: Clock, add: Any) -> None:
    first = add(2 * FULL)
    clock.run(PERIOD)
    for hosted in first[:FULL]:
        clock.ticker.remove(hosted)
    clock.run(PERIOD)
    clock.ticks.clear()
    clock.run(PERIOD)
    assert len(clock.bursts()) == 1
    add(FULL)
    clock.run(2 * PERIOD)
    clock.ticks.clear()
    clock.run(PERIOD)
    assert len(clock.bursts()) == 2
    assert len(clock.ticks) == 2 * FULL


def test_without_matches_no_timer_is_left(clock: Clock, add: Any) -> None:
    for hosted in add(3):
        clock.ticker.remove(hosted)
    clock.run(2 * PERIOD)
    assert clock.loop.due is None
    add(1)
    clock.run(2.001 * PERIOD)
    assert len(clock.bursts()) == len(clock.ticks) == 2


def test_a_stall_is_not_made_up_for(clock: Clock, add: Any) -> None:
    add(1)
    clock.run(PERIOD)
    clock.now += 10 * PERIOD
    clock.ticks.clear()
    clock.run(PERIOD * 2.001)
    assert len(clock.ticks) == 3  # the late one, and two in their time


def test_who_comes_while_another_phase_waits_has_his_tick_within_a_period(clock: Clock, add: Any) -> None:
    add(2 * FULL)
    clock.run(0.6 * PERIOD)
    (late,) = add(1)
    clock.ticks.clear()
    clock.run(1.001 * PERIOD)
    assert late.id in {match for _, match in clock.ticks}


@pytest.mark.parametrize("before", [FULL, 3 * FULL])
@pytest.mark.parametrize("part", range(12))
def test_whoever_comes_ticks_within_a_period(clock: Clock, add: Any, before: int, part: int) -> None:
    there = add(before)
    for hosted in there[: before - FULL]:  # of three phases one is left
        clock.ticker.remove(hosted)
    clock.run((3 + part / 12) * PERIOD)
    clock.ticks.clear()
    came = clock.now
    (late,) = add(1)
    clock.run(3 * PERIOD)
    times = clock.by_match()
    assert times[late.id][0] <= came + PERIOD * 1.001
    for ticks in times.values():
        assert gaps(ticks) == pytest.approx([PERIOD] * (len(ticks) - 1))


def test_a_tick_that_raises_stops_no_other(clock: Clock, add: Any) -> None:
    some = add(3)
    clock.run(PERIOD)
    real, wheel = clock.ticked, clock.ticker._wheels[RATE]

    def broken(hosted: Any) -> None:
        wheel._tick = real
        raise RuntimeError

    wheel._tick = broken
    clock.loop.set_exception_handler(lambda *_: None)
    clock.ticks.clear()
    clock.run(3.001 * PERIOD)
    assert Counter(match for _, match in clock.ticks) == {hosted.id: 2 for hosted in some}


def test_who_comes_in_a_tick_is_planned_with_the_others(clock: Clock, add: Any) -> None:
    add(1)
    wheel = clock.ticker._wheels[RATE]

    def adds(hosted: Any) -> None:
        wheel._tick = clock.ticked
        clock.ticked(hosted)
        add(2 * FULL)

    wheel._tick = adds
    clock.run(6.001 * PERIOD)
    times = clock.by_match()
    assert len(times) == 2 * FULL + 1
    for ticks in times.values():
        assert gaps(ticks) == pytest.approx([PERIOD] * (len(ticks) - 1))
        assert len(ticks) in (5, 6)


def test_once_stopped_nothing_ticks_whatever_is_added(clock: Clock, add: Any) -> None:
    add(2)
    clock.run(PERIOD)
    clock.ticker.stop()
    clock.ticks.clear()
    (other,) = add(1)
    clock.ticker.add(SimpleNamespace(id="of-another-rate", tick_slot=None, next_tick=0), RATE // 2)  # type: ignore[arg-type]
    clock.run(5 * PERIOD)
    assert clock.ticks == []
    assert other.tick_slot is not None
