"""Appends on a real Valkey: each outcome, and what a lost reply comes to."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import redis.asyncio
from redis.exceptions import ConnectionError as LostConnection
from redis.exceptions import ResponseError

from arcade.chaos.proxy import Proxy
from arcade.infra import keys
from matches.host.append import Append, Outcome, Verdict, judge
from matches.host.log import LogWriter
from tests.support.waiting import auntil


@pytest.fixture
async def client(clean_redis: str) -> AsyncIterator[Any]:
    async with redis.asyncio.Redis.from_url(clean_redis) as client:
        yield client


@pytest.fixture
async def writer(clean_redis: str) -> AsyncIterator[LogWriter]:
    writer = LogWriter()
    writer.start()
    yield writer
    await writer.stop()


def append(writer: LogWriter, match: str, record_id: str, data: bytes = b"x") -> "asyncio.Future[Outcome]":
    done: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
    epoch, _, n = record_id.partition("-")
    prev = f"{epoch}-{int(n) - 1}"
    writer.append(Append(keys.match_log(match), record_id, prev, writer.generation, data, done.set_result))
    return done


async def stored(client: Any, match: str) -> list[tuple[bytes, bytes]]:
    return [(i, entry[b"r"]) for i, entry in await client.xrange(keys.match_log(match))]


async def test_a_batch_is_judged_one_by_one(writer: LogWriter, client: Any) -> None:
    for match, top in (("aa", "5-0"), ("bb", "9-3")):
        await client.xadd(keys.match_log(match), {"r": b"head"}, id=top)
    outcomes = await asyncio.gather(
        append(writer, "aa", "5-1"),
        append(writer, "bb", "8-1"),
        append(writer, "gone", "1-1"),
        append(writer, "aa", "5-2", b"y"),
    )
    assert outcomes == [Outcome.CONFIRMED, Outcome.FENCED, Outcome.REWOUND, Outcome.CONFIRMED]
    assert await stored(client, "aa") == [(b"5-0", b"head"), (b"5-1", b"x"), (b"5-2", b"y")]
    assert await client.exists(keys.match_log("gone")) == 0


async def test_without_memory_it_stands_still_and_then_goes_on(writer: LogWriter, client: Any) -> None:
    await client.xadd(keys.match_log("aa"), {"r": b"head"}, id="5-0")
    await client.config_set("maxmemory", "1")
    try:
        done = append(writer, "aa", "5-1")
        await auntil(lambda: writer.standing_still, 5)
        assert not done.done()
    finally:
        await client.config_set("maxmemory", "0")
    assert await asyncio.wait_for(done, 5) is Outcome.CONFIRMED
    assert await stored(client, "aa") == [(b"5-0", b"head"), (b"5-1", b"x")]


async def test_a_primary_that_became_a_replica_is_left(writer: LogWriter, client: Any) -> None:
    """Who is the primary now, only a new connection finds; there the log is looked up first."""
    await client.xadd(keys.match_log("aa"), {"r": b"head"}, id="5-0")
    assert await append(writer, "aa", "5-1") is Outcome.CONFIRMED
    connection = writer.generation
    await client.replicaof("127.0.0.1", 1)
    try:
        done = append(writer, "aa", "5-2")
        await auntil(lambda: writer.generation != connection and writer.standing_still, 5)
        assert not done.done()
    finally:
        await client.replicaof("no", "one")
    assert await asyncio.wait_for(done, 5) is Outcome.CONFIRMED


async def test_a_record_of_an_older_connection_is_looked_up(writer: LogWriter, client: Any) -> None:
    """Redis may have come back with less than it had confirmed; another match was quicker to connect."""
    for match in ("aa", "bb"):
        await client.xadd(keys.match_log(match), {"r": b"head"}, id="5-0")
    assert await append(writer, "bb", "5-1") is Outcome.CONFIRMED
    done: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
    writer.append(Append(keys.match_log("aa"), "5-3", "5-2", writer.generation - 1, b"x", done.set_result))
    assert await asyncio.wait_for(done, 5) is Outcome.REWOUND
    assert len(await stored(client, "aa")) == 1


async def test_a_lost_reply_is_read_back(clean_redis: str, client: Any, settings: Any) -> None:
    """The append reached Redis, its reply did not: the record counts, once."""
    await client.xadd(keys.match_log("aa"), {"r": b"head"}, id="5-0")
    async with Proxy(clean_redis) as proxy:
        settings.REDIS_URL = proxy.url
        writer = LogWriter()
        writer.start()
        assert await append(writer, "aa", "5-1") is Outcome.CONFIRMED
        proxy.swallow = True
        done = append(writer, "aa", "5-2", b"y")
        await asyncio.wait_for(proxy.swallowed.wait(), 5)
        proxy.swallow = False
        proxy.cut()
        assert await asyncio.wait_for(done, 5) is Outcome.CONFIRMED
        await writer.stop()
    assert [i for i, _ in await stored(client, "aa")] == [b"5-0", b"5-1", b"5-2"]


async def test_a_record_that_never_arrived_is_sent_again(
    clean_redis: str, client: Any, settings: Any
) -> None:
    await client.xadd(keys.match_log("aa"), {"r": b"head"}, id="5-0")
    async with Proxy(clean_redis) as proxy:
        settings.REDIS_URL = proxy.url
        proxy.refusing = True
        writer = LogWriter()
        writer.start()
        done = append(writer, "aa", "5-1")
        await auntil(lambda: writer.standing_still, 5)
        proxy.refusing = False
        assert await asyncio.wait_for(done, 5) is Outcome.CONFIRMED
        await writer.stop()
    assert len(await stored(client, "aa")) == 2


async def test_after_a_lost_reply_another_owner_is_seen(clean_redis: str, client: Any, settings: Any) -> None:
    await client.xadd(keys.match_log("aa"), {"r": b"head"}, id="5-0")
    async with Proxy(clean_redis) as proxy:
        settings.REDIS_URL = proxy.url
        proxy.refusing = True
        writer = LogWriter()
        writer.start()
        done = append(writer, "aa", "5-1")
        await auntil(lambda: writer.standing_still, 5)
        await client.xadd(keys.match_log("aa"), {"r": b"fence"}, id="6-0")
        proxy.refusing = False
        assert await asyncio.wait_for(done, 5) is Outcome.FENCED
        await writer.stop()
    assert [data for _, data in await stored(client, "aa")] == [b"head", b"fence"]


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (b"5-1", Verdict.DONE),
        (None, Verdict.VANISHED),
        (ResponseError("The ID specified in XADD is equal or smaller than the target"), Verdict.FENCED),
        (ResponseError("OOM command not allowed when used memory > 'maxmemory'."), Verdict.AGAIN),
        (ResponseError("READONLY You can't write against a read only replica."), Verdict.AGAIN),
        (LostConnection("Connection closed by server."), Verdict.LOST),
        (OSError("reset"), Verdict.LOST),
    ],
)
def test_verdicts(reply: Any, verdict: Verdict) -> None:
    assert judge(reply) is verdict
