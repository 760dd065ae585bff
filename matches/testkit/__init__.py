"""For the tests of a game: matches by script, matches at random, and checks of what every game owes.

    class TestPig(GameChecks, unittest.TestCase):
        game = Pig

        def test_a_one_ends_the_turn(self) -> None:
            match = Played(Pig, seed=lucky)
            match.move(0, Move("roll"))
            assert match.turn == 1

`GameChecks` brings the checks, each also to be called by itself from `matches.testkit.checks`. Random matches
for Hypothesis are in `matches.testkit.strategies`. Nothing here needs Redis, a database or a running server.
"""

from matches.testkit.cases import GameChecks
from matches.testkit.checks import bots_play_legally, replays_exactly, stays_in_bounds, tells_no_secrets
from matches.testkit.played import Played
from matches.testkit.roaming import NoMoveFound, random_match

__all__ = [
    "GameChecks",
    "NoMoveFound",
    "Played",
    "bots_play_legally",
    "random_match",
    "replays_exactly",
    "stays_in_bounds",
    "tells_no_secrets",
]
