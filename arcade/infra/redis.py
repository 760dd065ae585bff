"""Connections to Redis or Valkey: one pool per event loop, one for threads, bare ones to subscribe."""

import asyncio
from typing import Any
from weakref import WeakKeyDictionary

import redis
import redis.asyncio
from django.conf import settings
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import ConstantBackoff, NoBackoff
from redis.retry import Retry

AGAIN_AFTER = 0.05
"""Seconds to the one new try, for a connection that went stale; a Redis that is away is soon told."""

CONNECTIONS = 64
WAIT_SECONDS = 5.0
"""How long a command waits for one of them while all are taken, as when many sockets end together."""

_pools: WeakKeyDictionary[asyncio.AbstractEventLoop, redis.asyncio.Redis] = WeakKeyDictionary()
_sync: redis.Redis | None = None


def aredis() -> redis.asyncio.Redis:
    """The client of the running loop: for everything but the log and subscriptions."""
    loop = asyncio.get_running_loop()
    client = _pools.get(loop)
    if client is None:
        retry = AsyncRetry(ConstantBackoff(AGAIN_AFTER), 1, (redis.ConnectionError,))
        pool = waiting_pool(settings.REDIS_URL, socket_timeout=5, retry=retry)
        client = _pools[loop] = redis.asyncio.Redis.from_pool(pool)
    return client


def waiting_pool(url: str, **options: Any) -> redis.asyncio.BlockingConnectionPool:
    """At most `CONNECTIONS`; who finds all taken waits for one. ConnectionError after `WAIT_SECONDS`."""
    pool = redis.asyncio.BlockingConnectionPool
    return pool.from_url(url, max_connections=CONNECTIONS, timeout=WAIT_SECONDS, **options)


def sredis() -> redis.Redis:
    """The client for synchronous code (views, commands, result threads)."""
    global _sync
    if _sync is None:
        _sync = redis.Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=5,
            max_connections=CONNECTIONS,
            retry=Retry(ConstantBackoff(AGAIN_AFTER), 1, (redis.ConnectionError,)),
        )
    return _sync


def bare_client(socket_timeout: float | None = 5) -> redis.asyncio.Redis:
    """A client of its own without any retry; the caller closes it. For subscriptions."""
    return redis.asyncio.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=socket_timeout,
        retry=AsyncRetry(NoBackoff(), 0),
        retry_on_error=[],
        single_connection_client=False,
        max_connections=2,
    )


async def close() -> None:
    """Close the running loop's client."""
    client = _pools.pop(asyncio.get_running_loop(), None)
    if client is not None:
        await client.aclose()
