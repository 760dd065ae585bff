"""A node's lobby stops in time, whatever is under way."""

import asyncio
import random

import pytest
from pytest_django.fixtures import Settings

from lobby import presence, room_keeper, room_list
from tests.support.lobby import World


@pytest.mark.timeout(180)
@pytest.mark.parametrize("rounds", [2, pytest.param(40, marks=pytest.mark.long)])
async def test_stopping_ends_whatever_is_under_way(
    rounds: int, world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ARCADE_HANDSHAKES_PER_MINUTE = settings.ARCADE_HANDSHAKES_PER_PLAYER = 100_000
    monkeypatch.setattr(presence, "FLUSH", 0.004)
    monkeypatch.setattr(presence, "RENEW", 0.006)
    monkeypatch.setattr(room_list, "FLUSH", 0.005)
    monkeypatch.setattr(room_list, "RENEW", 0.007)
    monkeypatch.setattr(room_keeper, "SWEEP", 0.003)
    chance = random.Random(7)
    for leave_first in [True, False] * (rounds // 2):
        lobby = await world.node()
        world.lobbies.remove(lobby)
        world.serve(lobby)
        sockets = [await world.player(name) for name in ("ann", "bob")]
        await asyncio.sleep(chance.uniform(0, 0.02))
        async with asyncio.timeout(20):
            if leave_first:
                await asyncio.gather(*[socket.leave() for socket in sockets])
            await lobby.stop()
            if not leave_first:
                await asyncio.gather(*[socket.leave() for socket in sockets])
    world.sockets.clear()
