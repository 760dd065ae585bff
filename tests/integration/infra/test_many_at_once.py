"""Many sockets go to Redis in the same moment: each waits for a connection, none is turned away."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from channels.layers import channel_layers, get_channel_layer

from arcade.infra import keys, redis
from arcade.infra.redis import CONNECTIONS, aredis
from arcade.security.sockets import SocketLease

MANY = 5 * CONNECTIONS


@pytest.fixture(autouse=True)
async def clients(clean_redis: str) -> AsyncIterator[None]:
    yield
    for layer in channel_layers.backends.values():
        await layer.close_pools()
    channel_layers.backends.clear()
    await redis.close()


async def test_the_sockets_of_a_node_that_leaves_give_back_their_places() -> None:
    leases = [SocketLease(f"player{n % 7}") for n in range(MANY)]
    await asyncio.gather(*[lease.renew() for lease in leases])
    taken = [await aredis().zcard(keys.player_sockets(f"player{n}")) for n in range(7)]
    assert sum(taken) == MANY
    await asyncio.gather(*[lease.release() for lease in leases])
    assert not await aredis().exists(*[keys.player_sockets(f"player{n}") for n in range(7)])
    assert len(aredis().connection_pool._available_connections) <= CONNECTIONS


async def test_the_sockets_of_a_node_that_starts_join_their_groups() -> None:
    layer = get_channel_layer()
    channels = [f"specific.abc!{n}" for n in range(MANY)]
    await asyncio.gather(*[layer.group_add("lobby", channel) for channel in channels])
    assert await aredis().zcard(layer._group_key("lobby")) == MANY
    await asyncio.gather(*[layer.group_discard("lobby", channel) for channel in channels])
    assert not await aredis().exists(layer._group_key("lobby"))
