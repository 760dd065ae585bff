"""The channel layer in Redis, for as many sockets at once as there are."""

import asyncio
import time

from channels_redis.core import RedisChannelLayer
from redis.asyncio import BlockingConnectionPool
from redis.exceptions import RedisError

from arcade.infra.redis import AGAIN_AFTER, waiting_pool
from arcade.infra.together import together


class ChannelLayer(RedisChannelLayer):  # type: ignore[misc]
    """With a pool that is waited for; the library's raises an error to who finds 100 connections taken."""

    def create_pool(self, index: int) -> BlockingConnectionPool:
        host = dict(self.hosts[index])
        return waiting_pool(host.pop("address"), **host)

    async def group_add(self, group: str, channel: str) -> None:
        """As the library's, but what comes at once travels at once: every socket renews its places."""
        self.require_valid_group_name(group)
        self.require_valid_channel_name(channel)
        key = self._group_key(group)
        connection = self.connection(self.consistent_hash(group))
        try:
            await together(connection).ask(
                ("ZADD", key, time.time(), channel), ("EXPIRE", key, self.group_expiry)
            )
        except (RedisError, OSError):  # as where connections went stale, which is seen by then
            await asyncio.sleep(AGAIN_AFTER)
            await super().group_add(group, channel)
