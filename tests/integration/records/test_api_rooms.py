"""The list of public rooms over HTTP."""

import time
from typing import Any

import msgspec
import pytest
from django.test import Client

from arcade.infra import keys
from arcade.infra.redis import sredis
from lobby.room_list import shard_of
from lobby.rules.listing import Entry


@pytest.fixture
def three(clean_redis: str) -> None:
    now = time.time()
    for code, free, search in (
        ("AAAAAA", 1, {}),
        ("BBBBBB", 3, {"map": "ice"}),
        ("CCCCCC", 0, {"map": "ice"}),
    ):
        kept = Entry(
            code,
            1,
            "arena",
            "ffa",
            "",
            "Ann",
            4,
            free,
            0,
            0,
            code == "AAAAAA",
            False,
            "open",
            now,
            search,
            now + 30,
        )
        sredis().hset(keys.rooms(shard_of(code)), code, msgspec.msgpack.encode(kept))
    own = msgspec.structs.replace(kept, code="FRIEND", friends_of="ann")
    sredis().hset(keys.rooms(shard_of("FRIEND")), "FRIEND", msgspec.msgpack.encode(own))
    late = Entry("LATE", 1, "arena", "ffa", "", "", 4, 1, 0, 0, False, False, "open", now, {}, now - 1)
    sredis().hset(keys.rooms(shard_of("LATE")), "LATE", msgspec.msgpack.encode(late))


@pytest.mark.parametrize(
    ("asked", "codes", "total"),
    [
        ({"sort": "free"}, ["AAAAAA", "BBBBBB", "CCCCCC"], 3),
        ({"sort": "free", "page": 1, "size": 2}, ["CCCCCC"], 3),
        ({"free": 1, "no_password": True}, ["BBBBBB"], 1),
        ({"search": '{"map": "ice"}', "sort": "free"}, ["BBBBBB", "CCCCCC"], 2),
        ({"game": "connect-four"}, [], 0),
    ],
)
def test_the_list_is_filtered_sorted_and_paged(
    api: Client, three: None, asked: dict[str, Any], codes: list[str], total: int
) -> None:
    answer = api.get("/api/rooms", asked)
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert ([room["code"] for room in told["rooms"]], told["total"]) == (codes, total)
    fields = set(Entry.__struct_fields__) - {"version", "until", "friends_of", "by"} | {"access"}
    assert all(set(room) == fields for room in told["rooms"])


@pytest.mark.parametrize(
    "asked", [{"search": "ice"}, {"search": '{"map": [1]}'}, {"sort": "best"}, {"size": 51}]
)
def test_what_cannot_be_asked_is_malformed(api: Client, asked: dict[str, Any]) -> None:
    answer = api.get("/api/rooms", asked)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
