"""A match whose rules end the whole process: it takes no more than three nodes with it, and nobody else."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import pytest
import redis
from arcade_client import Arcade, Closed

from arcade.infra import keys
from tests.acceptance.conftest import Player
from tests.support.pair import Pair
from tests.support.waiting import auntil

ENOUGH = 20
"""Moves that end a harmless match of the hostile games."""


@pytest.fixture
async def join(pair: Pair) -> AsyncIterator[Callable[..., Any]]:
    """`await join("Ada")`: a player in the lobby who knows both nodes."""
    async with AsyncExitStack() as stack:
        first, second = (node.http for node in pair.nodes)

        async def new(name: str) -> Player:
            player = Player(Arcade(first, others=[second]), stack)
            await player.arcade.guest(name)
            await player.enter()
            return player

        yield new


async def seated(join: Any, game: str, *names: str) -> list[Player]:
    players = [await join(name) for name in names]
    for player in players:
        await player.lobby.enqueue(game, "standard")
    await asyncio.gather(*(player.sit() for player in players))
    return sorted(players, key=lambda player: player.match.seat or 0)


def meta(redis_url: str, match: str) -> dict[str, str]:
    with redis.Redis.from_url(redis_url) as client:
        raw: Any = client.hmget(keys.match_meta(match), "phase", "node", "suspected", "deaths")
    names = ("phase", "node", "suspected", "deaths")
    return {name: (value or b"").decode() for name, value in zip(names, raw, strict=True)}


def connected(player: Player) -> bool:
    return player.lobby.state == "connected"


def answer(pair: Pair, path: str) -> Any:
    """What a node that serves says; None where none does."""
    for node in pair.nodes:
        if node.status(path) == 200:
            return json.loads(node.get(path)[2])
    return None


async def kill_once(ada: Player, match: str, deaths: Callable[[], int]) -> None:
    """Ada's evil move, on a connection of its own that is left as soon as the node is dead."""
    before = deaths()
    async with await ada.arcade.match(match) as connection:
        evil = asyncio.create_task(connection.move({"evil": True}))
        await auntil(lambda: deaths() > before, 20)
    evil.cancel()
    await asyncio.gather(evil, return_exceptions=True)


async def test_a_match_that_ends_its_nodes_is_ended_itself(pair: Pair, join: Any, clean_redis: str) -> None:
    ada, bob = await seated(join, "hostile-dies", "Ada", "Bob")
    cleo, dan = await seated(join, "hostile-raises", "Cleo", "Dan")
    poison = ada.match.id

    def deaths() -> int:
        return len([t for t in pair.told("node.died") if "status" in t and t["suspect"] == poison])

    await ada.match.close()
    for n in range(3):
        await bob.match.move({})  # confirmed by an owner after each death
        for player in (cleo, dan):
            await player.move()
        assert meta(clean_redis, poison)["phase"] == "running"
        assert deaths() == n
        await kill_once(ada, poison, deaths)
    with pytest.raises(Closed):
        async with asyncio.timeout(20):
            await bob.match.move({})
            await bob.match.move({})
    await auntil(lambda: meta(clean_redis, poison)["phase"] == "quarantined", 20)
    assert deaths() == 3

    for n in range(6, ENOUGH):
        await (cleo, dan)[n % 2].move()
    assert (await cleo.over())["reason"] == "enough"
    assert (await dan.over())["reason"] == "enough"
    assert {t["match"] for t in pair.told("match.quarantined")} == {poison}
    row = await auntil(lambda: answer(pair, f"/api/matches/{poison}/"))
    assert (row["outcome"], row["reason"]) == ("aborted", "quarantined: three nodes died of it")

    for player in (ada, bob):  # free to play again
        await auntil(partial(connected, player))
        await player.lobby.enqueue("hostile-raises", "standard")
    await asyncio.gather(ada.sit(), bob.sit())
    assert ada.match.id == bob.match.id != poison
