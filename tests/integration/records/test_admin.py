"""The history in the admin: found, shown, and not to be changed."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from matches import results
from matches.engine.setup import Finished
from matches.models import Match, Player, Rating, Replay
from tests.support.history import finished, make_players

LIST = "/admin/matches/match/"


@pytest.fixture
def staff(clean_redis: str, db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("staff"))
    return client


def page(match: str) -> str:
    return f"{LIST}{match}/change/"


def listed(client: Client, query: str = "") -> list[str]:
    response = client.get(f"{LIST}?{query}")
    assert response.status_code == 200, response
    return [m.pk for m in response.context["cl"].result_list]


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(path).status_code == 200
    return len(caught)


def make(count: int, players: list[Player]) -> None:
    for n in range(count):
        results.record(finished([players[n % len(players)], players[(n + 1) % len(players)]], [1, 2]))


@pytest.mark.parametrize(
    "path", [LIST, f"{LIST}?q=play", f"{LIST}?player=play&game=connect-four", "/api/matches/?limit=100"]
)
def test_the_list_costs_the_same_for_10_and_200_matches(staff: Client, path: str) -> None:
    players = make_players(20)
    make(10, players)
    few = queries(staff, path)
    make(190, players)
    assert queries(staff, path) == few <= 7


def make_members(count: int) -> list[Player]:
    """Players with accounts."""
    players = make_players(count)
    for player in players:
        player.user = User.objects.create(username=player.id)
        player.save()
    return players


def test_player_and_rating_lists_cost_the_same_for_few_and_many(staff: Client) -> None:
    make(4, make_members(3))
    few = [queries(staff, f"/admin/matches/{what}/") for what in ("player", "rating")]
    make(40, make_members(40))
    assert [queries(staff, f"/admin/matches/{what}/") for what in ("player", "rating")] == few


def test_filters_and_search(staff: Client) -> None:
    ann, ben, eve = make_players(3, "Friend")
    Player.objects.filter(pk=ann.pk).update(name="Annabel")
    ends = [
        finished([ann, ben], [1, 2], ended=1_700_000_000_000),
        finished([ann, eve], None, ended=1_700_100_000_000),
        finished([eve, ben], [1, 1], game="arena", mode="duel", ended=1_700_200_000_000),
    ]
    for end in ends:
        results.record(end)
    first, second, third = (e.setup.match for e in ends)
    assert listed(staff) == [third, second, first]
    assert listed(staff, "game=arena") == [third]
    assert listed(staff, "mode=standard") == [second, first]
    assert listed(staff, "outcome__exact=aborted") == [second]
    assert listed(staff, "player=annab") == [second, first]
    assert listed(staff, f"player={ben.id}") == [third, first]
    assert listed(staff, "from=2023-11-15&to=2023-11-16") == [second]
    assert listed(staff, "to=2023-11-14") == [first]
    assert listed(staff, f"q={third}") == [third]
    assert listed(staff, "q=ANNABEL") == [second, first]
    assert listed(staff, f"q={eve.id}") == [third, second]
    assert listed(staff, "q=nobody") == []
    assert staff.get(f"{LIST}?from=yesterday").status_code == 302


def test_the_list_names_players_and_results(staff: Client) -> None:
    ann, ben = make_players(2)
    results.record(finished([ann, ben], [2, 1]))
    text = staff.get(LIST).content.decode()
    assert f'<a href="/admin/matches/player/{ann.id}/change/">Player 1</a>' in text
    assert 'Player 2 won <span class="quiet reason">four in a row</span>' in text


def test_a_match_page_tells_participants_rating_changes_and_moves(staff: Client, duel: Finished) -> None:
    text = staff.get(page(duel.setup.match)).content.decode()
    for name in ("Player 1", "Player 2"):
        assert name in text
    assert "1500 → " in text
    assert "column " in text
    assert "sat down" in text
    assert "match.ended" in text
    assert "Replay verified" in text
    assert "not yet" in text
    assert 'name="_save"' not in text


def test_the_replay_is_verified_by_a_button(staff: Client, duel: Finished) -> None:
    verify = f"{LIST}{duel.setup.match}/verify/"
    assert staff.get(verify).status_code == 405
    assert "Replay verified: yes" in staff.post(verify, follow=True).content.decode()
    Replay.objects.update(hash="f" * 32)
    assert "Replay verified: no" in staff.post(verify, follow=True).content.decode()
    assert Client().post(verify).url.startswith("/admin/login/")  # type: ignore[attr-defined]
    assert staff.post(f"{LIST}nope/verify/").status_code == 302


@pytest.mark.parametrize("damage", [b"", b"junk"])
def test_a_damaged_replay_is_told(staff: Client, duel: Finished, damage: bytes) -> None:
    Replay.objects.update(records=damage)
    assert "cannot be read" in staff.get(page(duel.setup.match)).content.decode()


def test_a_match_without_a_replay_is_shown(staff: Client, duel: Finished) -> None:
    Replay.objects.all().delete()
    assert "has no replay" in staff.get(page(duel.setup.match)).content.decode()


@pytest.mark.parametrize("what", ["match", "rating"])
def test_history_cannot_be_changed(staff: Client, duel: Finished, what: str) -> None:
    pk = duel.setup.match if what == "match" else Rating.objects.values_list("pk", flat=True)[0]
    assert staff.get(f"/admin/matches/{what}/add/").status_code == 403
    assert staff.post(f"/admin/matches/{what}/{pk}/delete/", {"post": "yes"}).status_code == 403
    assert (
        staff.post(f"/admin/matches/{what}/{pk}/change/", {"reason": "bribed", "shown": 9000}).status_code
        == 403
    )
    assert not Match.objects.filter(reason="bribed").exists()
    assert not Rating.objects.filter(shown=9000).exists()
    for hidden in ("participant", "replay"):
        assert staff.get(f"/admin/matches/{hidden}/").status_code == 404


def test_of_a_player_the_name_alone_can_be_changed(staff: Client, duel: Finished) -> None:
    player = Player.objects.get(pk=duel.setup.seats[0].player)
    path = f"/admin/matches/player/{player.pk}/change/"
    text = staff.get(path).content.decode()
    assert duel.setup.match in text
    assert "provisional" in text
    assert staff.post(path, {"name": " Ada  L ", "id": "other", "user": "1"}).status_code == 302
    player.refresh_from_db()
    assert (player.name, player.user) == ("Ada L", None)
    assert "invisible" in staff.post(path, {"name": "a\u202eb"}).content.decode()
    assert staff.post(f"/admin/matches/player/{player.pk}/delete/", {"post": "yes"}).status_code == 403
    assert staff.get("/admin/matches/player/add/").status_code == 403


def test_a_player_page_costs_the_same_for_few_and_many_matches(
    staff: Client, django_assert_max_num_queries: Callable[[int], AbstractContextManager[Any]]
) -> None:
    players = make_players(4)
    make(8, players)
    path = f"/admin/matches/player/{players[0].pk}/change/"
    few = queries(staff, path)
    make(80, players)
    assert queries(staff, path) == few


def test_staff_without_rights_sees_nothing(clean_redis: str, db: None, duel: Finished) -> None:
    client = Client()
    client.force_login(User.objects.create_user("helper", is_staff=True))
    assert client.get(LIST).status_code == 403
    assert client.post(f"{LIST}{duel.setup.match}/verify/").status_code == 403
