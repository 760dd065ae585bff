"""How many seats a match made by hand has."""

from typing import ClassVar

import pytest

from lobby.catalog import seat_count
from matches import catalog
from matches.engine import registry
from matches.engine.game import Mode, Seats
from matches.games.arena import Arena
from protocol.errors import ProtocolError


class Halls(Arena):
    modes: ClassVar = {
        "wide": Mode(seats=Seats(2, 8)),
        "threes": Mode(seats=Seats(6, 9), team_size=3),
        "trios": Mode(seats=Seats(3, 5)),
        "pairs": Mode(seats=Seats(4, 8), team_size=2),
        "crowd": Mode(seats=Seats(6, 8)),
        "duel": Mode(seats=Seats(2)),
    }


@pytest.mark.parametrize(
    ("mode", "usual"), [("wide", 4), ("threes", 6), ("trios", 4), ("pairs", 4), ("crowd", 6), ("duel", 2)]
)
def test_the_usual_number_is_the_allowed_one_nearest_to_four(mode: str, usual: int) -> None:
    assert catalog.usual_seats(Halls(), Halls.modes[mode]) == usual


def test_teams_are_full() -> None:
    assert catalog.seat_counts(Halls(), Halls.modes["threes"]) == [6, 9]
    assert catalog.seat_counts(Halls(), Halls.modes["pairs"]) == [4, 6, 8]


def test_nought_is_what_the_games_list_calls_usual() -> None:
    for game in registry.all():
        for told in catalog.detail(game.name)["modes"]:
            assert seat_count(game.name, told["name"], 0) == told["usual"]


def test_a_number_that_the_mode_has_not_is_refused() -> None:
    with pytest.raises(ProtocolError, match="2 to 2 seats"):
        seat_count("connect-four", "standard", 3)
