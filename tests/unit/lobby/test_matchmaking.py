"""Who is put together: the narrower of two wishes counts, the longest waiting choose first."""

import itertools

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lobby.rules.matchmaking import Rule, groups, seat_teams, split

DUEL = Rule(2, 2)
ARENA = Rule(2, 8)


class Waiting(msgspec.Struct, frozen=True):
    id: str
    rating: int
    since: float


def waiting(*rows: tuple[int, float]) -> list[Waiting]:
    return [Waiting(f"t{n}", rating, since) for n, (rating, since) in enumerate(rows)]


def test_a_pair_that_fits_is_matched_at_once() -> None:
    (found,) = groups(waiting((1500, 100.0), (1600, 100.0)), DUEL, 100.0)
    assert sorted(found.tickets) == ["t0", "t1"]
    assert found.teams == [0, 1]


def test_the_narrower_of_two_wishes_counts() -> None:
    patient_and_new = waiting((1500, 90.0), (1900, 100.0))
    assert groups(patient_and_new, DUEL, 100.0) == []
    assert len(groups(patient_and_new, DUEL, 103.0)) == 1


def test_after_a_while_anyone_will_do() -> None:
    far = waiting((0, 100.0), (9000, 100.0))
    assert groups(far, DUEL, 107.9) == []
    assert len(groups(far, DUEL, 108.0)) == 1


def test_the_longest_waiting_chooses_and_takes_the_closest() -> None:
    (found,) = groups(waiting((1500, 3.0), (1600, 2.0), (1450, 1.0)), DUEL, 3.0)
    assert sorted(found.tickets) == ["t1", "t2"] or sorted(found.tickets) == ["t0", "t2"]
    (found,) = groups(waiting((1500, 1.0), (1600, 2.0), (1450, 3.0)), DUEL, 3.0)
    assert sorted(found.tickets) == ["t0", "t2"]


def test_a_full_table_begins_at_once_and_a_part_of_it_after_patience() -> None:
    assert [len(g.tickets) for g in groups(waiting(*[(1500, 0.0)] * 8), ARENA, 0.0)] == [8]
    three = waiting(*[(1500, 0.0)] * 3)
    assert groups(three, ARENA, 4.9) == []
    assert [len(g.tickets) for g in groups(three, ARENA, 5.0)] == [3]
    assert groups(three[:1], ARENA, 100.0) == []


def test_nobody_sits_first_by_having_waited() -> None:
    pair = waiting((1500, 0.0), (1500, 1.0))
    first = {groups(pair, DUEL, 2.0 + ms / 1000)[0].tickets[0] for ms in range(4)}
    assert first == {"t0", "t1"}


def test_neighbours_sit_in_different_teams() -> None:
    assert seat_teams(4, 2) == [0, 1, 0, 1]
    assert seat_teams(3, 0) == [0, 1, 2]


@pytest.mark.parametrize(("size", "count"), [(2, 4), (4, 8), (2, 8), (3, 6), (5, 10)])
def test_a_split_keeps_everyone_once(size: int, count: int) -> None:
    teams = split([100 * n for n in range(count)], size)
    assert sorted(itertools.chain(*teams)) == list(range(count))
    assert {len(team) for team in teams} == {size}


@given(st.lists(st.integers(0, 3000), min_size=4, max_size=4))
def test_teams_of_two_are_as_even_as_can_be(ratings: list[int]) -> None:
    gap = abs(sum(ratings[i] for i in split(ratings, 2)[0]) * 2 - sum(ratings))
    best = min(abs((ratings[0] + ratings[i]) * 2 - sum(ratings)) for i in (1, 2, 3))
    assert gap == best


rows = st.lists(st.tuples(st.integers(0, 3000), st.floats(0, 30)), max_size=24)


@given(rows, st.sampled_from([DUEL, ARENA, Rule(3, 3), Rule(4, 4, 2), Rule(4, 8, 2)]))
def test_every_two_of_a_group_accept_each_other(rows: list[tuple[int, float]], rule: Rule) -> None:
    tickets = {t.id: t for t in waiting(*rows)}
    seen: set[str] = set()
    for group in groups(list(tickets.values()), rule, 30.0):
        members = [tickets[id] for id in group.tickets]
        assert rule.low <= len(members) <= rule.high
        assert not seen & set(group.tickets)
        seen |= set(group.tickets)
        assert len(set(group.tickets)) == len(group.tickets) == len(group.teams)
        if rule.team_size:
            assert {group.teams.count(team) for team in group.teams} == {rule.team_size}
        for one, other in itertools.combinations(members, 2):
            gap = abs(one.rating - other.rating)
            assert gap <= min(rule.window(30.0 - one.since), rule.window(30.0 - other.since))


@given(rows)
def test_no_pair_that_fits_is_left_waiting(rows: list[tuple[int, float]]) -> None:
    tickets = waiting(*rows)
    taken = {id for group in groups(tickets, DUEL, 30.0) for id in group.tickets}
    for one, other in itertools.combinations([t for t in tickets if t.id not in taken], 2):
        gap = abs(one.rating - other.rating)
        assert gap > min(DUEL.window(30.0 - one.since), DUEL.window(30.0 - other.since))
