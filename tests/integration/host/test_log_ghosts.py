"""A record whose reply was lost may still be on its way, and arrive just before it is sent again."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import redis.asyncio
from redis.exceptions import ConnectionError as LostConnection

from arcade.infra import keys
from arcade.infra.redis import bare_client
from matches.host import log
from matches.host.log import Append, LogWriter, Outcome

OURS, THEIRS = b"ours", b"theirs"


class Ghostly:
    """A connection to the log whose first append is lost on the way, until `arrives` is called."""

    def __init__(self, arrives: Any) -> None:
        self.arrives = arrives
        self.appends = 0

    def client(self, **how: Any) -> Any:
        client: Any = bare_client(**how)
        make = client.pipeline

        def pipeline(transaction: bool) -> Any:
            pipe = make(transaction=transaction)
            execute = pipe.execute

            async def executed(raise_on_error: bool) -> Any:
                if "XADD" in str(pipe.command_stack):
                    self.appends += 1
                    if self.appends == 1:
                        raise LostConnection("no reply")
                    if self.appends == 2:
                        await self.arrives()
                return await execute(raise_on_error=raise_on_error)

            pipe.execute = executed
            return pipe

        client.pipeline = pipeline
        return client


@pytest.fixture
async def client(clean_redis: str) -> AsyncIterator[Any]:
    async with redis.asyncio.Redis.from_url(clean_redis) as client:
        await client.xadd(keys.match_log("aa"), {"r": b"head"}, id="5-0")
        yield client


@pytest.mark.parametrize(
    ("arrival", "data", "outcome"),
    [("5-1", OURS, Outcome.CONFIRMED), ("5-1", THEIRS, Outcome.FENCED), ("6-0", THEIRS, Outcome.FENCED)],
)
async def test_what_stands_there_decides(
    client: Any, monkeypatch: pytest.MonkeyPatch, arrival: str, data: bytes, outcome: Outcome
) -> None:
    """After the look at the log, before the second try: our own first try, or another's record."""

    async def arrives() -> None:
        await client.xadd(keys.match_log("aa"), {"r": data}, id=arrival)

    ghostly = Ghostly(arrives)
    monkeypatch.setattr(log, "bare_client", ghostly.client)
    writer = LogWriter()
    writer.start()
    done: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
    writer.append(Append("aa", "5-1", "5-0", writer.generation, OURS, done.set_result))
    async with asyncio.timeout(10):
        assert await done is outcome
    await writer.stop()
    assert ghostly.appends == 2
    assert [entry[b"r"] for _, entry in await client.xrange(keys.match_log("aa"))] == [b"head", data]
