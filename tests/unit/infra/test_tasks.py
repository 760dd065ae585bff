"""Work that must not end by itself, and tasks that must end."""

import asyncio

import pytest

from arcade.infra import tasks
from arcade.infra.tasks import cancelled, forever


async def test_work_that_fails_or_returns_is_begun_anew_and_what_failed_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tasks, "AGAIN_SECONDS", 0.0)
    begun = 0
    enough = asyncio.Event()

    async def work() -> None:
        nonlocal begun
        begun += 1
        if begun == 1:
            raise ValueError("the first time")
        if begun == 3:
            enough.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(forever(work))
    async with asyncio.timeout(10):
        await enough.wait()
    assert not task.done()
    await cancelled([task])
    assert task.cancelled()
    assert begun == 3
    (record,) = [r for r in caplog.records if "work.failed" in r.getMessage()]
    assert "the first time" in (record.exc_text or str(record.exc_info) + record.getMessage())


async def test_work_that_fails_at_once_does_not_spin(monkeypatch: pytest.MonkeyPatch) -> None:
    paused: list[float] = []
    wait = asyncio.Event()

    real = asyncio.sleep

    async def sleep(seconds: float) -> None:
        if asyncio.current_task() is not task:  # a server in another thread sleeps too
            await real(seconds)
            return
        paused.append(seconds)
        await wait.wait()

    async def work() -> None:
        raise ValueError("again")

    task = asyncio.create_task(forever(work))
    monkeypatch.setattr(tasks.asyncio, "sleep", sleep)
    async with asyncio.timeout(10):
        while not paused:
            await asyncio.wait([task], timeout=0.01)
    assert paused == [tasks.AGAIN_SECONDS]
    await cancelled([task])


async def test_cancelled_waits_for_the_end_and_asks_again_whoever_swallowed_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tasks, "AGAIN_SECONDS", 0.01)
    swallowed = 0
    ended: list[str] = []

    async def stubborn() -> None:
        nonlocal swallowed
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                swallowed += 1
                if swallowed == 3:
                    ended.append("stubborn")
                    raise

    async def failing() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("failing")
            raise ValueError("at the end")

    work = [asyncio.create_task(stubborn()), asyncio.create_task(failing())]
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await cancelled(work)
    assert sorted(ended) == ["failing", "stubborn"]
    assert isinstance(work[1].exception(), ValueError)
