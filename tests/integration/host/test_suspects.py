"""Whom a node's death counts against, when its supervisor saw whose rules it was running."""

import asyncio
from typing import Any

import pytest

from arcade.infra import keys
from arcade.infra.redis import aredis
from matches import directory
from matches.engine.setup import Seat
from matches.host.claim import Claimed, Missed, claim
from matches.host.deaths import read_tombstone, tell_of_death
from matches.host.node import Node
from matches.models import Match
from tests.support.sockets import running_node
from tests.support.waiting import auntil

pytestmark = pytest.mark.django_db(transaction=True)
SEATS = [Seat("player0", "Ann", 0), Seat("player1", "Ben", 1)]


@pytest.fixture
async def orphans(clean_redis: str) -> list[str]:
    """Two matches of the node `old`, whose process has ended without a word."""
    async with running_node("old") as old:
        matches = [await old.create("connect-four", "standard", SEATS) for _ in range(2)]
    await aredis().hset(keys.nodes(), "old", "")
    return matches


async def meta(match: str, *names: str) -> list[int]:
    client: Any = aredis()
    return [int(value or 0) for value in await client.hmget(keys.match_meta(match), *names)]


async def told(node: str, suspect: str) -> None:
    await asyncio.to_thread(tell_of_death, node, suspect)


async def owner(node: Node, match: str) -> bool:
    live = await directory.get(match)
    return live is not None and live.node == node.id


@pytest.mark.parametrize("late", [False, True], ids=["by the news", "by the tombstone"])
async def test_a_death_counts_against_its_suspect_alone(orphans: list[str], late: bool) -> None:
    suspect, innocent = orphans
    if late:
        await told("old", suspect)
    async with running_node("new") as new:
        if not late:
            await told("old", suspect)
        await auntil(lambda: {suspect, innocent} <= set(new.host.matches))
    assert await meta(suspect, "suspected", "deaths") == [1, 1]
    assert await meta(innocent, "suspected", "deaths") == [0, 0]


async def test_a_death_told_twice_counts_once(orphans: list[str]) -> None:
    """The first reply was lost, and the connection asks again."""
    suspect, _ = orphans
    await told("old", suspect)
    await told("old", suspect)
    assert await meta(suspect, "suspected") == [1]
    await told("older", suspect)
    assert await meta(suspect, "suspected") == [2]


async def test_a_death_that_nobody_caused_counts_against_all(orphans: list[str]) -> None:
    await told("old", "")
    async with running_node("new") as new:
        await auntil(lambda: set(orphans) <= set(new.host.matches))
    for match in orphans:
        assert await meta(match, "suspected", "deaths") == [0, 1]


async def test_three_are_enough_whatever_was_confirmed_between(orphans: list[str]) -> None:
    suspect, _ = orphans
    for n in range(3):
        live = await directory.get(suspect)
        assert live is not None
        await told(live.node, suspect)
        answer = await claim(live, f"node{n}", 0)
        if isinstance(answer, Claimed):
            await directory.note(answer.live, deaths=0)
    assert answer is Missed.POISON


@pytest.mark.parametrize(("told", "reason"), [("", "three nodes died of it"), ("no rules", "no rules")])
async def test_a_quarantine_that_was_begun_is_finished(orphans: list[str], told: str, reason: str) -> None:
    """The node that claimed it for the third time died before it had told anybody."""
    suspect, _ = orphans
    live = await directory.get(suspect)
    assert live is not None
    await aredis().hset(keys.match_meta(suspect), "suspected", 3)
    assert await claim(live, "third", 0) is Missed.POISON
    if told:
        await aredis().hset(keys.match_meta(suspect), "why", told)
    assert await aredis().zscore(keys.live_matches(), suspect) is not None
    async with running_node("new"):
        await auntil(lambda: Match.objects.filter(pk=suspect).aexists(), 30)
        await auntil(lambda: _let_go(suspect))
    row = await Match.objects.aget(pk=suspect)
    assert (row.outcome, row.reason) == ("aborted", f"quarantined: {reason}")
    assert await aredis().sismember(keys.quarantine(), suspect)
    assert await aredis().exists(keys.match_log(suspect))
    assert await aredis().ttl(keys.match_log(suspect)) == -1


async def _let_go(match: str) -> bool:
    return await aredis().zscore(keys.live_matches(), match) is None


async def test_a_suspect_that_is_gone_is_not_written_down(orphans: list[str]) -> None:
    await told("old", "nosuchmatch")
    assert not await aredis().exists(keys.match_meta("nosuchmatch"))
    raw: Any = await aredis().get(keys.tombstone("old"))
    assert read_tombstone(raw).suspect == "nosuchmatch"
    assert read_tombstone(b"17") == (17, "")
