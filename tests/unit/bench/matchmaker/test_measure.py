"""How figures are made of a run."""

import math

import pytest
from openskill.models import PlackettLuce

from arcade.bench.matchmaker.cells import dominating
from arcade.bench.matchmaker.measure import POINTS, chances, kaplan_meier, measured, percentile
from arcade.bench.matchmaker.policy import Group, seated
from arcade.bench.matchmaker.simulate import Run
from arcade.bench.matchmaker.world import MODES
from tests.support.queueing import ticket


def test_a_wait_that_ended_without_a_match_is_at_least_so_long() -> None:
    waits = [(1.0, True, 1), (2.0, False, 1), (3.0, True, 1), (4.0, True, 1)]
    # 1/4 by 1 s; of the three then at risk one is censored, of the two left half are matched by 3 s: 5/8.
    assert kaplan_meier(waits, [0.25, 0.5, 0.625, 0.9]) == [1.0, 3.0, 3.0, 4.0]


def test_a_share_that_is_never_matched_has_an_infinite_wait() -> None:
    assert kaplan_meier([(1.0, True, 1), (9.0, False, 1)], [0.5, 0.9]) == [1.0, math.inf]


def test_giving_up_does_not_shorten_the_wait() -> None:
    patient = kaplan_meier([(5.0, True, 1)] * 8 + [(100.0, True, 1)] * 2, [0.9])
    gone = kaplan_meier([(5.0, True, 1)] * 8 + [(60.0, False, 1)] * 1 + [(100.0, True, 1)], [0.9])
    assert patient == gone == [100.0]


def test_a_party_counts_as_many_as_it_has_members() -> None:
    assert kaplan_meier([(1.0, True, 1), (2.0, True, 3)], [0.25, 0.26]) == [1.0, 2.0]
    assert percentile([(10.0, 1), (20.0, 3)], 0.25) == 10.0
    assert percentile([(10.0, 1), (20.0, 3)], 0.26) == 20.0


def test_chances_are_openskills() -> None:
    model = PlackettLuce()

    def theirs(group: Group) -> list[float]:
        return model.predict_win(
            [
                [
                    model.rating(mu=r / POINTS, sigma=s)
                    for t in team
                    for r, s in zip(t.ratings, t.sigmas, strict=True)
                ]
                for team in group.teams
            ]
        )

    pair = Group([[ticket(0, 1700, size=2)], [ticket(1, 1500), ticket(2, 1550)]], 0)
    assert chances(pair) == pytest.approx(theirs(pair))
    free = Group([[ticket(n, 1500 + 40 * n)] for n in range(12)], 0)
    assert chances(free) == pytest.approx(theirs(free))


def test_gap_is_between_tickets_and_team_gap_between_teams() -> None:
    members = [ticket(0, 1600, size=2), ticket(1, 1400), ticket(2, 1500)]
    group = seated(MODES["2v2"], members, 0)
    run = Run(members, 50.0, [(4.0, group)] * 3, [group], 0.0)
    told = measured(run, 0, 10)
    assert told["players"] == 4
    assert told["gap"]["p90"] == 200
    assert told["team_gap"]["p90"] == 150
    assert told["wait"]["p50"] == 4.0
    assert told["abandoned"] == 0


def test_who_gave_up_is_told_and_has_no_gap() -> None:
    lost = ticket(0, leaves=61.0)
    told = measured(Run([lost], 100.0, [None], [], 0.0), 0, 10)
    assert told["abandoned"] == 1.0
    assert math.isnan(told["gap"]["p90"])
    assert told["wait"]["p50"] == math.inf


def test_a_peer_dominates_only_where_both_are_at_or_below() -> None:
    def row(wait: float | None, gap: float) -> dict[str, dict[str, float | None]]:
        return {"wait": {"p90": wait}, "gap": {"p90": gap}}

    told = {
        "arcade": row(5, 50),
        "same": row(5, 50),
        "quicker": row(4, 51),
        "finer": row(6, 40),
        "never": row(None, 1),
    }
    assert dominating(told, "gap") == ["same"]


def test_teams_are_dealt_evenly_and_parties_stay_whole() -> None:
    members = [
        ticket(0, 2000),
        ticket(1, 1000),
        ticket(2, 1600, size=3),
        *[ticket(n, 1500) for n in range(3, 8)],
    ]
    group = seated(MODES["5v5"], members, 0)
    assert [sum(t.size for t in team) for team in group.teams] == [5, 5]
    sums = [sum(t.rating * t.size for t in team) for team in group.teams]
    assert abs(sums[0] - sums[1]) == 300
