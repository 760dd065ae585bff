"""The world is the same for all policies, and is as it says it is."""

from collections import Counter
from statistics import fmean, stdev

import pytest

from arcade.bench.matchmaker import world
from arcade.bench.matchmaker.world import MODES, stream


def test_a_seed_is_a_stream() -> None:
    mode = MODES["5v5"]

    def described(seed: int) -> list[tuple[float, tuple[float, ...], float]]:
        return [(t.at, t.ratings, t.leaves) for t in stream(mode, 10, 30, seed)]

    assert described(1) == described(1) != described(2)


def test_the_rate_counts_players() -> None:
    for mode in MODES.values():
        players = sum(ticket.size for ticket in stream(mode, 100, 200, 3))
        assert players == pytest.approx(20_000, rel=0.03)


def test_parties_ratings_and_regions_are_as_told() -> None:
    tickets = stream(MODES["5v5"], 1000, 30, 4)
    sizes = Counter(ticket.size for ticket in tickets)
    shares = [sizes[n] / len(tickets) for n in range(1, 6)]
    assert shares == pytest.approx(world.PARTIES, abs=0.01)
    ratings = [rating for ticket in tickets for rating in ticket.ratings]
    assert fmean(ratings) == pytest.approx(1500, abs=10)
    assert stdev(ratings) == pytest.approx(350, abs=10)
    assert all(ticket.regions >> ticket.home & 1 for ticket in tickets)
    assert min(ticket.leaves - ticket.at for ticket in tickets) >= world.PATIENT
    both = sum(bin(ticket.regions).count("1") > 1 for ticket in tickets)
    assert 0.4 < both / len(tickets) < 0.8


def test_parties_are_cut_to_the_team() -> None:
    assert {ticket.size for ticket in stream(MODES["2v2"], 100, 30, 1)} == {1, 2}
    assert {ticket.size for ticket in stream(MODES["ffa12"], 100, 30, 1)} == {1}
