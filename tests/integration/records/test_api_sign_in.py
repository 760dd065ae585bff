"""Guests, accounts and socket tickets over HTTP."""

from typing import Any

import msgspec
import pytest
from django.contrib.auth.models import User
from django.test import Client

from arcade.infra import keys
from arcade.infra.redis import sredis
from arcade.security import bearer
from arcade.security.tickets import Ticket
from matches.directory import Live, fields
from matches.models import Player
from protocol.errors import ERRORS
from tests.support.history import make_players


def post(client: Client, path: str, body: Any = None, **headers: str) -> Any:
    return client.post(
        path, msgspec.json.encode({} if body is None else body), "application/json", headers=headers
    )


def auth(player: Player) -> dict[str, str]:
    return {"Authorization": f"Bearer {bearer.make(player.id)}"}


def is_problem(response: Any, status: int, code: str) -> None:
    assert response.status_code == status, response.content
    assert response.json()["code"] == code
    assert response.json()["text"]
    assert code in ERRORS


def csrf(client: Client) -> dict[str, str]:
    return {"X-CSRFToken": client.cookies["csrftoken"].value}


def go_live(match: str, players: list[str | None]) -> None:
    live = Live(match, "n1", 1, "connect-four", "standard", 1, players, True, 1, "running")
    kept: Any = fields(live)
    sredis().hset(keys.match_meta(match), mapping=kept)


def redeemed(secret: str) -> Ticket:
    import hashlib

    kept: Any = sredis().get(keys.ticket(hashlib.sha256(secret.encode()).hexdigest()))
    return msgspec.msgpack.decode(kept, type=Ticket)


def test_a_guest_gets_an_id_a_name_a_token_and_a_session(api: Client) -> None:
    told = post(api, "/api/guest", {"name": " Ann  B "}).json()
    player = Player.objects.get()
    assert told["player"] == {"id": player.id, "name": "Ann B", "guest": True}
    assert bearer.read(told["token"]) == player.id
    assert api.get("/api/me").json()["player"]["id"] == player.id
    assert Client().get("/api/me", headers=auth(player)).json()["player"]["id"] == player.id


@pytest.mark.parametrize("body", [b"", b"{}", b'{"name": null}', b'{"name": "  "}'])
def test_a_guest_need_not_give_a_name(api: Client, body: bytes) -> None:
    response = api.post("/api/guest", body, "application/json")
    assert response.status_code == 200, response.content
    assert response.json()["player"]["name"].startswith("Guest ")


@pytest.mark.parametrize("name", ["x" * 25, "a\u202eb"])
def test_a_bad_name_is_told(api: Client, name: str) -> None:
    is_problem(post(api, "/api/guest", {"name": name}), 400, "malformed")
    assert not Player.objects.exists()


def test_a_known_guest_stays_who_he_is_and_is_renamed(api: Client) -> None:
    first = post(api, "/api/guest", {"name": "Ann"}).json()["player"]
    again = post(api, "/api/guest", {"name": "Anna"}, **csrf(api)).json()["player"]
    assert again == {**first, "name": "Anna"}
    assert Player.objects.count() == 1


def test_a_cookie_alone_does_nothing_without_the_csrf_token(api: Client) -> None:
    post(api, "/api/guest")
    is_problem(post(api, "/api/guest", {"name": "Eve"}), 403, "csrf")
    is_problem(post(api, "/api/socket-ticket", {"purpose": "lobby"}), 403, "csrf")
    is_problem(post(api, "/api/account/logout"), 403, "csrf")
    assert post(api, "/api/socket-ticket", {"purpose": "lobby"}, **csrf(api)).status_code == 200


def test_another_site_makes_no_guests_here(api: Client) -> None:
    is_problem(post(api, "/api/guest", Origin="https://evil.example"), 403, "origin")
    assert post(api, "/api/guest", Origin="http://testserver").status_code == 200


def test_a_stranger_is_nobody_and_a_bad_token_is_not_saved_by_cookies(api: Client) -> None:
    assert api.get("/api/me").json() == {"player": None}
    post(api, "/api/guest")
    assert api.get("/api/me", headers={"Authorization": "Bearer forged"}).json() == {"player": None}
    is_problem(
        post(api, "/api/socket-ticket", {"purpose": "lobby"}, Authorization="Bearer forged"), 401, "sign-in"
    )


def test_guest_sign_ins_are_limited_by_address(api: Client, settings: Any) -> None:
    settings.ARCADE_GUESTS_PER_MINUTE = 2
    answers = [post(Client(), "/api/guest") for _ in range(5)]
    refused = [a for a in answers if a.status_code == 429]
    assert len(refused) >= 2
    is_problem(refused[0], 429, "too-many")
    assert 1 <= int(refused[0]["Retry-After"]) <= 60
    assert refused[0].json()["retry_after"] >= 1


def test_an_account_signs_in_and_takes_the_guests_history(api: Client) -> None:
    User.objects.create_user("ann", password="right one")
    guest = post(api, "/api/guest").json()["player"]
    bad = {"username": "ann", "password": "wrong one"}
    is_problem(post(api, "/api/account/login", bad, **csrf(api)), 401, "wrong-password")
    told = post(api, "/api/account/login", {**bad, "password": "right one"}, **csrf(api)).json()
    assert told["player"] == {**guest, "guest": False}
    other = Client()
    post(other, "/api/guest")
    again = post(other, "/api/account/login", {**bad, "password": "right one"}).json()
    assert again["player"]["id"] == guest["id"]
    assert post(api, "/api/account/logout", **csrf(api)).json() == {"done": True}
    assert api.get("/api/me").json() == {"player": None}


def test_attempts_to_sign_in_are_limited_by_name(api: Client, settings: Any) -> None:
    settings.ARCADE_SIGN_INS_PER_MINUTE = 2
    bad = {"username": "ann", "password": "guess"}
    statuses = [post(Client(), "/api/account/login", bad).status_code for _ in range(5)]
    assert statuses.count(429) >= 1


def test_tickets_for_lobby_match_and_watching(api: Client) -> None:
    ann, ben, eve = make_players(3)
    go_live("abcdefghijklmnop", [ann.id, ben.id])
    lobby = post(api, "/api/socket-ticket", {"purpose": "lobby"}, **auth(ben)).json()
    assert lobby["path"] == "/ws/lobby/"
    assert redeemed(lobby["ticket"]) == Ticket(ben.id, ben.name, "lobby")
    wish = {"purpose": "match", "match": "abcdefghijklmnop"}
    seat = post(api, "/api/socket-ticket", wish, **auth(ben)).json()
    assert (seat["path"], seat["expires_in"]) == ("/ws/match/abcdefghijklmnop/", 30)
    assert redeemed(seat["ticket"]) == Ticket(ben.id, ben.name, "match", "abcdefghijklmnop", 1)
    is_problem(post(api, "/api/socket-ticket", wish, **auth(eve)), 403, "no-seat")
    watch = post(api, "/api/socket-ticket", {**wish, "purpose": "watch"}, **auth(eve)).json()
    assert redeemed(watch["ticket"]) == Ticket(eve.id, eve.name, "watch", "abcdefghijklmnop")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"purpose": "match", "match": "nope"}', 404, "match-unknown"),
        (b'{"purpose": "watch"}', 400, "malformed"),
        (b'{"purpose": "admin"}', 400, "malformed"),
        (b'{"purpose": 1', 400, "malformed"),
        (b"[]", 400, "malformed"),
        (b"", 400, "malformed"),
        (b"\xff", 400, "malformed"),
    ],
)
def test_bad_wishes_are_told(api: Client, body: bytes, status: int, code: str) -> None:
    (ann,) = make_players(1)
    is_problem(api.post("/api/socket-ticket", body, "application/json", headers=auth(ann)), status, code)


@pytest.mark.parametrize(
    ("body", "named"),
    [(b'{"purpose": "match", "match": 5}', "match: "), (b"{}", "purpose: "), (b"", "body: ")],
)
def test_what_is_wrong_is_named_as_it_was_sent(api: Client, body: bytes, named: str) -> None:
    (ann,) = make_players(1)
    answer = api.post("/api/socket-ticket", body, "application/json", headers=auth(ann))
    assert answer.json()["text"].startswith(named)
    assert api.get("/api/matches/?limit=0").json()["text"].startswith("limit: ")


def test_without_sign_in_no_ticket(api: Client) -> None:
    is_problem(post(api, "/api/socket-ticket", {"purpose": "lobby"}), 401, "sign-in")


def test_tickets_are_limited_by_player(api: Client, settings: Any) -> None:
    settings.ARCADE_TICKETS_PER_MINUTE = 2
    ann, ben = make_players(2)
    wish = {"purpose": "lobby"}
    assert [post(api, "/api/socket-ticket", wish, **auth(ann)).status_code for _ in range(5)].count(429) >= 1
    assert post(api, "/api/socket-ticket", wish, **auth(ben)).status_code == 200


def test_without_redis_nobody_gets_in_and_history_stays(api: Client, no_redis: None) -> None:
    (ann,) = make_players(1)
    for path, body in [
        ("/api/guest", {}),
        ("/api/account/login", {"username": "a", "password": "b"}),
        ("/api/socket-ticket", {"purpose": "lobby"}),
    ]:
        response = post(api, path, body, **auth(ann))
        is_problem(response, 503, "busy")
        assert response["Retry-After"] == "5"
    assert api.get("/api/matches/").status_code == 200
