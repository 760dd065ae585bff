"""Django's cache in Redis, over connections that the whole process shares.

Under ASGI Django makes a cache anew for each request, and its own backend a pool with it: every request would
open a connection.
"""

from typing import Any, ClassVar

from django.core.cache.backends.redis import RedisCache, RedisCacheClient


class SharedClient(RedisCacheClient):
    """Pools by the servers' addresses; they are safe for threads."""

    _all: ClassVar[dict[tuple[str, ...], dict[int, Any]]] = {}

    def __init__(self, servers: list[str], *args: Any, **options: Any) -> None:
        super().__init__(servers, *args, **options)
        self._pools = self._all.setdefault(tuple(servers), {})


class SharedRedisCache(RedisCache):
    """The backend to name in `CACHES`."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = SharedClient
