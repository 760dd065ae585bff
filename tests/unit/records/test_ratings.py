"""Ratings: who wins goes up, by how much, and what is shown."""

import math

import pytest

from matches.ratings import NEW, Strength, provisional, rate


def test_new_player_is_shown_1500() -> None:
    assert Strength().shown == NEW == 1500


def test_winner_goes_up_as_far_as_loser_goes_down() -> None:
    winner, loser = rate([Strength(), Strength()], [0, 1], [1, 2])
    assert winner.shown - 1500 == 1500 - loser.shown > 0
    assert winner.sigma < Strength().sigma


def test_seat_order_does_not_matter() -> None:
    strong, weak = Strength(30, 3), Strength(20, 5)
    assert rate([strong, weak], [0, 1], [2, 1]) == rate([weak, strong], [0, 1], [1, 2])[::-1]


def test_draw_of_equals_moves_nobody_and_draw_of_unequals_brings_them_nearer() -> None:
    assert [s.shown for s in rate([Strength(), Strength()], [0, 1], [1, 1])] == [1500, 1500]
    strong, weak = rate([Strength(30, 3), Strength(20, 3)], [0, 1], [1, 1])
    assert strong.mu < 30
    assert weak.mu > 20


def test_team_members_move_together() -> None:
    new = rate([Strength()] * 4, [0, 1, 0, 1], [1, 2, 1, 2])
    assert new[0] == new[2]
    assert new[1] == new[3]
    assert new[0].mu > 25 > new[1].mu


def test_free_for_all_goes_by_places() -> None:
    new = rate([Strength()] * 4, [0, 1, 2, 3], [3, 1, 4, 2])
    assert [s.mu for s in (new[1], new[3], new[0], new[2])] == sorted((s.mu for s in new), reverse=True)


def test_a_free_for_all_of_eight_moves_the_winner_about_as_far_as_a_duel() -> None:
    duel = rate([Strength()] * 2, [0, 1], [1, 2])[0].mu - 25
    eight = rate([Strength()] * 8, list(range(8)), list(range(1, 9)))[0].mu - 25
    assert eight < 1.5 * duel


def test_400_points_are_odds_of_ten_to_one_between_settled_players() -> None:
    beta = 25 / 6
    strong = Strength(25 + math.log(10) * math.sqrt(2) * beta, 0.01)
    assert strong.shown == 1900


def test_one_side_alone_teaches_nothing() -> None:
    assert rate([Strength(), Strength()], [0, 0], [1, 1]) == [Strength(), Strength()]


@pytest.mark.parametrize(("matches", "expected"), [(0, True), (9, True), (10, False)])
def test_provisional_below_ten_matches(matches: int, expected: bool) -> None:
    assert provisional(matches) is expected
