"""Which node keeps a queue."""

from typing import Any

from redis.exceptions import RedisError

from arcade.infra import keys


async def keeper(redis: Any, game: str, mode: str) -> str:
    """Its id, by the queue's lease; empty where there is none, or the store does not say."""
    try:
        node = await redis.hget(keys.queue_lease(f"{game}:{mode}"), "node")
    except (RedisError, OSError):
        return ""
    return node.decode() if node else ""
