"""Rooms of players who mean harm, on every store."""

import pytest
from pytest_django.fixtures import Settings

from lobby.room_passwords import ATTEMPTS, SECONDS
from lobby.store import Store
from lobby.store_memory import MemoryStore
from lobby.store_redis import RedisStore
from tests.support.rooms import Nodes, refusal


@pytest.fixture(params=["memory", "redis"])
def nodes(request: pytest.FixtureRequest) -> Nodes:
    store: Store = RedisStore()
    if request.param == "memory":
        store = MemoryStore(lambda: 0.0)
    else:
        request.getfixturevalue("clean_redis")
    return Nodes(store)


async def test_nobody_keeps_a_node_busy_with_hashing_his_passwords(nodes: Nodes, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    await nodes.open(password="one")
    for n in range(1, ATTEMPTS):
        await nodes.two.change("ann", {"password": f"p{n}"})
    assert await refusal(nodes.one.change("ann", {"password": "more"})) == "too-many"
    assert await refusal(nodes.two.create("ann", "Ann", "arena", "ffa", 4, {"password": "x"})) == "too-many"
    await nodes.one.change("ann", {"password": ""})
    await nodes.open("bob", password="his own")
    nodes.around.now += SECONDS
    await nodes.two.change("ann", {"password": "again"})


@pytest.mark.parametrize("text", ["\u202egnp.exe", "a\u200bb", "\u3164", "a\x00b", "a\nb"])
async def test_properties_have_nothing_that_is_not_seen(nodes: Nodes, text: str) -> None:
    await nodes.open()
    assert await refusal(nodes.one.describe("ann", "search", {"map": text})) == "malformed"
    await nodes.one.describe("ann", "search", {"map": "Eis ❄️", "empty": ""})
