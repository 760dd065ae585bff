"""Whom the watchdog ends: the call of the rules that goes on and on, and nothing else."""

import pytest

from matches.engine.errors import StepTimeout
from matches.host.watchdog import RINGS_MOST, Watchdog


def ring(watchdog: Watchdog, times: int) -> None:
    for _ in range(times):
        watchdog._ring(0, None)


def test_one_call_that_goes_on_is_ended() -> None:
    watchdog = Watchdog()
    with watchdog.on("match"):
        ring(watchdog, RINGS_MOST - 1)
        with pytest.raises(StepTimeout):
            ring(watchdog, 1)
        ring(watchdog, RINGS_MOST)  # it was told once, and is left to end


def test_each_use_counts_anew() -> None:
    watchdog = Watchdog()
    guard = watchdog.on("match")
    for _ in range(3):
        with guard:
            ring(watchdog, RINGS_MOST - 1)


def test_what_is_not_the_rules_is_left_alone() -> None:
    watchdog = Watchdog()
    with watchdog.on("match"):
        pass
    ring(watchdog, 2 * RINGS_MOST)
