"""Each peer does what its makers say that it does, on a case made by hand."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from arcade.bench.matchmaker.peers import lichess, playfab
from arcade.bench.matchmaker.peers.first_come import FirstCome
from arcade.bench.matchmaker.peers.lichess import Lichess
from arcade.bench.matchmaker.peers.nakama import Nakama
from arcade.bench.matchmaker.peers.open_match import OpenMatch
from arcade.bench.matchmaker.peers.playfab import PlayFab
from arcade.bench.matchmaker.peers.waves import Waves
from arcade.bench.matchmaker.world import MODES
from tests.support.queueing import played, ticket

ONE, TWO, FIVE, FREE = MODES["1v1"], MODES["2v2"], MODES["5v5"], MODES["ffa12"]
ASIA = (200.0, 150.0, 20.0)


def test_who_comes_first_is_served_first_whatever_his_rating() -> None:
    line = [ticket(0, 800, at=1), ticket(1, 2400, at=2), ticket(2, 2390, at=3), ticket(3, 810, at=4)]
    assert played(FirstCome(ONE), line, 9) == [(2, [0, 1]), (4, [2, 3])]


def test_first_come_waits_for_a_server_that_both_reach() -> None:
    line = [
        ticket(0, at=1, home=2, latencies=ASIA),
        ticket(1, at=2, latencies=(30, 90, 200)),
        ticket(2, at=3),
    ]
    assert played(FirstCome(ONE), line, 9) == [(3, [1, 2])]


def test_first_come_passes_over_a_party_that_has_no_place() -> None:
    line = [ticket(n, at=1 + n, size=size) for n, size in enumerate((4, 4, 3, 1))]
    assert played(FirstCome(FIVE), line, 9) == []
    assert played(FirstCome(FIVE), [*line, ticket(4, at=5, size=1)], 9) == [(5, [0, 1, 3, 4])]


def test_waves_cut_the_sorted_pool_each_twelve_seconds() -> None:
    line = [
        ticket(0, 900, at=1),
        ticket(1, 2000, at=2),
        ticket(2, 1000, at=3),
        ticket(3, 1900, at=4),
        ticket(4, 3000, at=5),
    ]
    assert played(Waves(ONE), line, 23) == [(12, [0, 2]), (12, [1, 3])]


def test_lichess_allows_what_its_limits_say() -> None:
    assert [lichess.limit(rating) for rating in (999, 1000, 1499, 1500, 2400)] == [130, 100, 100, 100, 160]
    assert [lichess.bonus(missed) for missed in (0, 1, 33, 34)] == [0, 12, 396, 400]
    assert played(Lichess(ONE), [ticket(0, 1200, at=1), ticket(1, 1300, at=1)], 12) == [(12, [0, 1])]
    assert played(Lichess(ONE), [ticket(0, 1200, at=1), ticket(1, 1301, at=1)], 12) == []


def test_lichess_gives_a_bonus_for_a_missed_wave_only_as_large_as_the_smaller_of_two() -> None:
    both = [ticket(0, 1200, at=1), ticket(1, 1311, at=1)]
    assert played(Lichess(ONE), both, 30) == [(24, [0, 1])]
    later = [ticket(0, 1200, at=1), ticket(1, 1311, at=13)]
    assert played(Lichess(ONE), later, 30) == []


def test_lichess_runs_a_wave_at_once_when_thirty_wait() -> None:
    line = [ticket(n, 1500 + n, at=1 + n / 100) for n in range(30)]
    found = played(Lichess(ONE), line, 5)
    assert len(found) == 15
    assert {now for now, _ in found} == {line[-1].at}


@given(st.lists(st.tuples(st.integers(700, 1200), st.integers(0, 4)), max_size=8))
def test_lichess_pairs_as_many_as_can_be_at_the_least_cost(players: list[tuple[int, int]]) -> None:
    players.sort()
    ratings, bonuses = [float(r) for r, _ in players], [12 * m for _, m in players]

    def cost(pairing: list[tuple[int, int]]) -> tuple[int, float]:
        scores = [ratings[b] - ratings[a] - min(bonuses[a], bonuses[b]) for a, b in pairing]
        allowed = all(s <= lichess.limit(ratings[a]) for s, (a, _) in zip(scores, pairing, strict=True))
        return (-len(pairing), sum(scores)) if allowed else (1, 0)

    best = min(map(cost, _pairings(tuple(range(len(players))))))
    pairs, least = cost(lichess.pairs(ratings, bonuses))
    assert pairs <= best[0] + 1
    assert pairs > best[0] or least <= best[1] + 48


def _pairings(rest: tuple[int, ...]) -> list[list[tuple[int, int]]]:
    if not rest:
        return [[]]
    first, *others = rest
    found = _pairings(tuple(others))
    for other in others:
        left = tuple(n for n in others if n != other)
        found += [[(first, other), *more] for more in _pairings(left)]
    return found


def test_playfab_widens_by_steps_and_then_lets_anyone() -> None:
    assert [playfab.allowed(waited) for waited in (0, 4.9, 5, 29.9, 30)] == [70, 70, 105, 245, float("inf")]
    pair = [ticket(0, 1500, at=0), ticket(1, 1600, at=0)]
    assert played(PlayFab(ONE), pair, 60) == [(5, [0, 1])]


def test_playfab_holds_the_narrower_of_two_wishes() -> None:
    assert played(PlayFab(ONE), [ticket(0, 1500, at=0), ticket(1, 1600, at=8)], 60) == [(13, [0, 1])]


def test_playfab_holds_the_wish_of_each_of_a_group() -> None:
    patient = [ticket(0, 1500, at=0), ticket(1, 1590, at=0), ticket(2, 1590, at=0)]
    hasty = ticket(3, 1510, at=2.5)  # up to 70 points until 7.5
    assert played(PlayFab(TWO), [*patient, hasty], 7) == []
    assert played(PlayFab(TWO), [*patient, hasty], 9) == [(8, [0, 1, 2, 3])]


def test_playfab_takes_the_oldest_as_seed_and_his_nearest() -> None:
    line = [
        ticket(0, 1500, at=0.1),
        ticket(1, 1540, at=0.2),
        ticket(2, 1530, at=0.3),
        ticket(3, 1545, at=0.4),
    ]
    assert played(PlayFab(ONE), line, 1) == [(1, [0, 2]), (1, [1, 3])]


def test_playfab_needs_a_region_for_all() -> None:
    far = ticket(1, 1500, home=2, latencies=ASIA)
    assert played(PlayFab(ONE), [ticket(0, 1500, latencies=(20, 90, 200)), far], 90) == []


def test_nakama_searches_once_each_fifteen_seconds_and_takes_the_oldest() -> None:
    line = [ticket(0, 1400, at=1), ticket(1, 1590, at=2), ticket(2, 1495, at=14)]
    assert played(Nakama(ONE), line, 14.9) == []
    found = played(Nakama(ONE), line, 29)
    assert found in ([(15, [0, 2])], [(15, [1, 2])])  # only 2 has both in reach, and each has only 2
    passive = [ticket(0, 1590, at=1), ticket(2, 1550, at=16)]
    assert played(Nakama(ONE), passive, 29) == []
    assert played(Nakama(ONE), passive, 30) == [(30, [0, 2])]
    oldest = [ticket(0, 1420, at=1), ticket(1, 1580, at=2), ticket(2, 1500, at=16)]
    assert played(Nakama(ONE), oldest, 30) == [(30, [0, 2])]


def test_nakama_fills_up_with_the_oldest() -> None:
    line = [ticket(n, 1500 + n, at=at) for n, at in enumerate((1, 2, 3, 16, 17))]
    ((now, members),) = played(Nakama(TWO), line, 30)
    assert now == 30
    assert members[:3] == [0, 1, 2]


def test_nakama_asks_only_once_until_the_client_asks_anew() -> None:
    wide, narrow = ticket(0, 1500, at=1), ticket(1, 1650, at=46)
    assert played(Nakama(ONE), [wide, narrow], 74) == []
    assert played(Nakama(ONE), [wide, narrow], 75) == [(75, [0, 1])]


def test_nakama_asks_for_a_range_and_for_a_wider_one_after_thirty_seconds() -> None:
    pair = [ticket(0, 1500, at=1), ticket(1, 1650, at=1)]
    assert played(Nakama(ONE), pair, 44) == []
    assert played(Nakama(ONE), pair, 60) == [(45, [0, 1])]


def test_open_match_proposes_each_window_and_takes_the_best_first() -> None:
    line = [ticket(0, 1500), ticket(1, 1540), ticket(2, 1550), ticket(3, 1590)]
    assert played(OpenMatch(ONE), line, 5) == [(5, [1, 2])]
    assert played(OpenMatch(ONE), line, 10) == [(5, [1, 2]), (10, [0, 3])]


def test_open_match_refuses_what_is_too_far() -> None:
    assert played(OpenMatch(ONE), [ticket(0, 1500), ticket(1, 1675)], 60) == []
    assert played(OpenMatch(ONE), [ticket(0, 1500), ticket(1, 1674)], 60) == [(5, [0, 1])]


def test_parties_of_all_fill_two_teams() -> None:
    sizes = [4, 3, 2, 1]
    line = [ticket(n, 1500 + n, at=0.01 * n, size=size) for n, size in enumerate(sizes)]
    for policy in (FirstCome, Waves, Lichess, PlayFab, Nakama, OpenMatch):
        found = played(policy(FIVE), line, 20)
        assert [members for _, members in found] == [[0, 1, 2, 3]], policy.__name__


def test_a_free_for_all_takes_twelve() -> None:
    line = [ticket(n, 1500 + n, at=0.01 * n) for n in range(13)]
    for policy in (FirstCome, Waves, Lichess, PlayFab, Nakama, OpenMatch):
        found = played(policy(FREE), line, 20)
        assert [len(members) for _, members in found] == [12], policy.__name__
        assert len(set(itertools.chain(*(members for _, members in found)))) == 12
