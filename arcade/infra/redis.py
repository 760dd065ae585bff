"""Connections to Redis or Valkey: one pool per event loop, one for threads, bare ones to subscribe."""

import asyncio
from weakref import WeakKeyDictionary

import redis
import redis.asyncio
from django.conf import settings
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import ConstantBackoff, NoBackoff
from redis.retry import Retry

AGAIN_AFTER = 0.05
"""Seconds to the one new try, for a connection that went stale; a Redis that is away is soon told."""

_pools: WeakKeyDictionary[asyncio.AbstractEventLoop, redis.asyncio.Redis] = WeakKeyDictionary()
_sync: redis.Redis | None = None


def aredis() -> redis.asyncio.Redis:
    """The client of the running loop: for everything but the log and subscriptions."""
    loop = asyncio.get_running_loop()
    client = _pools.get(loop)
    if client is None:
        client = redis.asyncio.Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=5,
            max_connections=64,
            retry=AsyncRetry(ConstantBackoff(AGAIN_AFTER), 1, (redis.ConnectionError,)),
        )
        _pools[loop] = client
    return client


def sredis() -> redis.Redis:
    """The client for synchronous code (views, commands, result threads)."""
    global _sync
    if _sync is None:
        _sync = redis.Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=5,
            max_connections=64,
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
