"""Redis is cut off under lobby sockets: they are sent off to come back, and are welcome then."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest
from pytest_django.fixtures import Settings

from arcade.chaos.proxy import Proxy
from protocol import messages as wire
from protocol.errors import CLOSES, Action

if TYPE_CHECKING:
    from tests.support.lobby import Socket, World


@pytest.fixture
async def proxy(clean_redis: str, settings: Settings) -> AsyncIterator[Proxy]:
    async with Proxy(clean_redis) as proxy:
        layer = settings.CHANNEL_LAYERS["default"]
        hosts = [{"address": proxy.url, "socket_timeout": None}]
        settings.REDIS_URL = proxy.url
        settings.CHANNEL_LAYERS = {"default": {**layer, "CONFIG": {**layer["CONFIG"], "hosts": hosts}}}
        yield proxy


@pytest.fixture
async def world(proxy: Proxy) -> AsyncIterator["World"]:
    """A node all of whose ways to Redis lead through the proxy."""
    from tests.support.lobby import running_world

    async with running_world() as world:
        yield world
        proxy.refusing = False


async def test_a_hello_while_redis_is_away_comes_back_later(world: "World", proxy: Proxy) -> None:
    ann = await world.socket("ann")
    proxy.refusing = True
    await ann.ask(wire.LobbyHello(7))
    told = await ann.until(wire.Error)
    assert (told.ref, told.code, told.retry_after) == (7, "busy", 1.0)
    code = await ann.until_closed()
    assert CLOSES[code].action is Action.LATER
    proxy.refusing = False
    assert (await world.player("ann")).welcome.player["id"] == "ann"


async def test_who_is_there_when_redis_is_cut_off_comes_back(world: "World", proxy: Proxy) -> None:
    ann = await world.player("ann")
    silent = await world.socket("bob")
    proxy.refusing = True
    proxy.cut()
    for socket in (ann, silent):
        assert CLOSES[await socket.until_closed()].action in (Action.RESUME, Action.LATER)
    proxy.refusing = False
    assert (await _come_back(world)).welcome.player["id"] == "ann"


async def _come_back(world: "World") -> "Socket":
    """As clients do: who shares a wait at Redis that began before it was back is sent off once more."""
    for _ in range(3):
        socket = await world.socket("ann")
        await socket.ask(wire.LobbyHello(socket.ref()))
        told = await socket.next()
        if isinstance(told, wire.LobbyWelcome):
            socket.welcome = told
            return socket
        code = told if isinstance(told, int) else await socket.until_closed()
        assert CLOSES[code].action is Action.LATER
    raise AssertionError("sent off again and again")
