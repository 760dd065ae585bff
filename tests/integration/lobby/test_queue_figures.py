"""What staff is shown of the queues."""

import asyncio
import io
import json
import time

import pytest
from django.core.management import call_command

from lobby.queue_figures import figures
from lobby.rules.queue import WAITS
from tests.support.lobby import GAME, MODE, World
from tests.support.waiting import auntil

pytestmark = pytest.mark.on_valkey


async def test_staff_sees_who_waits_and_how_long_the_last_have_waited(world: World) -> None:
    lobby = world.lobbies[0]
    lobby.presence.online = lambda player: True  # type: ignore[method-assign]
    for player in ("ann", "bob"):
        await lobby.matchmaker.enter(player, player, GAME, MODE)

    async def settled() -> bool:
        return not await world.waiting()

    await auntil(settled)
    await lobby.matchmaker.enter("cid", "cid", GAME, MODE)
    (told,) = await asyncio.to_thread(figures, time.time() + 5)
    assert (told.queue, told.tickets, told.players, told.matched) == (f"{GAME}:{MODE}", 1, 1, 2)
    assert 5 <= told.oldest < 8
    assert set(told.waits) == {50, 90, 99}
    assert told.leader == lobby.node
    out = io.StringIO()
    await asyncio.to_thread(call_command, "queues", json=True, stdout=out)
    (shown,) = json.loads(out.getvalue())
    assert (shown["tickets"], set(shown["waits"])) == (1, {"50", "90", "99"})
    out = io.StringIO()
    await asyncio.to_thread(call_command, "queues", stdout=out)
    assert f"{GAME}:{MODE}" in out.getvalue()
    assert WAITS >= 100, "enough for the last of the percentiles"
