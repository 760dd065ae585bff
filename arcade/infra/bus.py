"""What nodes send one another: a pub/sub channel a node and one for all, one subscription, a bounded way out.

Redis may lose what is in flight here, so nobody relies on a message arriving: moves are resent until they
are acknowledged, frames carry their predecessor's number, and who may have missed the last of them asks.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from redis.exceptions import RedisError

from arcade.infra import keys
from arcade.infra.log import get_logger
from arcade.infra.metrics import metrics
from arcade.infra.redis import bare_client
from arcade.infra.tasks import cancelled, forever

log = get_logger(__name__)

BEAT_SECONDS, DEAF_SECONDS, AGAIN_SECONDS = 2.0, 7.0, 0.2

CHANNELS = 2
"""A node's own and the one for all."""

MAX_QUEUED = 20_000
"""Messages waiting to go out; beyond it the newest is dropped, counted, and found missing by its number."""


class Bus:
    """One node's end: `send(node, data)` and `say(data)` to all at any time; `handler(data)` and `news(data)`
    are called for what comes in, `missed()` when something may have been said that did not.
    """

    def __init__(
        self,
        node: str,
        handler: Callable[[bytes], None],
        news: Callable[[bytes], None],
        missed: Callable[[], None] = lambda: None,
    ) -> None:
        self.node = node
        self._handler = handler
        self._news = news
        self._missed = missed
        self._out: list[tuple[str, bytes]] = []
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._ready = asyncio.Event()

    async def start(self) -> None:
        """Subscribe; returns when messages to this node are received."""
        for work in (self._read, self._write, self._beat):
            task = asyncio.create_task(forever(work))
            self._tasks.add(task)
        async with asyncio.timeout(10):
            await self._ready.wait()

    async def stop(self) -> None:
        await cancelled(self._tasks)
        self._tasks.clear()

    def send(self, node: str, data: bytes) -> None:
        """Queue a message to another node."""
        self._queue(keys.node_channel(node), data)

    def say(self, data: bytes) -> None:
        """Queue a message to every node, this one too."""
        self._queue(keys.news(), data)

    def _queue(self, channel: str, data: bytes) -> None:
        if len(self._out) >= MAX_QUEUED:
            metrics.bus_dropped.inc()
            return
        self._out.append((channel, data))
        self._wake.set()

    async def _beat(self) -> None:
        """Say nothing to oneself now and then: a subscription that died in silence is known by it."""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            self.send(self.node, b"")

    async def _published(self, client: Any, batch: list[tuple[str, bytes]]) -> bool:
        """False where Redis did not answer; what it has heard all the same does no harm a second time."""
        pipe = client.pipeline(transaction=False)
        for channel, data in batch:
            pipe.publish(channel, data)
        try:
            await pipe.execute(raise_on_error=False)
        except (RedisError, OSError) as error:
            log.warning("bus.publish_failed", error=repr(error), messages=len(batch))
            return False
        metrics.bus_out.inc(len(batch))
        return True

    async def _write(self) -> None:
        client = bare_client()
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                batch, self._out = self._out, []
                if await self._published(client, batch):
                    continue
                await asyncio.sleep(AGAIN_SECONDS)  # a connection of before a restart fails once
                if not await self._published(client, batch):
                    metrics.bus_dropped.inc(len(batch))
        finally:
            await client.aclose()

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            client = bare_client(socket_timeout=None)
            pubsub: Any = client.pubsub()
            try:
                await pubsub.subscribe(keys.node_channel(self.node), keys.news())
                heard = loop.time()
                while True:
                    message = await pubsub.get_message(timeout=BEAT_SECONDS)
                    if message is None:
                        if loop.time() - heard > DEAF_SECONDS:
                            raise OSError("nothing heard, not even from ourselves")
                        continue
                    heard = loop.time()
                    if message["type"] == "subscribe":
                        self._subscribed(message["data"])
                    elif message["type"] == "message":
                        metrics.bus_in.inc()
                        self._receive(message["channel"], message["data"])
            except (RedisError, OSError) as error:
                log.warning("bus.subscription_lost", error=repr(error))
                await asyncio.sleep(AGAIN_SECONDS)
            finally:
                with suppress(RedisError, OSError):
                    await pubsub.aclose()
                    await client.aclose()

    def _subscribed(self, channels: int) -> None:
        """Again, and so without what was said meanwhile; redis-py does it unasked, too."""
        if channels < CHANNELS:
            return
        if self._ready.is_set():
            self._guarded(self._missed)
        self._ready.set()

    def _receive(self, channel: bytes, data: bytes) -> None:
        if not data:
            return
        handler = self._news if channel.decode() == keys.news() else self._handler
        self._guarded(lambda: handler(data))

    def _guarded(self, handle: Callable[[], None]) -> None:
        try:
            handle()
        except Exception:
            log.exception("bus.handler_failed")
