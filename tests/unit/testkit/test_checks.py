"""Each check lets a sound game pass, and says what is wrong with one that is not."""

import unittest
from typing import Any

import pytest
from hypothesis import given, settings

from matches.engine.game import Game, Random
from matches.engine.testing import Drive
from matches.testkit import (
    GameChecks,
    NoMoveFound,
    Played,
    bots_play_legally,
    random_match,
    replays_exactly,
    stays_in_bounds,
    tells_no_secrets,
)
from matches.testkit.strategies import matches
from tests.unit.testkit import guess
from tests.unit.testkit.guess import Guess, Move, swap

Kind = type[Game[Any, Any]]


class TestGuess(GameChecks, unittest.TestCase):
    game = Guess
    matches = 12

    def swap(self, state: Any, seat: int | None, random: Random) -> None:
        swap(state, seat, random)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (guess.ByTheClock, r"step \d+ came to another state when run again: game.noted\[0\] was"),
        (guess.ByTheDate, r"step \d+ came to another state when run again: game.noted\[0\] was"),
        (guess.Remembering, r"step \d+ came to another state when run again: game.noted\[0\] was"),
        (guess.OutOfOrder, "in another process"),
        (guess.Peeking, r"view\(0\) changes the state"),
    ],
)
def test_what_does_not_replay(kind: Kind, words: str) -> None:
    with pytest.raises(AssertionError, match=words):
        replays_exactly(kind, matches=3)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (guess.Open, r"what seat 0 must not know shows in its view: game.noted\[1\] is"),
        (guess.ToldByAnEvent, "an event tells"),
        (guess.ToldByATrace, r"shows after another's move: game.noted\[0\] is"),
    ],
)
def test_what_tells_secrets(kind: Kind, words: str) -> None:
    with pytest.raises(AssertionError, match=words):
        tells_no_secrets(kind, swap, matches=5)


def test_a_swap_that_swaps_nothing_checks_nothing() -> None:
    with pytest.raises(AssertionError, match="nothing was checked"):
        tells_no_secrets(Guess, lambda state, seat, random: None, matches=2)


def test_a_view_without_a_swap_is_not_passed_over() -> None:
    class Forgotten(GameChecks, unittest.TestCase):
        game = Guess

    with pytest.raises(AssertionError, match=r"define swap\(\)"):
        Forgotten("test_it_tells_no_secrets").test_it_tells_no_secrets()


def test_what_grows_and_what_is_slow() -> None:
    with pytest.raises(AssertionError, match="bytes, above 16384"):
        stays_in_bounds(guess.Growing, matches=2)
    with pytest.raises(AssertionError, match=r"ms of CPU, above 20\.0"):
        stays_in_bounds(guess.Slow, matches=1)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (guess.BadBot, "was refused .*: There are numbers from 0 to 9"),
        (guess.LazyBot, "makes no move, and it is its turn"),
        (guess.WilfulBot, "of the same view and chance"),
    ],
)
def test_bots_that_do_not_play(kind: Kind, words: str) -> None:
    with pytest.raises(AssertionError, match=words):
        bots_play_legally(kind, matches=2)


def test_moves_that_chance_does_not_find_are_asked_for() -> None:
    with pytest.raises(NoMoveFound, match="tell which are worth trying"):
        random_match(guess.Narrow, 1, leavers=False)
    with pytest.raises(NoMoveFound, match="among those that moves"):
        random_match(guess.Narrow, 1, moves=lambda view, seat: [], leavers=False)
    listed = [Move(1_000 + n) for n in range(10)]
    assert random_match(guess.Narrow, 1, moves=lambda view, seat: listed).match.over


def test_the_same_number_is_the_same_match() -> None:
    one, same, other = (random_match(Guess, seed) for seed in (7, 7, 8))
    assert one.records == same.records != other.records


@settings(max_examples=20, deadline=None)
@given(matches(Guess))
def test_matches_for_hypothesis(drive: Drive) -> None:
    assert drive.match.over or drive.match.seq > 10


def test_a_match_by_script() -> None:
    match = Played(Guess)
    first, second = match.state.numbers
    match.place(numbers=[3, 5])
    assert [first, second] != [3, 5]
    assert match.refused(0, Move(11)) == "There are numbers from 0 to 9."
    assert match.refused(1, Move(3)), "it is not its turn"
    with pytest.raises(AssertionError, match="was refused"):
        match.move(0, Move(11))
    assert match.move(0, Move(4)) == []
    assert match.turn == 1
    assert match.view(1) == {"mine": 5, "turn": 1, "last": 4, "noted": []}
    match.move(1, Move(3))
    assert match.over
    assert match.places == [2, 1]


def test_who_leaves_or_gives_up_has_lost() -> None:
    gone = Played(Guess)
    gone.leave(0)
    assert gone.places == [2, 1]
    resigned = Played(Guess)
    resigned.resign(1)
    assert resigned.places == [1, 2]


def test_ticks_are_made_one_by_one() -> None:
    match = Played("arena", seats=2)
    match.tick(20)
    assert match.match.state.tick == 20
    match.wait(1)
    assert match.match.state.tick == 40
    with pytest.raises(AssertionError, match="has no ticks"):
        Played(Guess).tick()
