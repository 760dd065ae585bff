"""Token buckets, one per message type."""

import pytest

from arcade.security.budgets import BREACHES, FORGIVEN, Budgets
from protocol.errors import ProtocolError
from protocol.messages import Enqueue, LobbyHello, Move, Resync


def test_a_burst_then_the_rate() -> None:
    budgets = Budgets()
    for _ in range(Enqueue.budget.burst):
        budgets.take(Enqueue, 0.0)
    with pytest.raises(ProtocolError) as caught:
        budgets.take(Enqueue, 0.25)
    assert (caught.value.code, caught.value.retry_after, caught.value.close) == ("too-many", 0.75, None)
    budgets.take(Enqueue, 1.0)
    with pytest.raises(ProtocolError):
        budgets.take(Enqueue, 1.0)


def test_types_have_buckets_of_their_own() -> None:
    budgets = Budgets()
    for _ in range(LobbyHello.budget.burst):
        budgets.take(LobbyHello, 0.0)
    budgets.take(Enqueue, 0.0)


def test_a_bucket_holds_no_more_than_its_burst() -> None:
    budgets = Budgets()
    budgets.take(Enqueue, 0.0)
    for _ in range(Enqueue.budget.burst):
        budgets.take(Enqueue, 1000.0)
    with pytest.raises(ProtocolError):
        budgets.take(Enqueue, 1000.0)


def test_breaches_in_a_row_end_the_connection() -> None:
    budgets = Budgets()
    closes = []
    for _ in range(Enqueue.budget.burst + BREACHES):
        try:
            budgets.take(Enqueue, 0.0)
        except ProtocolError as error:
            closes.append(error.close)
    assert closes == [None] * (BREACHES - 1) + [4004]


def test_good_messages_do_not_make_up_for_breaches() -> None:
    budgets = Budgets()
    for _ in range(Resync.budget.burst):
        budgets.take(Resync, 0.0)
    closes = []
    for _ in range(BREACHES):
        budgets.take(Move, 0.0)
        with pytest.raises(ProtocolError) as caught:
            budgets.take(Resync, 0.0)
        closes.append(caught.value.close)
    assert closes == [None] * (BREACHES - 1) + [4004]


def test_a_breach_now_and_then_ends_nothing() -> None:
    budgets = Budgets()
    for burst in range(10 * BREACHES):
        now = burst * (FORGIVEN + Enqueue.budget.burst)
        for _ in range(Enqueue.budget.burst):
            budgets.take(Enqueue, now)
        with pytest.raises(ProtocolError) as caught:
            budgets.take(Enqueue, now)
        assert caught.value.close is None
        assert budgets.breaches == 1
