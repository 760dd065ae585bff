"""What every store of the lobby does."""

import asyncio

import pytest

from lobby.store import ABSENT, Store
from lobby.store_memory import MemoryStore
from lobby.store_redis import RedisStore
from tests.support.waiting import auntil


@pytest.fixture(params=["memory", "redis"])
async def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "memory":
        return MemoryStore(asyncio.get_running_loop().time)
    request.getfixturevalue("clean_redis")
    return RedisStore()


async def test_an_absent_document_has_version_nought(store: Store) -> None:
    assert await store.get("doc") == ABSENT
    assert not await store.delete("doc", 5)


async def test_only_the_version_that_was_read_may_be_replaced(store: Store) -> None:
    first = await store.put("doc", b"one", 0, 60)
    assert first
    assert await store.get("doc") == (first, b"one")
    assert await store.put("doc", b"late", 0, 60) is None
    second = await store.put("doc", b"t:wo\xff\x00", first, 60)
    assert second
    assert second > first
    assert await store.put("doc", b"late", first, 60) is None
    assert await store.get("doc") == (second, b"t:wo\xff\x00")


async def test_a_version_does_not_come_back_after_a_deletion(store: Store) -> None:
    first = await store.put("doc", b"one", 0, 60)
    assert first
    assert not await store.delete("doc", first + 1)
    assert await store.delete("doc", first)
    assert await store.get("doc") == ABSENT
    again = await store.put("doc", b"one", 0, 60)
    assert again
    assert again > first
    assert await store.put("doc", b"late", first, 60) is None


async def test_of_many_at_once_one_wins(store: Store) -> None:
    version = await store.put("doc", b"", 0, 60)
    assert version
    won = await asyncio.gather(*[store.put("doc", b"%d" % n, version, 60) for n in range(20)])
    assert sum(w is not None for w in won) == 1
    assert (await store.get("doc")).data == b"%d" % [w is not None for w in won].index(True)


async def test_a_document_expires(store: Store) -> None:
    assert await store.put("doc", b"one", 0, 0.05)

    async def expired() -> bool:
        return await store.get("doc") == ABSENT

    await auntil(expired, 5)
    assert await store.put("doc", b"new", 0, 60)


async def test_an_index_keeps_the_last_of_each_field(store: Store) -> None:
    assert await store.leases("index") == {}
    await store.lease("index", {"a": b"1", "b": b"2"})
    await store.lease("index", {"a": b"3"})
    await store.lease("index", {})
    await store.unlease("index", [])
    assert await store.leases("index") == {"a": b"3", "b": b"2"}
    await store.unlease("index", ["a", "none"])
    assert await store.leases("index") == {"b": b"2"}
