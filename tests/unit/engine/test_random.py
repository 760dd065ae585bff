"""The seeded generator: known draws, fair bounds, one integer of state."""

from collections import Counter

import pytest

from matches.engine.random import SeededRandom

KEY = bytes(range(32))
KNOWN = [208, 891, 550, 168, 413, 653]


def test_draws_are_the_same_everywhere() -> None:
    random = SeededRandom(KEY)
    assert [random.below(1000) for _ in range(6)] == KNOWN
    assert random.counter == 6


def test_counter_alone_continues_the_draws() -> None:
    one = SeededRandom(KEY)
    for _ in range(5):
        one.between(-3, 3)
    other = SeededRandom(KEY, one.counter)
    assert [one.below(99) for _ in range(20)] == [other.below(99) for _ in range(20)]


def test_another_key_draws_otherwise() -> None:
    one, other = SeededRandom(KEY), SeededRandom(bytes(32))
    assert [one.below(1 << 30) for _ in range(4)] != [other.below(1 << 30) for _ in range(4)]


def test_draws_are_spread_evenly() -> None:
    random = SeededRandom(KEY)
    counts = Counter(random.below(7) for _ in range(7000))
    assert sorted(counts) == list(range(7))
    assert all(850 < count < 1150 for count in counts.values())


def test_between_includes_both_ends() -> None:
    random = SeededRandom(KEY)
    assert {random.between(-1, 1) for _ in range(100)} == {-1, 0, 1}
    assert random.between(5, 5) == 5


def test_shuffle_and_choice_keep_the_items() -> None:
    random, items = SeededRandom(KEY), list(range(30))
    random.shuffle(items)
    assert sorted(items) == list(range(30))
    assert items != list(range(30))
    assert random.choice(items) in items


@pytest.mark.parametrize("n", [0, -1, (1 << 64) + 1])
def test_a_bound_that_makes_no_sense_is_an_error(n: int) -> None:
    with pytest.raises(ValueError):
        SeededRandom(KEY).below(n)
