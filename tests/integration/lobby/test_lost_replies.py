"""Writes that Redis has done and whose reply was lost: the client sends them again."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from pytest_django.fixtures import Settings

from arcade.chaos.proxy import Proxy
from arcade.infra import redis
from arcade.infra.redis import bare_client
from lobby import store_redis
from lobby.documents import Documents
from lobby.store import ABSENT
from lobby.store_redis import RedisStore


@pytest.fixture
async def proxy(clean_redis: str, settings: Settings) -> AsyncIterator[Proxy]:
    async with Proxy(clean_redis) as proxy:
        settings.REDIS_URL = proxy.url
        yield proxy
        await redis.close()


async def lose(proxy: Proxy) -> None:
    """The next reply does not come: the connection ends once Redis has served the request."""
    proxy.swallowed.clear()
    proxy.swallow = True
    async with asyncio.timeout(5):
        await proxy.swallowed.wait()
    proxy.swallow = False
    proxy.cut()


class Losing(RedisStore):
    """Loses the reply of every write."""

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy
        self.lost = 0

    async def put(self, key: str, data: bytes, version: int, seconds: float) -> int | None:
        task = asyncio.create_task(lose(self._proxy))
        await asyncio.sleep(0)
        self.lost += 1
        try:
            return await super().put(key, data, version, seconds)
        finally:
            await task

    async def delete(self, key: str, version: int) -> bool:
        task = asyncio.create_task(lose(self._proxy))
        await asyncio.sleep(0)
        self.lost += 1
        try:
            return await super().delete(key, version)
        finally:
            await task


async def test_a_change_is_applied_once(proxy: Proxy) -> None:
    documents = Documents(Losing(proxy), list[str], 60)
    first, version = await documents.change("doc", lambda old: ([*(old or []), "a"], "done"))
    assert first == "done"
    assert await documents.get("doc") == (["a"], version)
    _, second = await documents.change("doc", lambda old: ([*(old or []), "b"], None))
    assert second > version
    assert await documents.get("doc") == (["a", "b"], second)


async def test_what_was_deleted_is_told(proxy: Proxy) -> None:
    documents = Documents(RedisStore(), str, 60)
    await documents.change("doc", lambda _: ("here", None))
    store = Losing(proxy)
    left, _ = await Documents(store, str, 60).change("doc", lambda old: (None, old))
    assert left == "here"
    assert store.lost == 1
    assert await store.get("doc") == ABSENT
    _, version = await documents.change("doc", lambda old: (old or "again", None))
    assert await documents.get("doc") == ("again", version)


async def test_a_repeat_that_others_overtook_is_known_too(
    clean_redis: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = RedisStore()
    version = await store.put("doc", b"zero", 0, 60)
    assert version
    sent: list[tuple[object, ...]] = []
    run = store._eval

    async def noted(script: str, key: str, *args: object) -> object:
        sent.append((script, key, *args))
        return await run(script, key, *args)

    monkeypatch.setattr(store, "_eval", noted)
    mine = version = await store.put("doc", b"mine", version, 60)
    script, key, *args = sent[0]
    for n in range(store_redis.RECEIPTS - 1):
        assert version
        version = await store.put("doc", b"%d" % n, version, 60)
    assert int(await run(str(script), str(key), *args)) == mine
    for n in range(100):
        assert version
        version = await store.put("doc", b"%d" % n, version, 60)
    assert await run(str(script), str(key), *args) is None
    assert await store.get("doc") == (version, b"99")
    client = bare_client()
    assert len(await client.get("doc")) < 300
    await client.aclose()
    await redis.close()
