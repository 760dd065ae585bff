"""Processes that are really killed: the match goes on elsewhere, and nobody misses anything."""

import asyncio
import json
import os
import signal
import time
from typing import Any

import pytest
from arcade_client import Arcade

from tests.support.seating import meta, seated
from tests.support.servers import Server, children
from tests.support.waiting import auntil


@pytest.mark.parametrize("how", ["kill", "stop"])
async def test_the_host_dies_and_the_match_goes_on(
    how: str, server: Any, join: Any, clean_redis: str
) -> None:
    """Both sockets are on the surviving node; the match was on the other."""
    nodes = {name: server("uvicorn", node=name) for name in ("one", "two")}
    (host, starter), (survivor, other) = await seated(nodes, join, clean_redis)
    hosting, gateway = nodes[host], nodes[survivor]
    hosting.clean = False
    match = other.match.id
    if starter.match.seat == 0:
        await starter.move(column=3)
        await other.move(column=4)
    else:
        await other.move(column=4)
        await starter.move(column=3)
    await other.until(lambda m: sum(map(len, m.game["board"])) == 2)
    board = other.match.game["board"]
    moved = Arcade(gateway.http, token=starter.arcade.token)
    async with await moved.match(match) as again:
        pid = hosting.process.pid if hosting.process else 0
        os.kill(pid, signal.SIGKILL if how == "kill" else signal.SIGSTOP)
        killed = time.monotonic()
        await auntil(lambda: meta(clean_redis, match, "node") == survivor, 5)
        taken = time.monotonic() - killed
        turn = again.view["turn"]
        if turn == again.seat:
            await again.move({"column": 0})
        else:
            await other.match.move({"column": 0})
        print(f"taken after {taken:.3f} s, move acknowledged after {time.monotonic() - killed:.3f} s")
        assert time.monotonic() - killed < 5
        assert other.match.game["board"] == [[turn], *board[1:]]
        if how == "stop":
            os.kill(pid, signal.SIGCONT)
            await auntil(lambda: hosting.status("/healthz") == 200)
            assert meta(clean_redis, match, "node") == survivor
        await again.resign()
        await other.until(lambda m: m.view["result"])
    await auntil(lambda: asyncio.to_thread(lambda: gateway.status(f"/api/matches/{match}/") == 200))
    _, _, body = await asyncio.to_thread(gateway.get, f"/api/matches/{match}/replay")
    assert json.loads(body)["verified"] is True


async def test_a_node_that_is_told_to_leave_hands_its_matches_over(
    server: Any, join: Any, clean_redis: str
) -> None:
    nodes = {name: server("node", node=name) for name in ("one", "two")}
    (host, ada), (survivor, bob) = await seated(nodes, join, clean_redis)
    leaving, staying = nodes[host], nodes[survivor]
    match = bob.match.id
    if bob.match.seat == 0:
        await bob.move(column=3)
    assert leaving.process is not None
    leaving.process.send_signal(signal.SIGTERM)
    asked = time.monotonic()
    await auntil(lambda: meta(clean_redis, match, "node") == survivor, 5)
    print(f"handed over after {time.monotonic() - asked:.3f} s")
    moved = Arcade(staying.http, token=ada.arcade.token)
    async with await moved.match(match) as again:
        assert again.view["phase"] == "running"
        if again.view["turn"] == again.seat:
            await again.move({"column": 0})
        else:
            await bob.match.move({"column": 0})
        await again.resign()
    assert (await bob.over())["reason"] == "resigned"
    await asyncio.to_thread(leaving.stop)


async def test_a_killed_supervised_node_comes_back_to_its_matches(server: Any, join: Any) -> None:
    """One machine, one node: the supervisor starts it again, and the match goes on where it was."""
    served: Server = server("serve", clean=False)
    player = await join(served.http, "Ada")
    await player.lobby.play_bot("connect-four", "standard")
    await player.sit()
    await player.move(column=3)
    await player.until(lambda m: m.view["turn"] == m.seat)
    board = player.match.game["board"]
    pid = await asyncio.to_thread(node_pid, served)
    os.kill(pid, signal.SIGKILL)
    killed = time.monotonic()
    await player.match.move({"column": 3})
    print(f"acknowledged {time.monotonic() - killed:.3f} s after the kill")
    assert player.match.game["board"][3][: len(board[3]) + 1] == [*board[3], player.match.seat]
    assert time.monotonic() - killed < 15


def node_pid(served: Server) -> int:
    """The node below this supervisor."""
    assert served.process is not None
    return children(served.process.pid)[0]
