"""One queue, led by one node: each match is hosted by the node of its players."""

import asyncio
import os
import re
import signal
from typing import Any

import pytest
from arcade_client import Arcade

from tests.support.seating import meta
from tests.support.servers import Server
from tests.support.waiting import auntil

DUEL, ARENA = ("connect-four", "standard"), ("arena", "ffa")
THREE = '{"arena/ffa": {"low": 3, "high": 3}}'


def figure(node: Server, name: str) -> float:
    """A line of the node's metrics; 0 where there is none."""
    found = re.search(rf"^{re.escape(name)} (\S+)", node.get("/metrics")[2].decode(), re.M)
    return float(found[1]) if found else 0.0


def placed(node: Server, how: str) -> float:
    return figure(node, f'arcade_placed_total{{how="{how}"}}')


async def known(lobby: Any, count: int) -> None:
    """This node knows so many players, also those of others."""
    await auntil(lambda: lobby.session.online == count)


async def test_each_pair_plays_on_its_own_node(server: Any, join: Any, clean_redis: str) -> None:
    nodes: list[Server] = [server("node", node=name) for name in ("one", "two")]
    here = [await join(nodes[0].http, name) for name in ("Ada", "Bob")]
    there = [await join(nodes[1].http, name) for name in ("Cid", "Dan")]
    await known(here[0].lobby, 4)
    hosts = []
    for pair in (here, there):
        for player in pair:
            await player.lobby.enqueue(*DUEL)
        await asyncio.gather(*(player.sit() for player in pair))
        assert pair[0].match.id == pair[1].match.id
        hosts.append(meta(clean_redis, pair[0].match.id, "node"))
    assert hosts == ["one", "two"]
    assert await asyncio.to_thread(placed, nodes[0], "adopted") == 1
    for pair in (here, there):
        await pair[0].match.resign()
        assert (await pair[1].over())["reason"] == "resigned"


@pytest.mark.long
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
async def test_the_chosen_node_answers_no_more(
    how: signal.Signals, server: Any, join: Any, clean_redis: str
) -> None:
    """Most of the three are on a node that has just ended, or sleeps, which nobody has noticed."""
    leading: Server = server("node", node="one", ARCADE_QUEUES=THREE)
    chosen: Server = server("node", node="two", clean=False, ARCADE_QUEUES=THREE)
    ada = await join(leading.http, "Ada")
    await ada.lobby.enqueue(*ARENA)
    await ada.lobby.dequeue()
    others = [await join(chosen.http, name) for name in ("Bob", "Cid")]
    await known(ada.lobby, 3)
    for player in others:
        await player.lobby.enqueue(*ARENA)
    pid = chosen.process.pid if chosen.process else 0
    os.kill(pid, how)
    await ada.lobby.enqueue(*ARENA)
    await ada.sit()
    match = ada.match.id
    assert meta(clean_redis, match, "node") == "one"
    if how is signal.SIGSTOP:
        assert await asyncio.to_thread(placed, leading, "silent") == 1
        os.kill(pid, signal.SIGCONT)
        await auntil(lambda: chosen.status("/readyz") == 200)
    moved = [Arcade(leading.http, token=player.arcade.token) for player in others]
    async with await moved[0].match(match), await moved[1].match(match):
        await ada.until(lambda m: m.view["phase"] == "running")
        assert meta(clean_redis, match, "node") == "one"
        assert await asyncio.to_thread(figure, leading, "arcade_matches") == 1
