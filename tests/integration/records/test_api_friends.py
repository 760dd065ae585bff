"""Friends over HTTP, and who was met in recorded matches."""

from typing import Any

import pytest
from django.test import Client

from arcade.security import bearer
from lobby import relations
from lobby.models import Relation
from lobby.relations_database import met
from lobby.rules.relation import Tie
from matches import results
from matches.models import Player
from tests.support.history import finished, make_players


def ask(api: Client, player: Player) -> Any:
    answer = api.get("/api/friends", headers={"Authorization": f"Bearer {bearer.make(player.id)}"})
    assert answer.status_code == 200, answer.content
    return answer.json()


def relate(one: Player, other: Player, tie: Tie = Tie.NONE, **blocks: bool) -> None:
    """`one` is A, whichever has the lower id."""
    a, b = sorted((one, other), key=lambda player: player.id)
    if a is not one:
        tie = {Tie.ASKED_BY_A: Tie.ASKED_BY_B, Tie.ASKED_BY_B: Tie.ASKED_BY_A}.get(tie, tie)
        blocks = {{"a_blocks": "b_blocks", "b_blocks": "a_blocks"}[side]: on for side, on in blocks.items()}
    Relation.objects.create(a=a, b=b, tie=tie, **({"a_blocks": False, "b_blocks": False} | blocks))


def test_a_stranger_has_no_friends(api: Client) -> None:
    answer = api.get("/api/friends")
    assert (answer.status_code, answer.json()["code"]) == (401, "sign-in")


def test_the_lists(api: Client) -> None:
    me, friend, asker, asked, blocked, blocker, met_only = make_players(7)
    for _ in range(2):
        results.record(finished([me, friend, blocked], [1, 2, 3], teams=[0, 1, 2]))
    seats = [me, blocker, met_only, None]
    results.record(finished(seats, [1, 2, 3, 4], game="arena", mode="ffa", match="m9"))
    relate(me, friend, Tie.FRIENDS)
    relate(me, asker, Tie.ASKED_BY_B)
    relate(me, asked, Tie.ASKED_BY_A)
    relate(me, blocked, a_blocks=True)
    relate(me, blocker, b_blocks=True)
    told = ask(api, me)
    for part, player in (("friends", friend), ("asks", asker), ("asked", asked), ("blocked", blocked)):
        assert told[part] == [{"id": player.id, "name": player.name}]
    assert [one["id"] for one in told["met"]] == [met_only.id, friend.id]
    latest = told["met"][0]
    assert (latest["name"], latest["game"], latest["match"]) == (met_only.name, "arena", "m9")
    assert told["met"][0]["at"] > told["met"][1]["at"] > 1_000_000_000


def test_those_met_are_the_latest_and_bounded(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    me, *others = make_players(6)
    monkeypatch.setattr("lobby.relations_database.MET", 2)
    monkeypatch.setattr("lobby.relations_database.LOOKED_AT", 3)
    for other in others:
        results.record(finished([me, other], [1, 2]))
    results.record(finished([me, others[-1]], [1, 2]))
    assert [one.id for one in met(me.id)] == [others[4].id, others[3].id]
    assert met(others[0].id)[0].id == me.id
    assert relations.MET > 2


@pytest.mark.parametrize("count", [1, 30])
def test_the_number_of_questions_does_not_grow(
    api: Client, django_assert_num_queries: Any, count: int
) -> None:
    me, *others = make_players(1 + count)
    for other in others:
        relate(me, other, Tie.FRIENDS)
        results.record(finished([me, other], [1, 2]))
    with django_assert_num_queries(4):  # the player, relations, his matches, who sat in them
        ask(api, me)
