"""Between the last frame of a match and its result in the database."""

import asyncio
import threading
from typing import Any

import pytest

from arcade.infra import keys
from arcade.infra.redis import aredis
from matches import directory
from matches.host import finish
from matches.models import Match
from protocol import messages as wire
from tests.support.sockets import people, running_node, sit_down
from tests.support.waiting import auntil

pytestmark = pytest.mark.django_db(transaction=True)

RESIGN = 3


async def test_a_match_that_is_over_binds_nobody(clean_redis: str, monkeypatch: pytest.MonkeyPatch) -> None:
    may_write, write = threading.Event(), finish._write

    def late(finished: Any) -> Any:
        assert may_write.wait(30)
        return write(finished)

    monkeypatch.setattr(finish, "_write", late)
    async with running_node() as node:
        match, (one, two) = await sit_down(node, "connect-four")
        live = await directory.running("player0")
        assert live is not None
        assert live.match == match
        try:
            await one.act(RESIGN)
            for player in ("player0", "player1"):

                async def free(player: str = player) -> bool:
                    return await directory.running(player) is None

                await auntil(free)
            assert node.host.matches[match].recorded is None
        finally:
            may_write.set()
        await two.until(wire.Recorded)


class Hanging:
    """A database that does not answer who comes first, until it goes on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.hangs, self.goes_on = threading.Event(), threading.Event()
        self._real = finish._write
        self._patch = monkeypatch
        monkeypatch.setattr(finish, "_write", self)

    def __call__(self, finished: Any) -> Any:
        if not self.hangs.is_set():
            self.hangs.set()
            assert self.goes_on.wait(30)
        return self._real(finished)

    def goes_on_after(self, bus: Any) -> None:
        """Once the bus, the last thing that a node stops, has stopped."""
        stop = bus.stop

        async def stopped() -> None:
            await stop()
            self.goes_on.set()

        self._patch.setattr(bus, "stop", stopped)


async def test_a_node_that_stops_waits_for_no_database_that_hangs(
    clean_redis: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lease ends, and it leaves its matches to others, who write the result that it could not."""
    database = Hanging(monkeypatch)

    async def left(match: str) -> bool:
        live = await directory.get(match)
        return live is not None and live.node == ""

    async with running_node("old") as old:
        ended, (one, _) = await sit_down(old, "connect-four")
        settings.ARCADE_DURABILITY = "none"
        kept = await old.create("connect-four", "standard", people(2))
        await one.act(RESIGN)
        await auntil(database.hangs.is_set)
        stopping = asyncio.create_task(old.stop())
        try:
            await auntil(lambda: left(kept))
            await auntil(lambda: _none(keys.node("old")))
            assert not await Match.objects.filter(pk=ended).aexists()
            async with running_node("new"):
                await auntil(lambda: Match.objects.filter(pk=ended).aexists(), 30)
        finally:
            database.goes_on.set()
            await stopping


async def test_a_result_that_is_being_written_when_its_node_stops_is_there_afterwards(
    clean_redis: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Hanging(monkeypatch)
    async with running_node() as node:
        match, (one, _) = await sit_down(node, "connect-four")
        await one.act(RESIGN)
        await auntil(database.hangs.is_set)
        database.goes_on_after(node.bus)
        await node.stop()
        assert await Match.objects.filter(pk=match).aexists()


@pytest.mark.parametrize("durability", ["log", "none"])
async def test_a_result_that_waits_for_its_turn_when_its_node_stops_is_left_to_another(
    clean_redis: str, settings: Any, monkeypatch: pytest.MonkeyPatch, durability: str
) -> None:
    """What has not begun by then never does: the log is in Redis, or comes there with the farewell."""
    database = Hanging(monkeypatch)
    monkeypatch.setattr(finish, "THREADS", 1)
    settings.ARCADE_DURABILITY = durability
    async with running_node("old") as old:
        begun, (one, _) = await sit_down(old, "connect-four")
        await one.act(RESIGN)
        await auntil(database.hangs.is_set)
        waits, (other, _) = await sit_down(old, "connect-four")
        await other.act(RESIGN)
        await auntil(lambda: old.host.finisher._pool._work_queue.qsize() == 1)
        database.goes_on_after(old.bus)
        await old.stop()
        assert await Match.objects.filter(pk=begun).aexists()
        old.host.finisher._pool.shutdown(wait=True)
        assert not await Match.objects.filter(pk=waits).aexists()
        async with running_node("new"):
            await auntil(lambda: Match.objects.filter(pk=waits, reason="resigned").aexists(), 30)


async def _none(key: str) -> bool:
    return not await aredis().exists(key)
