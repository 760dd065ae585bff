"""With `ARCADE_WAITAOF` nothing is confirmed before so many disks have it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from arcade.infra import keys
from arcade.infra.redis import aredis
from matches.host.append import Append, Outcome
from matches.host.log import LogWriter
from tests.support.valkey import Valkey
from tests.support.waiting import auntil


@pytest.fixture
async def primary(settings: Any) -> AsyncIterator[Valkey]:
    with Valkey(tcp=True, appendonly=True) as valkey:
        settings.REDIS_URL = valkey.url
        settings.ARCADE_WAITAOF = [1, 1]
        await aredis().xadd(keys.match_log("m"), {"r": b"head"}, id="1-0")
        yield valkey


@pytest.fixture
async def writer(primary: Valkey) -> AsyncIterator[LogWriter]:
    writer = LogWriter()
    writer.start()
    yield writer
    await writer.stop()


def append(writer: LogWriter, *, again: bool = False) -> list[Outcome]:
    """`again`: its reply was lost before."""
    outcomes: list[Outcome] = []
    generation = 0 if again else writer.generation
    writer.append(Append(keys.match_log("m"), "1-1", "1-0", generation, b"x", outcomes.append))
    return outcomes


@pytest.mark.parametrize("again", [False, True])
async def test_nothing_is_confirmed_before_the_replica_has_it(
    primary: Valkey, writer: LogWriter, again: bool
) -> None:
    if again:
        await aredis().xadd(keys.match_log("m"), {"r": b"x"}, id="1-1")
    outcomes = append(writer, again=again)
    await auntil(lambda: writer.standing_still)
    assert await aredis().xlen(keys.match_log("m")) == 2
    assert outcomes == []
    replica = Valkey(tcp=True, appendonly=True, options=("--replicaof", "127.0.0.1", str(primary.port)))
    with replica:
        await auntil(lambda: outcomes, 30)
    assert outcomes == [Outcome.CONFIRMED]


async def test_one_disk_is_enough_where_one_is_asked_for(primary: Valkey, settings: Any) -> None:
    settings.ARCADE_WAITAOF = [1, 0]
    writer = LogWriter()
    writer.start()
    outcomes = append(writer)
    await auntil(lambda: outcomes)
    assert outcomes == [Outcome.CONFIRMED]
    assert await waits() == 1
    generation = writer.generation  # connected by now
    writer.append(Append(keys.match_log("m"), "1-2", "1-1", generation, b"y", outcomes.append))
    await auntil(lambda: len(outcomes) == 2)
    assert await waits() == 2
    await writer.stop()


async def waits() -> int:
    stats = await aredis().info("commandstats")
    calls: int = stats["cmdstat_waitaof"]["calls"]
    return calls
