"""The log's connection: what comes of lost, silent and foolish servers, and of one behind TLS."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from redis.exceptions import ConnectionError as Lost
from redis.exceptions import ReadOnlyError, ResponseError

from arcade.chaos.proxy import Proxy
from arcade.infra import pipe as pipes
from arcade.infra.pipe import Pipe
from tests.support import certificate

Talk = Callable[[bytes], bytes]


@asynccontextmanager
async def server(says: Talk) -> AsyncIterator[str]:
    """A Redis that answers `OK` to everything but `GET`."""
    writers = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        while data := await reader.read(4096):
            writer.write(says(data) if b"GET" in data else b"+OK\r\n" * data.count(b"*"))

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as listening:
        yield f"redis://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        for writer in writers:
            writer.close()


async def test_replies_come_in_order_and_errors_in_their_place(clean_redis: str, settings: Any) -> None:
    settings.REDIS_URL = clean_redis
    pipe = await Pipe.open(lambda _: None)
    told: list[Any] = []
    pipe.send([("SET", "a", 1), ("GET", "a")], told.append)
    pipe.send([("LPUSH", "a", b"x")], told.append)
    assert await pipe.ask([("GET", "a"), ("GET", "none")]) == [b"1", None]
    assert told[0] == [b"OK", b"1"]
    assert isinstance(told[1][0], ResponseError)
    assert str(told[1][0]).startswith("WRONGTYPE")
    pipe.close()


async def test_once_lost_it_stays_lost_and_says_so_once(clean_redis: str, settings: Any) -> None:
    async with Proxy(clean_redis) as proxy:
        settings.REDIS_URL = proxy.url
        order: list[Any] = []
        pipe = await Pipe.open(lambda _: order.append("lost"))
        proxy.swallow = True
        for n in range(2):
            pipe.send([("INCR", "n")], lambda replies, n=n: order.append((n, replies)))  # type: ignore[misc]
        await asyncio.wait_for(proxy.swallowed.wait(), 5)
        proxy.cut()
        with pytest.raises(Lost):
            await pipe.ask([("PING",)])
        assert order == ["lost", (0, None), (1, None)]
        pipe.close()
        with pytest.raises(Lost):
            await pipe.ask([("PING",)])
        assert order.count("lost") == 1


async def test_a_silent_server_is_given_up(
    clean_redis: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipes, "ANSWER_SECONDS", 0.2)
    monkeypatch.setattr(pipes, "LOOK_SECONDS", 0.05)
    async with Proxy(clean_redis) as proxy:
        settings.REDIS_URL = proxy.url
        pipe = await Pipe.open(lambda _: None)
        assert await pipe.ask([("PING",)]) == [b"PONG"]
        proxy.frozen = True
        with pytest.raises(Lost):
            await asyncio.wait_for(pipe.ask([("PING",)]), 5)


@pytest.mark.parametrize("nonsense", [b"?!\r\n", b"+OK\r\n+one too many\r\n"])
async def test_nonsense_ends_it(settings: Any, nonsense: bytes) -> None:
    async with server(lambda _: nonsense) as url:
        settings.REDIS_URL = url
        lost: asyncio.Future[Pipe] = asyncio.get_running_loop().create_future()
        pipe = await Pipe.open(lost.set_result)
        pipe.send([("GET", "x")], lambda _: None)
        assert await asyncio.wait_for(lost, 5) is pipe


async def test_nothing_behind_a_closed_pipe_counts(settings: Any) -> None:
    """Its user gives it up at the first reply: the second, in the same packet, is of the past."""
    async with server(lambda _: b"-READONLY You are a replica.\r\n+5-1\r\n") as url:
        settings.REDIS_URL = url
        told: list[Any] = []
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def first(replies: list[Any] | None) -> None:
            told.append(replies)
            pipe.close()
            ended.set_result(None)

        pipe = await Pipe.open(lambda _: None)
        pipe.send([("GET", "x")], first)
        pipe.send([("GET", "y")], told.append)
        await asyncio.wait_for(ended, 5)
        assert isinstance(told[0][0], ReadOnlyError)
        assert told[1:] == [None]


async def test_behind_tls(clean_redis: str, settings: Any, tmp_path: Path) -> None:
    context = certificate.make(tmp_path)
    parts = urlsplit(clean_redis)
    tasks = set()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if parts.scheme == "unix":
            there, back = await asyncio.open_unix_connection(parts.path)
        else:
            there, back = await asyncio.open_connection(parts.hostname, parts.port)
        for source, sink in ((reader, back), (there, writer)):
            tasks.add(asyncio.create_task(_pump(source, sink)))

    async with await asyncio.start_server(relay, "127.0.0.1", 0, ssl=context) as listening:
        port = listening.sockets[0].getsockname()[1]
        settings.REDIS_URL = f"rediss://127.0.0.1:{port}/0?ssl_ca_certs={tmp_path / 'cert.pem'}"
        pipe = await Pipe.open(lambda _: None)
        big = b"x" * 1_000_000
        assert await pipe.ask([("SET", "big", big), ("GET", "big")]) == [b"OK", big]
        pipe.close()
        await asyncio.gather(*tasks)


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65536):
            sink.write(data)
    except ConnectionError:
        pass
    finally:
        sink.close()
