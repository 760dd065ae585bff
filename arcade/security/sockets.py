"""How many sockets a player has open, over all nodes: a sorted set of leases, so a killed node's run out."""

import secrets
from typing import Any

import structlog
from redis.exceptions import RedisError

from arcade.infra import keys
from arcade.infra.redis import aredis
from arcade.infra.together import together
from arcade.security import limits
from protocol.errors import ProtocolError

LEASE = 45
"""Seconds; renew at least every third of it."""

_TAKE = """
local now = tonumber(redis.call('TIME')[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if not redis.call('ZSCORE', KEYS[1], ARGV[1])
   and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[3]), ARGV[1])
redis.call('EXPIRE', KEYS[1], tonumber(ARGV[3]) * 2)
return 1
"""

_log = structlog.get_logger(__name__)


class SocketLease:
    """One open socket of a player: its consumer renews and releases it. A lost Redis does no harm."""

    __slots__ = ("id", "player")

    def __init__(self, player: str) -> None:
        self.player = player
        self.id = secrets.token_hex(8)

    async def take(self) -> None:
        """Raises ProtocolError `too-many-sockets` when the player has as many open as allowed."""
        if not await self._run(limits.sockets_per_player()):
            raise ProtocolError("too-many-sockets", close=4009, retry_after=float(LEASE))

    async def renew(self) -> None:
        """Keep the place for another `LEASE` seconds."""
        await self._run(1 << 30)

    async def release(self) -> None:
        """Give the place back."""
        try:
            await aredis().zrem(keys.player_sockets(self.player), self.id)
        except (RedisError, OSError) as error:
            _log.warning("socket lease not released", player=self.player, error=repr(error))

    async def _run(self, most: int) -> bool:
        args: list[Any] = [keys.player_sockets(self.player), self.id, most, LEASE]
        try:
            (taken,) = await together(aredis()).ask(("EVAL", _TAKE, 1, *args))
            return bool(taken)
        except (RedisError, OSError) as error:
            _log.warning("socket lease unknown", player=self.player, error=repr(error))
            return True
