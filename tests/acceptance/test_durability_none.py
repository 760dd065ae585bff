"""Matches without a log, over real processes: they end with their node, and move when it leaves."""

import asyncio
import json
import os
import signal
from typing import Any

import pytest
import redis
from arcade_client import Arcade, Viewed

from arcade.infra import keys
from tests.support.servers import Server
from tests.support.waiting import auntil

NONE = {"ARCADE_DURABILITY": "none"}


def meta(redis_url: str, match: str, name: str) -> str:
    with redis.Redis.from_url(redis_url) as client:
        return str((client.hget(keys.match_meta(match), name) or b"").decode())


async def seated(server: Any, join: Any, kind: str) -> tuple[Server, Server, Any, Any]:
    """Two nodes, a match of both players on the first, one player's socket on each, two moves made."""
    hosting: Server = server(kind, node="host", clean=False, **NONE)
    ada = await join(hosting.http, "Ada")
    other: Server = server(kind, node="other", **NONE)
    bob = await join(other.http, "Bob")
    await bob.lobby.enqueue("connect-four", "standard")
    await ada.lobby.enqueue("connect-four", "standard")
    await asyncio.gather(ada.sit(), bob.sit())
    first, second = (ada, bob) if ada.match.seat == 0 else (bob, ada)
    await first.move(column=3)
    await second.move(column=4)
    await bob.until(lambda m: sum(map(len, m.game["board"])) == 2)
    return hosting, other, ada, bob


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
async def test_its_nodes_death_ends_it_and_frees_its_players(
    how: signal.Signals, server: Any, join: Any, clean_redis: str
) -> None:
    hosting, other, _, bob = await seated(server, join, "node")
    match = bob.match.id
    assert meta(clean_redis, match, "node") == "host"
    assert hosting.process is not None
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
    hosting, other, ada, bob = await seated(server, join, "node")
    match = bob.match.id
    assert hosting.process is not None
    hosting.process.send_signal(signal.SIGTERM)
    await auntil(lambda: meta(clean_redis, match, "node") == "other", 5)
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
