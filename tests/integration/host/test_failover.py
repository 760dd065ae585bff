"""Another Redis becomes the primary, and the old one, now read-only, keeps its connections."""

from typing import Any

import pytest
import redis.asyncio

from arcade.chaos.proxy import Proxy
from arcade.infra import keys
from protocol import messages as wire
from tests.support.sockets import running_node, sit_down
from tests.support.valkey import Valkey
from tests.support.waiting import auntil

pytestmark = pytest.mark.django_db(transaction=True)
MOVE = 2


async def test_play_goes_on_at_the_new_primary(settings: Any) -> None:
    with Valkey(tcp=True) as first, Valkey(tcp=True) as second:
        old, new = (redis.asyncio.Redis.from_url(server.url) for server in (first, second))
        await new.execute_command("REPLICAOF", "127.0.0.1", first.port)

        async def in_step() -> bool:
            info = await new.info("replication")
            return bool(info["master_link_status"] == "up")

        await auntil(in_step)
        async with Proxy(first.url) as proxy:
            settings.REDIS_URL = proxy.url
            async with running_node("a") as node:
                _, (one, two) = await sit_down(node, "connect-four")
                await one.act(MOVE, {"column": 3})
                await two.until(wire.Frame, acks=[1, 0])
                await old.wait(1, 5000)
                proxy._port = second.port
                await new.execute_command("REPLICAOF", "NO", "ONE")
                await old.execute_command("REPLICAOF", "127.0.0.1", second.port)
                await two.act(MOVE, {"column": 4})
                await one.until(wire.Frame, acks=[1, 1])

                async def renewed() -> bool:
                    return bool(await new.pttl(keys.node("a")) > 0)

                await new.delete(keys.node("a"))  # what was replicated proves nothing
                await auntil(renewed)
        for client in (old, new):
            await client.aclose()
