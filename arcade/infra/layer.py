"""The channel layer in Redis, for as many sockets at once as there are."""

from channels_redis.core import RedisChannelLayer
from redis.asyncio import BlockingConnectionPool

from arcade.infra.redis import waiting_pool


class ChannelLayer(RedisChannelLayer):  # type: ignore[misc]
    """With a pool that is waited for; the library's raises an error to who finds 100 connections taken."""

    def create_pool(self, index: int) -> BlockingConnectionPool:
        host = dict(self.hosts[index])
        return waiting_pool(host.pop("address"), **host)
