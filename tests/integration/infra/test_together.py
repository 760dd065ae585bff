"""Commands that travel together: one write for those of one pass, each with its own outcome."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import redis.asyncio
from redis.exceptions import ConnectionError as Lost
from redis.exceptions import ResponseError

from arcade.infra.redis import bare_client
from arcade.infra.together import MOST, Together, together


@pytest.fixture
async def client(clean_redis: str) -> AsyncIterator[redis.asyncio.Redis]:
    client = bare_client()
    yield client
    await client.aclose()


@pytest.fixture
def sent(client: redis.asyncio.Redis, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The pipelines that were made."""
    made: list[Any] = []
    pipeline = client.pipeline

    def noted(**options: Any) -> Any:
        made.append(pipeline(**options))
        return made[-1]

    monkeypatch.setattr(client, "pipeline", noted)
    return made


async def test_what_is_asked_in_one_pass_is_one_pipeline(client: Any, sent: list[Any]) -> None:
    await client.mset({"a": 1, "b": 2})
    one = together(client)
    assert together(client) is one
    got = await asyncio.gather(
        one.ask(("GET", "a")), one.ask(("GET", "b"), ("INCR", "b")), one.ask(("GET", "c"))
    )
    assert got == [[b"1"], [b"2", 3], [None]]
    assert len(sent) == 1
    await asyncio.gather(*(one.ask(("GET", "a")) for _ in range(MOST + 1)))
    assert len(sent) == 3, "a pipeline is bounded"


async def test_who_fails_fails_alone(client: Any, sent: list[Any]) -> None:
    one = Together(client)
    good, bad = await asyncio.gather(
        one.ask(("SET", "a", "x")), one.ask(("INCR", "a"), ("GET", "a")), return_exceptions=True
    )
    assert good == [True]
    assert isinstance(bad, ResponseError)
    assert len(sent) == 1


async def test_who_does_not_wait_any_more_stops_nobody(client: Any) -> None:
    one = Together(client)
    gone = asyncio.ensure_future(one.ask(("SET", "a", "1")))
    here = asyncio.ensure_future(one.ask(("SET", "b", "2")))
    await asyncio.sleep(0)
    gone.cancel()
    assert await here == [True]
    assert await client.mget("a", "b") == [b"1", b"2"]


async def test_all_hear_that_redis_is_away() -> None:
    client = redis.asyncio.Redis(host="127.0.0.1", port=1)
    one = Together(client)
    outcomes = await asyncio.gather(*(one.ask(("GET", "a")) for _ in range(3)), return_exceptions=True)
    assert all(isinstance(outcome, Lost) for outcome in outcomes), outcomes
    await client.aclose()
