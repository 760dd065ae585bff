"""How a socket is ended: in which order, and however the other side behaves."""

import asyncio
from typing import Any

import pytest

from arcade.infra import goodbye as module
from arcade.infra.goodbye import goodbye

CLOSE = {"type": "websocket.close", "code": 4002, "reason": "deploy"}


class Ending:
    """Notes what happens, in order; `send` may fail or hang."""

    def __init__(self, failure: Exception | None = None, hang: bool = False) -> None:
        self.done: list[Any] = []
        self._failure = failure
        self._hang = hang
        self.writer = asyncio.create_task(self._write())

    async def _write(self) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            self.done.append("writer ended")

    async def flush(self, seconds: float) -> None:
        self.done.append("flushed")

    async def listen(self, seconds: float) -> None:
        self.done.append("quiet")

    async def send(self, event: dict[str, Any]) -> None:
        await asyncio.sleep(0)
        self.done.append(event)
        if self._hang:
            await asyncio.Event().wait()
        if self._failure is not None:
            raise self._failure


async def started(**options: Any) -> Ending:
    ending = Ending(**options)
    await asyncio.sleep(0)
    return ending


async def test_what_is_queued_goes_out_before_the_close_and_nothing_after() -> None:
    one = await started()
    await goodbye(4002, one.send, one.flush, one.writer, one.listen)
    assert one.done == ["flushed", "quiet", "writer ended", CLOSE]


async def test_a_client_that_is_too_slow_is_not_waited_for() -> None:
    one = await started()
    await goodbye(4001, one.send, one.flush, one.writer)
    assert one.done == ["writer ended", {"type": "websocket.close", "code": 4001, "reason": "too-slow"}]


async def test_a_client_that_has_gone_or_hangs_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FLUSH_SECONDS", 0.05)
    for options in ({"failure": RuntimeError("closed already")}, {"hang": True}):
        one = await started(**options)
        async with asyncio.timeout(5):
            await goodbye(4002, one.send, one.flush, one.writer)
        assert one.done[-1] == CLOSE
