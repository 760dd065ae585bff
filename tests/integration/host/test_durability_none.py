"""Matches without a log: as good as any other while their node lives, and handed over when it leaves."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from arcade.chaos.proxy import Proxy
from arcade.infra import keys
from arcade.infra.redis import aredis
from matches import directory, replays
from matches.host import memory
from matches.host.node import Node
from matches.models import Match, Rating, Replay
from protocol import messages as wire
from tests.support.sockets import play, running_node, sit_down
from tests.support.waiting import auntil

pytestmark = pytest.mark.django_db(transaction=True)
MOVE, RESIGN = 2, 3


@pytest.fixture
async def node(clean_redis: str, settings: Any) -> AsyncIterator[Node]:
    settings.ARCADE_DURABILITY = "none"
    async with running_node("a") as node:
        yield node


async def records(match: str) -> int:
    return int(await aredis().xlen(keys.match_log(match)))


async def judged(match: str) -> tuple[Match, replays.Verdict]:
    """What is in the database of a match that ended."""
    row: Match = await auntil(lambda: Match.objects.filter(pk=match).afirst(), 30)
    return row, await sync_to_async(replays.judge)(match)


async def taken(by: Node, match: str) -> None:
    """Another node has it from here on."""
    await by.takeover._take(match, lambda live: live.node != by.id)
    assert match in by.host.matches


async def test_it_ends_with_result_and_replay_and_leaves_redis_alone(node: Node) -> None:
    match, (one, two) = await sit_down(node, "connect-four")
    await play(one, two, 3, 3, 4)
    assert await records(match) == 1
    await one.act(RESIGN)
    await two.until(wire.Recorded)
    row, verdict = await judged(match)
    assert verdict.verified, verdict.text
    assert row.outcome == "finished"
    kept = await Replay.objects.aget(pk=match)
    assert kept.count == row.steps + 1 >= 6
    assert node.host.matches[match].kept is not None
    assert await records(match) == 1
    await auntil(lambda: not getattr(node.host.matches[match].kept, "records", None))


async def test_redis_away_does_not_stop_it(clean_redis: str, settings: Any) -> None:
    settings.ARCADE_DURABILITY = "none"
    async with Proxy(clean_redis) as proxy:
        settings.REDIS_URL = proxy.url
        async with running_node("a") as node:
            match, (one, two) = await sit_down(node, "connect-four")
            await play(one, two, 3)
            proxy.refusing = True
            proxy.cut()
            await two.act(MOVE, {"column": 3})
            await one.until(wire.Frame, acks=[1, 1])
            proxy.refusing = False
            await one.act(RESIGN)
            await two.until(wire.Recorded)
            assert (await judged(match))[1].verified


async def test_records_beyond_its_memory_go_to_redis(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "KEPT_MOST", 200)
    monkeypatch.setattr(memory, "BATCH", 2)
    match, (one, two) = await sit_down(node, "connect-four")
    await play(one, two, 3, 3, 4, 4, 5, 5)
    hosted = node.host.matches[match]
    assert hosted.kept is not None
    assert hosted.kept.bytes <= 200
    moved = await records(match)
    assert moved > 3
    await one.act(RESIGN)
    await two.until(wire.Recorded)
    _, verdict = await judged(match)
    assert verdict.verified, verdict.text


async def test_it_stands_still_while_they_cannot(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    match, (one, two) = await sit_down(node, "connect-four")
    hosted = node.host.matches[match]
    monkeypatch.setattr(memory, "KEPT_MOST", 0)
    await aredis().config_set("maxmemory", "1")
    try:
        await one.act(MOVE, {"column": 3})
        await auntil(lambda: hosted.busy)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.4):
                await two.until(wire.Frame, acks=[1, 0])
    finally:
        await aredis().config_set("maxmemory", "0")
    await two.until(wire.Frame, acks=[1, 0])


async def test_a_dead_node_ends_it_without_rating(node: Node) -> None:
    match, (one, two) = await sit_down(node, "connect-four")
    await play(one, two, 3, 3)
    hosted = node.host.matches[match]
    await aredis().hset(keys.match_meta(match), "node", "dead")
    node.host.forget(hosted)
    async with running_node("b") as heir:
        await taken(heir, match)
        row, verdict = await judged(match)
        assert (row.outcome, row.reason) == ("aborted", "node lost")
        assert verdict.verified, verdict.text
        assert not await Rating.objects.aexists()

        async def free() -> bool:
            return await aredis().get(keys.player_match("player0")) is None

        await auntil(free)


async def test_who_learns_late_that_it_was_lost_writes_no_result(node: Node) -> None:
    match, (one, two) = await sit_down(node, "connect-four")
    await play(one, two, 3, 3)
    await aredis().hset(keys.match_meta(match), "epoch", node.host.matches[match].epoch + 5)
    await one.act(RESIGN)
    await auntil(lambda: match not in node.host.matches)
    assert not await Match.objects.filter(pk=match).aexists()


@pytest.mark.parametrize("how", ["drained", "stopped"])
async def test_a_node_that_leaves_hands_it_over(how: str, clean_redis: str, settings: Any) -> None:
    settings.ARCADE_DURABILITY = "none"
    async with running_node("a") as node:
        match, (one, two) = await sit_down(node, "connect-four")
        await play(one, two, 3, 3, 4)
        before = node.host.matches[match].match.seq
        if how == "drained":
            await node.drain()
    live = await directory.get(match)
    assert live is not None
    assert live.node == ""
    assert await records(match) == before + (2 if how == "drained" else 1)  # with the snapshot for its heir
    settings.ARCADE_DURABILITY = "log"  # what it was made with counts
    async with running_node("b") as heir:
        await taken(heir, match)
        hosted = heir.host.matches[match]
        assert hosted.match.seq == before
        assert hosted.kept is not None
        assert await heir.host.end(match, "staff")
        row, verdict = await judged(match)
        assert verdict.verified, verdict.text
        assert row.reason == "staff"
        assert row.steps > before
