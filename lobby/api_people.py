"""HTTP of friends: the lists that a socket is told, for those who have none."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from lobby import people
from lobby.relations import hidden_of
from lobby.relations_database import known, met
from matches.schemas import Problem

router = Router(tags=["lobby"])


class PersonOut(Schema):
    id: str
    name: str


class MetOut(Schema):
    """`at`: when the latest match with this player ended, in Unix seconds."""

    id: str
    name: str
    game: str
    match: str
    at: float


class FriendsOut(Schema):
    """`asks`: who asks to be a friend; `asked`: who was asked. The latest changed first."""

    friends: list[PersonOut]
    asks: list[PersonOut]
    asked: list[PersonOut]
    blocked: list[PersonOut]
    met: list[MetOut]


@router.get(
    "/friends",
    response={200: FriendsOut, 401: Problem},
    summary="Your friends, requests, blocks, and who you met lately",
)
def friends(request: HttpRequest) -> dict[str, Any]:
    """Who is online, and every change, is told on the lobby's socket."""
    player = people.require_player(request).id
    found = known(player)
    hidden = hidden_of(found)
    words = {"friends": "friend", "asks": "asks", "asked": "asked", "blocked": "blocked"}
    lists = {part: [one for one in found if one.what == what] for part, what in words.items()}
    return {**lists, "met": [one for one in met(player) if one.id not in hidden]}
