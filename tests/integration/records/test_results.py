"""A result is written exactly once, whole, with its ratings."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError

from matches import replays, results
from matches.models import Match, Participant, Player, Rating, Replay
from tests.support.history import finished, make_players

pytestmark = pytest.mark.django_db


def test_a_duel_is_written_with_ratings_and_replay() -> None:
    ann, ben = make_players(2)
    end = finished([ann, ben], [1, 2])
    changes = results.record(end)
    match = Match.objects.get(pk=end.setup.match)
    assert (match.outcome, match.rated, match.duration_ms) == ("finished", True, 50_000)
    assert int(match.ended.timestamp() * 1000) == end.ended
    first, second = match.participants.order_by("seat")
    assert [first.outcome, second.outcome] == ["win", "loss"]
    assert changes == [(1500, first.rating_after), (1500, second.rating_after)]
    rating = Rating.objects.get(player=ann)
    assert (rating.shown, rating.wins, rating.losses, rating.matches) == (first.rating_after, 1, 0, 1)
    assert (rating.version, first.rating_version, rating.mu) == (1, 1, first.mu_after)
    assert rating.provisional
    replay = Replay.objects.get(pk=match.pk)
    assert replays.unpack(replay.records) == end.records
    assert replays.unpack_setup(replay.setup) == end.setup


def test_a_second_call_changes_nothing_and_returns_the_same() -> None:
    ann, ben = make_players(2)
    end = finished([ann, ben], [2, 1])
    first = results.record(end)
    again = finished([ann, ben], [1, 2], match=end.setup.match)
    assert results.record(again) == first == results.already(end.setup.match)
    assert Rating.objects.get(player=ann).matches == 1


def test_an_unknown_match_is_not_recorded_already() -> None:
    assert results.already("nope") is None


def test_aborted_matches_are_recorded_without_ratings() -> None:
    players = make_players(2)
    assert results.record(finished(players, None)) == [None, None]
    match = Match.objects.get()
    assert (match.outcome, match.rated, match.reason) == ("aborted", False, "nobody came")
    assert set(Participant.objects.values_list("outcome", "place")) == {("none", None)}
    assert not Rating.objects.exists()


def test_matches_with_a_computer_player_are_unrated() -> None:
    (ann,) = make_players(1)
    assert results.record(finished([ann, None], [1, 2])) == [None, None]
    assert not Rating.objects.exists()
    assert Participant.objects.get(player=ann).outcome == "win"


def test_nobody_is_rated_against_himself() -> None:
    (ann,) = make_players(1)
    assert results.record(finished([ann, ann], [1, 2])) == [None, None]


def test_teams_share_their_change_and_first_together_is_a_draw() -> None:
    players = make_players(4)
    changes = results.record(finished(players, [1, 2, 1, 2], teams=[0, 1, 0, 1]))
    assert changes[0] == changes[2] != changes[1] == changes[3]
    assert results.outcomes([1, 1, 1, 2], [0, 1, 2, 3]) == ["draw", "draw", "draw", "loss"]
    assert results.outcomes([1, 2, 1, 2], [0, 1, 0, 1]) == ["win", "loss", "win", "loss"]


def test_seasons_are_rated_apart(settings: Any) -> None:
    players = make_players(2)
    results.record(finished(players, [1, 2]))
    settings.ARCADE_SEASON = "2"
    assert (
        results.record(finished(players, [1, 2]))[0] == results.record(finished(make_players(2), [1, 2]))[0]
    )
    assert set(Rating.objects.filter(player=players[0]).values_list("season", flat=True)) == {"1", "2"}


def test_ten_matches_end_the_provisional_time() -> None:
    players = make_players(2)
    for n in range(10):
        assert all(Rating.objects.values_list("provisional", flat=True)), n
        results.record(finished(players, [1, 2]))
    assert not any(Rating.objects.values_list("provisional", flat=True))


def test_a_failure_leaves_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    players = make_players(2)

    def fail(**_: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(Replay.objects, "create", fail)
    with pytest.raises(DatabaseError):
        results.record(finished(players, [1, 2]))
    assert not Match.objects.exists()
    assert not Rating.objects.exists()
    monkeypatch.undo()
    assert Player.objects.count() == 2


def race(url: str) -> dict[str, object]:
    """Eight threads hand in the same six matches, in several orders."""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.support.race", "8", "6"],
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        timeout=50,
    )
    assert run.returncode == 0, run.stderr
    told: dict[str, object] = json.loads(run.stdout)
    return told


EXPECTED = {
    "answers": [1] * 6,
    "matches": 6,
    "participants": 18,
    "replays": 6,
    "versions": [[1, 2, 3, 4, 5, 6]] * 3,
    "errors": [],
}


def test_threads_at_once_write_it_once_on_sqlite(tmp_path: Path) -> None:
    assert race(f"sqlite:///{tmp_path}/race.sqlite3") == EXPECTED


@pytest.mark.postgres
def test_threads_at_once_write_it_once_on_postgresql(postgres_url: str) -> None:
    assert race(postgres_url) == EXPECTED
