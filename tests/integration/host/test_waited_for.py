"""Players are waited for as long as they can come: not while Redis is away."""

from typing import Any

import pytest

from arcade.chaos.proxy import Proxy
from matches.engine import timers
from matches.host.node import Node
from protocol import messages as wire
from tests.support.sockets import people, running_node, take_seat
from tests.support.waiting import auntil

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timers, "JOIN_LIMIT", 4000)


async def away(node: Node, proxy: Proxy, until: float) -> None:
    """Redis goes, and comes back after that time of the loop's clock."""
    proxy.refusing = True
    proxy.cut()
    await auntil(lambda: not node.host.may_write())
    await auntil(lambda: node.host.now() > until)
    proxy.refusing = False
    await auntil(lambda: node.host.may_write())


@pytest.mark.parametrize("already", [1, 0], ids=["one is here", "nobody is"])
async def test_an_outage_at_the_start_takes_nobodys_time(
    clean_redis: str, settings: Any, already: int
) -> None:
    async with Proxy(clean_redis) as proxy:
        settings.REDIS_URL = proxy.url
        async with running_node("a") as node:
            match = await node.create("connect-four", "standard", people(2))
            hosted = node.host.matches[match]
            sockets = [await take_seat(match, seat, f"player{seat}") for seat in range(already)]
            for socket in sockets:
                await socket.hello()
            await away(node, proxy, hosted.when(timers.JOIN_LIMIT) + 1)
            for seat in range(already, 2):
                sockets.append(await take_seat(match, seat, f"player{seat}"))
                await sockets[-1].hello()
            await auntil(lambda: hosted.match.phase != "open" and not hosted.busy)
            assert (hosted.match.phase, hosted.match.reason) == ("running", "")
            await sockets[0].act(wire.Move.__struct_config__.tag, {"column": 3})
            while (await sockets[1].until(wire.Frame))[5][0] < 1:
                pass
            left = hosted.match.view(None)["clocks"]["left"]
            assert min(left) > 180_000 - 3000, "the wait is on nobody's clock"


async def test_who_does_not_come_afterwards_is_not_waited_for(clean_redis: str, settings: Any) -> None:
    async with Proxy(clean_redis) as proxy:
        settings.REDIS_URL = proxy.url
        async with running_node("a") as node:
            match = await node.create("connect-four", "standard", people(2))
            hosted = node.host.matches[match]
            limit, began = hosted.when(timers.JOIN_LIMIT), node.host.now()
            await away(node, proxy, limit + 1)
            until = limit + node.host.now() - began
            assert hosted.match.phase == "open"
            await auntil(lambda: hosted.match.over)
            assert hosted.match.reason == "no-show"
            assert node.host.now() < until + 3
            assert hosted.position <= 3, "it is not stepped over and over meanwhile"
