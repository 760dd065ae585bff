"""Matches without a log, over real processes: they end with their node, and move when it leaves."""

import asyncio
import json
import os
import signal
from typing import Any

import pytest
from arcade_client import Arcade, Viewed

from tests.support.seating import meta, seated
from tests.support.servers import Server
from tests.support.waiting import auntil

NONE = {"ARCADE_DURABILITY": "none"}


async def begun(server: Any, join: Any, redis_url: str) -> tuple[Server, Server, str, Any, Any]:
    """The node of the match, the other, its name, a player on each, two moves made."""
    nodes = {name: server("node", node=name, **NONE) for name in ("one", "two")}
    (host, ada), (other, bob) = await seated(nodes, join, redis_url)
    first, second = (ada, bob) if ada.match.seat == 0 else (bob, ada)
    await first.move(column=3)
    await second.move(column=4)
    await bob.until(lambda m: sum(map(len, m.game["board"])) == 2)
    return nodes[host], nodes[other], other, ada, bob


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
async def test_its_nodes_death_ends_it_and_frees_its_players(
    how: signal.Signals, server: Any, join: Any, clean_redis: str
) -> None:
    hosting, other, _, _, bob = await begun(server, join, clean_redis)
    match = bob.match.id
    assert hosting.process is not None
    hosting.clean = False
    os.kill(hosting.process.pid, how)
    await bob.until(lambda m: m.view["phase"] == "aborted")
    assert bob.match.view["result"] is None
    await auntil(lambda: asyncio.to_thread(lambda: other.status(f"/api/matches/{match}/") == 200))
    told = json.loads((await asyncio.to_thread(other.get, f"/api/matches/{match}/"))[2])
    assert (told["outcome"], told["reason"]) == ("aborted", "node lost")
    assert [p["rating_after"] for p in told["participants"]] == [None, None]
    if how is signal.SIGSTOP:
        os.kill(hosting.process.pid, signal.SIGCONT)
        await auntil(lambda: hosting.status("/readyz") == 200)
    await bob.lobby.play_bot("connect-four", "standard")
    await bob.sit()
    assert bob.match.id != match
    await bob.match.resign()


async def test_a_node_that_is_told_to_leave_hands_it_over(server: Any, join: Any, clean_redis: str) -> None:
    hosting, other, name, ada, bob = await begun(server, join, clean_redis)
    match = bob.match.id
    assert hosting.process is not None
    hosting.process.send_signal(signal.SIGTERM)
    await auntil(lambda: meta(clean_redis, match, "node") == name, 5)
    async with await Arcade(other.http, token=ada.arcade.token).match(match) as again:
        seen = aiter(again)
        while not isinstance(await anext(seen), Viewed):
            pass
        assert sum(map(len, again.view["game"]["board"])) == 2
        await (again if again.view["turn"] == again.seat else bob.match).move({"column": 0})
        await again.resign()
    assert (await bob.over())["reason"] == "resigned"
    await auntil(lambda: asyncio.to_thread(lambda: other.status(f"/api/matches/{match}/") == 200))
    _, _, body = await asyncio.to_thread(other.get, f"/api/matches/{match}/replay")
    assert json.loads(body)["verified"] is True
    await asyncio.to_thread(hosting.stop)
