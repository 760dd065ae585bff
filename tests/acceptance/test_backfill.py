"""A leaver's seat in a real match: from the queue of another node, also when its host is killed meanwhile."""

import asyncio
import os
import signal
from typing import Any

import pytest
import redis

from arcade.infra import keys
from tests.support.servers import Server
from tests.support.waiting import auntil

ARENA = "arena", "ffa"
THREE = '{"arena/ffa": {"low": 3, "high": 3}}'


def owner(redis_url: str, match: str) -> str:
    with redis.Redis.from_url(redis_url) as client:
        return str((client.hget(keys.match_meta(match), "node") or b"").decode())


@pytest.mark.parametrize("killed", [False, True])
async def test_who_waits_elsewhere_takes_the_seat(
    killed: bool, server: Any, join: Any, clean_redis: str
) -> None:
    hosting: Server = server("node", node="host", clean=not killed, ARCADE_QUEUES=THREE)
    other: Server = server("node", node="other", ARCADE_QUEUES=THREE)
    ada, cid = await join(hosting.http, "Ada"), await join(hosting.http, "Cid")
    bob = await join(other.http, "Bob")
    for player in (ada, bob, cid):
        await player.lobby.enqueue(*ARENA)
    await asyncio.gather(*(player.sit() for player in (ada, bob, cid)))
    match, seat = cid.match.id, cid.match.seat
    await bob.until(lambda m: m.view["phase"] == "running")
    was = owner(clean_redis, match)
    assert was == "host", "two of its three players are there"
    dan, eve = await join(other.http, "Dan"), await join(other.http, "Eve")
    for player in (dan, eve):
        await player.lobby.enqueue(*ARENA)
    resigning = asyncio.ensure_future(cid.match.resign())
    if killed:
        await bob.until(lambda m: m.view["seats"][seat]["status"] != "here")
        os.kill(hosting.process.pid if hosting.process else 0, signal.SIGKILL)
    seating = {asyncio.ensure_future(player.sit()): player for player in (dan, eve)}
    first, others = await asyncio.wait(seating, return_when=asyncio.FIRST_COMPLETED)
    assert len(first) == 1
    new = seating[first.pop()]
    assert (new.match.id, new.match.seat) == (match, seat)
    name = new.match.welcome["seats"][seat]["name"]
    await auntil(lambda: bob.match.welcome["seats"][seat]["name"] == name)
    before = bob.match.game["runners"][seat]["x"]
    await new.match.move({"dx": 1 if before < 8000 else -1, "dy": 0})
    await bob.until(lambda m: m.game["runners"][seat]["x"] != before)
    assert not any(one.done() for one in others)
    assert killed == (owner(clean_redis, match) != was)
    for task in (resigning, *others):
        task.cancel()
