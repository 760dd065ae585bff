"""The arena looks only at what is near: it finds what looking at everyone and at every coin finds."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from matches.engine.random import SeededRandom
from matches.games.arena_field import (
    COIN,
    RUNNER,
    Coin,
    Place,
    Runner,
    bump,
    collect,
    meetings,
    scatter,
)

LOW, HIGH = 4_000, 5_500
"""Along each axis: so small a part of the field that there is always something to touch."""

near = st.integers(LOW, HIGH)

runners = st.lists(
    st.builds(
        Runner, near, near, st.integers(0, 3),
        dx=st.integers(-1, 1), dy=st.integers(-1, 1),
        dizzy=st.sampled_from([0, 0, 3]), safe=st.sampled_from([0, 0, 9]),
    ),
    max_size=8,
)  # fmt: skip
coins = st.lists(st.builds(Coin, near, near), max_size=12)


class Near(SeededRandom):
    """Coins come up in that part of the field again."""

    def between(self, low: int, high: int) -> int:
        return super().between(LOW, HIGH)


def places_of(runners: list[Runner]) -> list[Place]:
    return [(runner.x, runner.y, seat, runner) for seat, runner in enumerate(runners)]


@settings(max_examples=300)
@given(runners)
def test_whoever_bumps_meets_in_order_of_the_seats(runners: list[Runner]) -> None:
    met = [(one[2], other[2]) for one, other in meetings(places_of(runners))]
    assert met == sorted(met)
    touching = [
        (seat, other)
        for seat, other in combinations(range(len(runners)), 2)
        if _far(runners[seat], runners[other]) < (2 * RUNNER) ** 2
        and not runners[seat].safe
        and not runners[other].safe
    ]
    assert set(touching) <= set(met)
    for seat, other in set(combinations(range(len(runners)), 2)) - set(met):
        assert bump(runners[seat], runners[other], []) == []


@settings(max_examples=300)
@given(runners, coins, st.integers(0, 12))
def test_coins_go_to_whoever_reaches_them_first(runners: list[Runner], coins: list[Coin], base: int) -> None:
    random, plainly = Near(b"k"), Near(b"k")
    left, expected = [Coin(coin.x, coin.y) for coin in coins], []
    for seat, runner in enumerate(runners):
        for place in range(len(left) - 1, -1, -1):
            if not runner.dizzy and _far(runner, left[place]) < (RUNNER + COIN) ** 2:
                expected.append((seat, runner))
                left[place : place + 1] = [scatter(plainly)] if place < base else []
    assert collect(places_of(runners), coins, base, random) == expected
    assert coins == left
    assert [runner.score for runner in runners] == [
        sum(seat == of for of, _ in expected) for seat in range(len(runners))
    ]


def _far(one: Runner, other: Runner | Coin) -> int:
    return (one.x - other.x) ** 2 + (one.y - other.y) ** 2
