"""What a match comes to for who left a seat that was filled again, and for who came to it."""

import msgspec
import pytest

from matches import results
from matches.engine.setup import Finished, Leaver, Seat
from matches.models import Match, Participant, Player, Rating
from tests.support.history import finished, make_players

pytestmark = pytest.mark.django_db


def refilled(places: list[int] | None, teams: list[int] | None = None) -> tuple[Finished, list[Player]]:
    """A match in which the fifth player came for the one on seat 2."""
    players = make_players(5)
    end = finished(players[:4], places, teams=teams, game="arena", mode="ffa")
    seats, leaver = list(end.setup.seats), end.setup.seats[2]
    seats[2] = Seat(players[4].id, players[4].name, leaver.team)
    gone = [Leaver(leaver, 2, "gone", False)]
    return msgspec.structs.replace(end, seats=seats, taken=[2], leavers=gone), players


def shown(player: Player) -> int | None:
    return Rating.objects.filter(player=player, matches=1).values_list("shown", flat=True).first()


def test_the_leaver_loses_and_who_came_and_lost_is_not_rated() -> None:
    end, players = refilled([1, 2, 3, 4])
    changes = results.record(end)
    assert changes[2] is None
    assert [change is not None for change in changes] == [True, True, False, True]
    assert shown(players[4]) is None
    assert (shown(players[2]) or 0) < 1500
    rows = {p.player_id: p for p in Participant.objects.filter(match=end.setup.match)}
    left, came = rows[players[2].id], rows[players[4].id]
    assert (left.outcome, left.place, left.fate, left.handed_on) == ("loss", 4, "gone", 1)
    assert (came.outcome, came.place, came.handed_on, came.came_late) == ("loss", 3, 0, True)
    assert len(rows) == 5
    assert results.record(end) == results.already(end.setup.match) == changes


def test_who_came_and_won_is_rated_and_the_leaver_has_lost_all_the_same() -> None:
    end, players = refilled([2, 3, 1, 4])
    changes = results.record(end)
    assert changes[2] is not None
    assert changes[2][1] > 1500
    lost = shown(players[2])
    assert lost is not None
    assert lost < 1500
    assert Rating.objects.get(player=players[2]).losses == 1
    assert Match.objects.get().rated


def test_a_leaver_of_the_team_that_wins_has_lost() -> None:
    end, players = refilled([1, 2, 1, 2], teams=[0, 1, 0, 1])
    changes = results.record(end)
    assert (shown(players[0]) or 0) > 1500
    assert changes[2] is not None
    assert (shown(players[2]) or 9999) < 1500


def test_who_came_and_left_again_is_not_rated() -> None:
    end, players = refilled([1, 2, 3, 4])
    (sixth,) = make_players(1, "Sixth")
    seats = list(end.seats or [])
    again = Leaver(seats[2], 2, "resigned", True)
    seats[2] = Seat(sixth.id, sixth.name, 2)
    results.record(msgspec.structs.replace(end, seats=seats, leavers=[*end.leavers, again]))
    rows = Participant.objects.filter(seat=2).order_by("handed_on")
    assert [(p.player_id, p.handed_on, p.came_late) for p in rows] == [
        (sixth.id, 0, True),
        (players[2].id, 1, False),
        (players[4].id, 2, True),
    ]
    assert shown(players[4]) is None
    assert shown(players[2]) is not None


def test_an_aborted_match_rates_nobody() -> None:
    end, players = refilled(None)
    assert results.record(end) == [None] * 4
    assert not Rating.objects.exists()
    assert Participant.objects.get(player=players[2]).outcome == "none"
