"""A record whose reply was lost may still be on its way, and arrive just before it is sent again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import pytest
import redis.asyncio

from arcade.infra import keys
from arcade.infra.pipe import Command, Done, Pipe
from matches.host import log
from matches.host.append import Append, Outcome
from matches.host.log import LogWriter

OURS, THEIRS = b"ours", b"theirs"


class Ghostly(Pipe):
    """A connection to the log whose first append is lost on the way, until `arrives` is called."""

    arrives: Callable[[], Awaitable[None]]
    appends = 0

    def send(self, commands: Sequence[Command], done: Done) -> None:
        if commands[0][0] != "XADD":
            super().send(commands, done)
            return
        Ghostly.appends += 1
        if Ghostly.appends == 1:
            self._batches.append((len(commands), [], done, self._loop.time()))
            self._loop.call_soon(self.close)
        else:
            self._late = asyncio.ensure_future(self._after(commands, done))

    async def _after(self, commands: Sequence[Command], done: Done) -> None:
        await Ghostly.arrives()
        super().send(commands, done)


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

    monkeypatch.setattr(Ghostly, "arrives", arrives, raising=False)
    monkeypatch.setattr(Ghostly, "appends", 0)
    monkeypatch.setattr(log, "open_pipe", Ghostly.open)
    writer = LogWriter()
    writer.start()
    done: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
    writer.append(Append(keys.match_log("aa"), "5-1", "5-0", writer.generation, OURS, done.set_result))
    async with asyncio.timeout(10):
        assert await done is outcome
    await writer.stop()
    assert Ghostly.appends == 2
    assert [entry[b"r"] for _, entry in await client.xrange(keys.match_log("aa"))] == [b"head", data]
