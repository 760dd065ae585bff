"""The bus between nodes: a subscription that died in silence is missed, and renewed."""

import asyncio
from typing import Any

import pytest

from arcade.chaos.proxy import Proxy
from arcade.infra import bus, keys
from arcade.infra.bus import Bus
from arcade.infra.redis import aredis
from tests.support.waiting import auntil


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bus, "BEAT_SECONDS", 0.05)


async def test_a_deaf_subscription_is_renewed(
    clean_redis: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus, "DEAF_SECONDS", 0.5)
    heard: list[bytes] = []
    async with Proxy(clean_redis) as proxy:
        settings.REDIS_URL = proxy.url
        node = Bus("a", heard.append, heard.append)
        await node.start()
        try:
            node.send("a", b"before")
            await auntil(lambda: b"before" in heard)
            proxy.deafen()

            def says() -> bool:
                node.send("a", b"after")
                node.say(b"news")
                return {b"after", b"news"} <= set(heard)

            await auntil(says)
        finally:
            await node.stop()


async def test_a_bus_that_is_told_nothing_hears_itself(clean_redis: str) -> None:
    async with aredis().pubsub() as listener:
        await listener.subscribe(keys.node_channel("a"))
        heard: list[bytes] = []
        node = Bus("a", heard.append, heard.append)
        await node.start()
        try:
            async with asyncio.timeout(10):
                async for message in listener.listen():
                    if message["type"] == "message":
                        assert message["data"] == b""
                        break
            node.send("a", b"a word")
            await auntil(lambda: heard)
            assert heard == [b"a word"], "the beat is nobody's business"
        finally:
            await node.stop()


async def test_a_handler_that_fails_does_not_end_the_subscription(clean_redis: str) -> None:
    heard: list[bytes] = []

    def handler(data: bytes) -> None:
        heard.append(data)
        raise ValueError("not understood")

    node = Bus("a", handler, handler)
    await node.start()
    try:
        for data in (b"one", b"two"):
            node.send("a", data)
            await auntil(lambda data=data: data in heard)  # type: ignore[misc]
    finally:
        await node.stop()


async def test_who_subscribes_anew_is_told_that_words_are_lost(clean_redis: str, settings: Any) -> None:
    heard: list[bytes] = []
    missed: list[int] = []
    async with Proxy(clean_redis) as proxy:
        settings.REDIS_URL = proxy.url
        node = Bus("a", heard.append, heard.append, lambda: missed.append(len(heard)))
        await node.start()
        try:
            node.send("a", b"before")
            await auntil(lambda: heard == [b"before"])
            assert missed == []
            proxy.cut()
            await auntil(lambda: missed == [1])
        finally:
            await node.stop()


async def test_a_word_on_a_dead_connection_is_said_again(
    clean_redis: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus, "BEAT_SECONDS", 60.0)
    async with Proxy(clean_redis) as proxy, aredis().pubsub() as listener:
        await listener.subscribe(keys.news())
        settings.REDIS_URL = proxy.url
        node = Bus("a", lambda _: None, lambda _: None)
        await node.start()
        try:
            heard: list[bytes] = []
            for word in (b"first", b"second"):
                node.say(word)
                async with asyncio.timeout(10):
                    async for message in listener.listen():
                        if message["type"] == "message":
                            heard.append(message["data"])
                            break
                proxy.cut()
            assert heard == [b"first", b"second"]
        finally:
            await node.stop()
