"""Handshake budgets, by address and by player, and the cap on a player's open sockets.

All of it fails open: while Redis is away a socket may still come back to its match.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog
from asgiref.sync import sync_to_async
from django.core.cache.backends.base import InvalidCacheBackendError
from django_ratelimit.core import ALL, get_usage
from redis.exceptions import RedisError

from arcade.security import limits
from arcade.security.addresses import scope_ip
from arcade.security.sockets import SocketLease
from protocol.errors import ProtocolError

_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="handshake")
_log = structlog.get_logger(__name__)


async def check_address(scope: Mapping[str, Any]) -> None:
    """Count a handshake of this address; raises ProtocolError `too-many-handshakes`."""
    await _count(scope, "handshake-address", scope_ip(scope), limits.handshakes_per_address())


async def check_player(scope: Mapping[str, Any], player: str) -> SocketLease:
    """Count a handshake of this player and take one of the places for sockets.

    Raises ProtocolError `too-many-handshakes` or `too-many-sockets`. The caller renews and releases it.
    """
    await _count(scope, "handshake-player", player, limits.handshakes_per_player())
    lease = SocketLease(player)
    await lease.take()
    return lease


async def check_handshake(scope: Mapping[str, Any], player: str) -> SocketLease:
    """`check_address` and `check_player` in one. A valid resume token needs `check_player` only."""
    await check_address(scope)
    return await check_player(scope, player)


async def _count(scope: Mapping[str, Any], group: str, value: str, per_minute: int) -> None:
    try:
        usage = await sync_to_async(_usage, thread_sensitive=False, executor=_threads)(
            scope, group, value, per_minute
        )
    except (RedisError, OSError, InvalidCacheBackendError) as error:
        _log.warning("handshake budget unknown", group=group, error=repr(error))
        return
    if usage is None or (usage["limit"] == 0 and per_minute > 0):
        return
    if usage["should_limit"]:
        raise ProtocolError("too-many-handshakes", close=4009, retry_after=float(max(1, usage["time_left"])))


def _usage(scope: Mapping[str, Any], group: str, value: str, per_minute: int) -> dict[str, Any] | None:
    usage: dict[str, Any] | None = get_usage(
        scope, group=group, key=lambda g, s: value, rate=f"{per_minute}/m", method=ALL, increment=True
    )
    return usage
