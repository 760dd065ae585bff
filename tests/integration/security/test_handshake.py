"""Handshake budgets and the cap on sockets, on a real Valkey."""

import asyncio
from typing import Any

import pytest
from django.core.cache import caches
from pytest_django.fixtures import Settings

from arcade.infra import keys, redis
from arcade.infra.redis import aredis
from arcade.security import handshake
from arcade.security.sockets import LEASE, SocketLease
from protocol.errors import ProtocolError

SCOPE: dict[str, Any] = {"client": ("192.0.2.1", 1), "headers": []}
OTHER: dict[str, Any] = {"client": ("192.0.2.2", 1), "headers": []}


@pytest.fixture(autouse=True)
def large_budgets(clean_redis: str, settings: Settings) -> None:
    settings.ARCADE_HANDSHAKES_PER_MINUTE = 1000
    settings.ARCADE_HANDSHAKES_PER_PLAYER = 1000


async def opened(scope: dict[str, Any], player: str, times: int) -> ProtocolError | None:
    """The first refusal in so many handshakes, each released at once."""
    for _ in range(times):
        try:
            lease = await handshake.check_handshake(scope, player)
        except ProtocolError as error:
            return error
        await lease.release()
    return None


async def test_an_address_has_a_budget_whoever_comes(settings: Settings) -> None:
    settings.ARCADE_HANDSHAKES_PER_MINUTE = 5
    results = [await opened(SCOPE, f"player{n}", 1) for n in range(12)]
    refused = [r for r in results if r is not None]
    assert refused, "a window of one minute may turn once, so two budgets of five at most"
    assert {(r.code, r.close) for r in refused} == {("too-many-handshakes", 4009)}
    assert all(r.retry_after is not None and 0 < r.retry_after <= 60 for r in refused)
    assert await opened(OTHER, "player0", 1) is None


async def test_a_player_has_a_budget_wherever_it_comes_from(settings: Settings) -> None:
    settings.ARCADE_HANDSHAKES_PER_PLAYER = 3
    refused = [
        r
        for n in range(8)
        if (r := await opened({"client": (f"192.0.2.{n}", 1), "headers": []}, "ann", 1)) is not None
    ]
    assert {r.code for r in refused} == {"too-many-handshakes"}
    assert await opened(SCOPE, "bob", 1) is None


async def test_a_player_may_have_so_many_sockets(settings: Settings) -> None:
    settings.ARCADE_SOCKETS_PER_PLAYER = 2
    first, _ = [await handshake.check_handshake(SCOPE, "ann") for _ in range(2)]
    with pytest.raises(ProtocolError, match="too-many-sockets") as caught:
        await handshake.check_handshake(SCOPE, "ann")
    assert caught.value.close == 4009
    await handshake.check_handshake(SCOPE, "bob")
    await first.release()
    await handshake.check_handshake(SCOPE, "ann")


async def test_sockets_of_a_dead_node_do_not_count_for_ever(settings: Settings) -> None:
    settings.ARCADE_SOCKETS_PER_PLAYER = 1
    dead = SocketLease("ann")
    await dead.take()
    key = keys.player_sockets("ann")
    assert 0 < await aredis().ttl(key) <= 2 * LEASE
    await aredis().zincrby(key, -LEASE - 1, dead.id)
    live = SocketLease("ann")
    await live.take()
    await live.renew()
    with pytest.raises(ProtocolError, match="too-many-sockets"):
        await SocketLease("ann").take()


async def test_many_at_once_are_counted_one_by_one(settings: Settings) -> None:
    settings.ARCADE_SOCKETS_PER_PLAYER = 4
    got = await asyncio.gather(*[SocketLease("ann").take() for _ in range(12)], return_exceptions=True)
    assert sum(g is None for g in got) == 4


async def test_it_opens_while_redis_is_away(settings: Settings) -> None:
    await redis.close()
    away = "redis://127.0.0.1:1/0"
    settings.REDIS_URL = away
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": away}
    }
    settings.ARCADE_SOCKETS_PER_PLAYER = 0
    lease = await handshake.check_handshake(SCOPE, "ann")
    await lease.renew()
    await lease.release()
    caches.close_all()
