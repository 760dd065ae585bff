"""What a node takes for the clock of Redis, by answers that were under way for different times."""

import time

import pytest

from matches.host.lease import Lease

AHEAD = 5_000.0
"""How far the clock of Redis is before this machine's, ms."""


@pytest.fixture
def lease(monkeypatch: pytest.MonkeyPatch) -> Lease:
    monkeypatch.setattr(time, "monotonic", lambda: 100.0)
    monkeypatch.setattr(time, "time", lambda: 1_000.0)
    return Lease("n", "", lambda: None)


def redis_ms(lease: Lease) -> float:
    """How far before this machine's clock it is thought to be."""
    return lease.redis_ms() - 1_000_000


def test_the_first_answer_tells_it_to_within_its_round_trip(lease: Lease) -> None:
    lease._reckon(100_000, 1_000_001 + AHEAD, 100_002)
    assert redis_ms(lease) == pytest.approx(AHEAD, abs=2)


def test_an_answer_that_was_held_up_does_not_move_it(lease: Lease) -> None:
    lease._reckon(100_000, 1_000_001 + AHEAD, 100_002)
    lease._reckon(100_250, 1_000_251 + AHEAD, 101_200)
    lease._reckon(101_250, 1_002_199 + AHEAD, 102_200)
    assert redis_ms(lease) == pytest.approx(AHEAD, abs=2)


def test_a_clock_that_was_put_forward_or_back_is_followed(lease: Lease) -> None:
    for ahead in (AHEAD, -AHEAD):
        lease._reckon(100_000, 1_000_001 + ahead, 100_002)
        assert redis_ms(lease) == pytest.approx(ahead, abs=2)
