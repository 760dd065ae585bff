"""Matches on their way from one node to another, when words between node and Redis are lost."""

import asyncio
from typing import Any

import pytest
from redis.exceptions import ConnectionError as Away

from arcade.infra import clock, keys
from arcade.infra.redis import aredis
from matches import directory
from matches.engine.inputs import Moved
from matches.engine.record import Snapshotted, decode_record, encode_record
from matches.host import claim as claims
from matches.host import takeover
from matches.host.append import FIELD
from matches.host.claim import Claimed, Missed, claim, restore
from matches.host.node import Node
from matches.host.watchdog import Guard, Watchdog
from protocol import messages as wire
from tests.support.sockets import people, running_node, sit_down
from tests.support.waiting import auntil

pytestmark = pytest.mark.django_db(transaction=True)


async def orphan() -> directory.Live:
    async with running_node("old") as old:
        match = await old.create("connect-four", "standard", people(2))
    live = await directory.get(match)
    assert live is not None
    return live


async def test_a_claim_said_twice_is_answered_twice(clean_redis: str) -> None:
    """The first answer was lost, and the connection asks again."""
    live = await orphan()
    first = await claim(live, "new", 0)
    assert isinstance(first, Claimed)
    assert await claim(live, "new", 0) == first
    assert await claim(live, "another", 0) is Missed.TAKEN
    await aredis().xadd(keys.match_log(live.match), {FIELD: b"\x96\x01"}, id=f"{first.live.epoch}-1")
    assert await claim(live, "new", 0) is Missed.TAKEN


async def test_match_time_does_not_run_back_with_the_clock_of_redis(clean_redis: str) -> None:
    live = await orphan()
    later, log = clock.now_ms() + 100_000, keys.match_log(live.match)
    step = encode_record(1, 5000, None, [], f"{live.epoch}-0", wall=later)
    await aredis().xadd(log, {FIELD: step}, id=f"{live.epoch}-1")
    claimed = await claim(live, "new", later + 50)
    assert isinstance(claimed, Claimed)
    assert claimed.time == 5000


async def test_a_claim_forgotten_by_its_own_node_is_no_death(clean_redis: str) -> None:
    """The sweep finds a match that is ours by Redis' word and that we do not host."""
    live = await orphan()
    async with running_node("new") as new:
        assert isinstance(await claim(live, "new", 0), Claimed)
        await aredis().hset(keys.match_meta(live.match), "deaths", 0)
        await auntil(lambda: live.match in new.host.matches)
        assert await aredis().hget(keys.match_meta(live.match), "deaths") == b"0"
        indexed: Any = aredis().sismember(keys.node_matches("new"), live.match)
        assert await indexed, "who inherits from this node would not find it"


async def test_one_match_that_cannot_be_released_keeps_no_other(
    clean_redis: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = directory.release
    async with running_node("old") as old, running_node("new") as new:
        matches = [await old.create("connect-four", "standard", people(2)) for _ in range(20)]

        async def release(live: directory.Live, **how: Any) -> bool:
            if live.match == matches[0]:
                raise Away("cut")
            return await real(live, **how)

        monkeypatch.setattr(directory, "release", release)
        await old.drain()
        await auntil(lambda: set(matches[1:]) <= set(new.host.matches))
        assert not old.host.matches


async def test_nothing_is_stepped_after_the_snapshot_of_a_hand_over(
    clean_redis: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Moves keep coming while the match goes: they are for its next owner."""
    async with running_node("old") as old:
        match, (one, _) = await sit_down(old, "connect-four")
        hosted = old.host.matches[match]
        seq = hosted.match.seq

        settle = old.host._settled

        def settled(which: Any, outcome: Any) -> None:
            old.host.put(hosted, Moved(0, one.session, 1, 0, b"\x81\xa6column\x03"))
            settle(which, outcome)

        monkeypatch.setattr(old.host, "_settled", settled)
        await old.drain()
    records = [decode_record(entry[FIELD]) for _, entry in await aredis().xrange(keys.match_log(match))]
    assert isinstance(records[-1], Snapshotted)
    assert records[-1].seq == seq


class Watched(Watchdog):
    """Sees which turns of the loop the rules ran in."""

    def __init__(self) -> None:
        super().__init__()
        self.turn = 0
        self.turns: list[int] = []

    def on(self, match: str) -> Guard:
        self.turns.append(self.turn)
        return super().on(match)

    async def count(self) -> None:
        while True:
            await asyncio.sleep(0)
            self.turn += 1


async def test_a_long_log_is_played_step_by_step(clean_redis: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each step has the time of one step, and the node goes on between them."""
    monkeypatch.setattr(claims, "SLICE_SECONDS", 0.0)
    async with running_node("old") as old:
        match, (one, two) = await sit_down(old, "connect-four")
        for column in range(3):
            await one.act(2, {"column": column})
            await two.act(2, {"column": column})
        hosted = old.host.matches[match]
        await auntil(lambda: hosted.match.acks == [3, 3] and not hosted.busy)
        watched, live, steps = Watched(), hosted.live, hosted.match.seq
        counting = asyncio.create_task(watched.count())
        assert (await restore(live, watched)).match.seq == steps
        counting.cancel()
    assert len(watched.turns) == len(set(watched.turns)) == steps


class Held:
    """Stands for a function whose answer is held back until it is let go."""

    def __init__(self, real: Any) -> None:
        self.real = real
        self.asked, self.go = asyncio.Event(), asyncio.Event()

    async def __call__(self, *args: Any) -> Any:
        found = await self.real(*args)
        self.asked.set()
        await self.go.wait()
        return found


async def left(node: Node, held: Held) -> None:
    """The node is told to leave while the answer is held back."""
    await held.asked.wait()
    leaving = asyncio.create_task(node.drain())
    await auntil(lambda: node.draining)
    held.go.set()
    await leaving
    assert not node.host.matches


async def test_a_match_just_claimed_by_a_node_that_leaves_goes_on_to_the_next(
    clean_redis: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(restore)
    monkeypatch.setattr(takeover, "restore", held)
    async with running_node("old") as old, running_node("new") as new:
        match = await old.create("connect-four", "standard", people(2))
        await old.drain()
        await left(new, held)
    live = await directory.get(match)
    assert live is not None
    assert live.node == ""


async def test_a_match_made_on_a_node_that_leaves_is_handed_over(
    clean_redis: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(directory.create)
    monkeypatch.setattr(directory, "create", held)
    async with running_node("old") as old:
        making = asyncio.create_task(old.create("connect-four", "standard", people(2)))
        await left(old, held)
        live = await directory.get(await making)
    assert live is not None
    assert live.node == ""


async def test_a_match_without_a_log_that_was_handed_over_whole_is_not_lost(
    clean_redis: str, settings: Any
) -> None:
    """Its new owner claimed it, and heard nothing of that: it claims it once more, from itself."""
    settings.ARCADE_DURABILITY = "none"
    async with running_node("old") as old:
        match, (one, two) = await sit_down(old, "connect-four")
        await one.act(2, {"column": 3})
        await two.until(wire.Frame, acks=[1, 0])
        await old.drain()
    live = await directory.get(match)
    assert live is not None
    assert live.node == ""
    async with running_node("new") as new:
        assert isinstance(await claim(live, "new", 0), Claimed)
        hosted = await auntil(lambda: new.host.matches.get(match))
        assert (hosted.match.phase, hosted.match.acks) == ("running", [1, 0])
