"""The history over HTTP."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import msgspec
import pytest
from django.db import DataError
from django.test import Client

from matches import replays, results
from matches.engine import registry
from matches.engine.inputs import Drop, Input, Join, Moved, Resigned
from matches.engine.match import Match as Played
from matches.engine.record import encode_header, encode_record
from matches.engine.setup import Finished
from matches.models import Match, Rating, Replay
from tests.support.history import finished, make_players


def ids(api: Client, query: str = "") -> list[str]:
    return [m["id"] for m in api.get(f"/api/matches/?{query}").json()["matches"]]


def test_a_match_is_told_with_its_participants(api: Client, duel: Finished) -> None:
    told = api.get("/api/matches/").json()["matches"][0]
    assert told == api.get(f"/api/matches/{duel.setup.match}/").json()
    assert (told["id"], told["game"], told["outcome"], told["rated"]) == (
        duel.setup.match,
        "connect-four",
        "finished",
        True,
    )
    assert told["ended"].endswith("Z")
    assert [p["seat"] for p in told["participants"]] == [0, 1]
    assert sorted(p["place"] for p in told["participants"]) == [1, 2]
    winner = next(p for p in told["participants"] if p["place"] == 1)
    assert winner["outcome"] == "win"
    assert winner["rating_before"] == 1500 < winner["rating_after"]
    assert winner["player"] == duel.setup.seats[winner["seat"]].player


def test_filters(api: Client) -> None:
    ann, ben, eve = make_players(3)
    ends = [
        finished([ann, ben], [1, 2], ended=1_000_000),
        finished([ann, eve], None, ended=2_000_000),
        finished([eve, ben], [1, 1], game="arena", mode="duel", ended=3_000_000),
    ]
    for end in ends:
        results.record(end)
    first, second, third = (e.setup.match for e in ends)
    assert ids(api) == [third, second, first]
    assert ids(api, "game=arena") == [third]
    assert ids(api, "mode=standard") == [second, first]
    assert ids(api, "outcome=aborted") == [second]
    assert ids(api, f"player={ann.id}") == [second, first]
    assert ids(api, f"player={ann.id}&outcome=finished") == [first]
    assert ids(api, "player=nobody") == []
    assert api.get("/api/matches/?outcome=odd").status_code == 400
    assert api.get("/api/matches/?limit=0").status_code == 400


@pytest.mark.parametrize("of_player", [False, True])
def test_pages_are_whole_and_in_order_even_of_one_moment(api: Client, of_player: bool) -> None:
    players = make_players(2)
    for n in range(25):
        results.record(finished(players, [1, 2], ended=1_000_000 + n // 10))
    query = f"limit=4&player={players[0].id}" if of_player else "limit=4"
    seen: list[str] = []
    cursor = ""
    while True:
        page = api.get(f"/api/matches/?{query}{cursor}").json()
        seen += [m["id"] for m in page["matches"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == [m.pk for m in Match.objects.order_by("-ended", "-id")]


@pytest.mark.parametrize("cursor", ["x", "-", "1-", "9" * 30 + ".0-a", "1.99999999-a", "nan.0-a"])
def test_foreign_cursors_are_refused(api: Client, cursor: str) -> None:
    response = api.get(f"/api/matches/?cursor={cursor}")
    assert response.status_code in (200, 400)
    if response.status_code == 400:
        assert response.json()["code"] == "malformed"


def test_a_page_costs_three_queries_however_long(
    api: Client, django_assert_num_queries: Callable[[int], AbstractContextManager[Any]]
) -> None:
    players = make_players(3)
    for n in range(30):
        results.record(finished([players[n % 3], players[(n + 1) % 3]], [1, 2]))
    for limit in (2, 30):
        for query in ("", f"&player={players[0].id}", "&game=connect-four"):
            with django_assert_num_queries(3):
                api.get(f"/api/matches/?limit={limit}{query}")


def test_a_replay_is_told_whole_and_verified(api: Client, duel: Finished) -> None:
    told = api.get(f"/api/matches/{duel.setup.match}/replay").json()
    assert told["match"] == duel.setup.match
    assert told["verified"] is True
    assert told["hash"] == duel.hash
    assert bytes.fromhex(told["seed"]) == duel.setup.seed
    assert len(told["records"]) == len(duel.records)
    moves = [i for r in told["records"] if r["kind"] == "step" for i in r["inputs"] if i["kind"] == "moved"]
    assert all(0 <= m["move"]["column"] < 7 for m in moves)
    assert not any("refused" in m for m in moves)


def test_a_replay_tells_what_the_rules_refused(api: Client, duel: Finished) -> None:
    match = Played.create(registry.get("connect-four"), duel.setup)
    logged = [encode_header(duel.setup)]
    steps: list[list[Input]] = [
        [Join(0, 10, 0), Join(1, 20, 0)],
        [Moved(1, 20, 1, 1, msgspec.msgpack.encode({"column": 0}))],
        [Moved(0, 10, 1, 2, msgspec.msgpack.encode({"column": 9}))],
        [Moved(0, 10, 2, 3, msgspec.msgpack.encode({"column": 0}))],
        [Drop(1, 4)],
        [Resigned(0, 10, 3, 5)],
    ]
    for time, said in enumerate(steps):
        match.step(time, said, None)
        logged.append(encode_record(match.seq, match.time, None, said, ""))
    Replay.objects.update(records=replays.pack(logged), hash=match.hash())
    told = api.get(f"/api/matches/{duel.setup.match}/replay").json()
    assert told["verified"] is True
    inputs = [each for record in told["records"][1:] for each in record["inputs"]]
    assert [each.get("refused", {}).get("code") for each in inputs] == [
        None, None, "not-your-turn", "illegal-move", None, None, None
    ]  # fmt: skip
    assert inputs[3]["refused"]["text"] == "There are columns 0 to 6."


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/api/matches/nope/", "match-unknown"),
        ("/api/matches/nope/replay", "match-unknown"),
        ("/api/players/nope/", "player-unknown"),
        ("/api/leaderboards/nope/", "game-unknown"),
        ("/api/leaderboards/arena/?mode=nope", "mode-unknown"),
        ("/api/games/nope", "game-unknown"),
        ("/api/nope", "path-unknown"),
    ],
)
def test_what_is_not_there_is_told_in_json(api: Client, path: str, code: str) -> None:
    response = api.get(path)
    assert response.status_code == 404
    assert response.json()["code"] == code


def test_leaderboards_rank_settled_players_before_provisional_ones(api: Client) -> None:
    ann, ben, eve, dan = make_players(4)
    for _ in range(10):
        results.record(finished([ann, ben], [1, 2]))
    results.record(finished([eve, dan], [1, 2]))
    Rating.objects.filter(player=eve).update(shown=9000)
    board = api.get("/api/leaderboards/connect-four/").json()
    assert [p["player"] for p in board["players"]] == [ann.id, ben.id, eve.id, dan.id]
    assert [p["rank"] for p in board["players"]] == [1, 2, 3, 4]
    assert [p["provisional"] for p in board["players"]] == [False, False, True, True]
    assert (board["mode"], board["season"], board["page"], board["pages"]) == ("standard", "1", 1, 1)
    assert board["players"][0]["wins"] == 10
    assert api.get("/api/leaderboards/connect-four/?mode=blitz").json()["players"] == []
    assert api.get("/api/leaderboards/connect-four/?page=9").json()["players"] == []


def test_a_player_is_told_with_ratings(api: Client, duel: Finished) -> None:
    player = duel.setup.seats[0].player
    told = api.get(f"/api/players/{player}/").json()
    assert told["guest"] is True
    assert told["ratings"][0]["game"] == "connect-four"
    assert told["ratings"][0]["matches"] == 1
    assert told["ratings"][0]["provisional"] is True


def test_games_are_told_with_modes_and_schemas(api: Client) -> None:
    games = {g["name"]: g for g in api.get("/api/games/").json()["games"]}
    assert {"connect-four", "arena"} <= set(games)
    modes = {m["name"]: m for m in games["connect-four"]["modes"]}
    assert modes["standard"]["pace"] == {"kind": "turns", "clock": {"seconds": 180.0, "increment": 2.0}}
    assert (modes["standard"]["seats"], modes["standard"]["usual"]) == ([2, 2], 2)
    teams = {m["name"]: m for m in games["arena"]["modes"]}["teams"]
    assert (teams["teams"], teams["pace"]) == (2, {"kind": "ticks", "rate": 20})
    detail = api.get("/api/games/connect-four").json()
    assert "column" in str(detail["schemas"]["move"])


def test_a_fault_of_ours_leaks_nothing(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("the secret place /etc/secret")

    monkeypatch.setattr("matches.catalog.games", fail)
    response = api.get("/api/games/")
    assert response.status_code == 500
    assert response.json()["code"] == "internal"
    assert b"secret" not in response.content


@pytest.mark.parametrize("path", ["/api/matches/%00/", "/api/matches/?player=%00", "/api/players/%00/"])
def test_a_nul_is_harmless(api: Client, path: str) -> None:
    assert api.get(path).status_code in (200, 400, 404)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("A string literal cannot contain NUL (0x00) characters."),
        DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes"),
    ],
)
def test_a_nul_that_postgresql_cannot_keep_is_told(
    api: Client, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr("matches.history.page", refuse)
    response = api.get("/api/matches/?player=%00")
    assert (response.status_code, response.json()["code"]) == (400, "malformed")


def test_a_body_too_large_is_told(api: Client) -> None:
    response = api.post("/api/guest", b'{"name": "' + b"x" * 3_000_000 + b'"}', "application/json")
    assert response.status_code == 413
    assert response.json()["code"] == "too-large"


def test_the_docs_are_there(api: Client) -> None:
    assert b"swagger" in api.get("/api/docs").content
    paths = api.get("/api/openapi.json").json()["paths"]
    assert {"/api/guest", "/api/socket-ticket", "/api/matches/", "/api/leaderboards/{game}/"} <= set(paths)
