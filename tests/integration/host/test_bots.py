"""The bot pool with real worker processes."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator

import msgspec
import pytest

from matches.engine import registry
from matches.engine.testing import Drive, make_setup
from matches.host.bots import UNASKED, BotPool, Said

DEADLINE = 30


@pytest.fixture
async def pool() -> AsyncIterator[BotPool]:
    pool = BotPool(budget=1.0)
    yield pool
    await pool.close()


class Asker:
    """Thinks as futures; the pool calls back on the loop."""

    def __init__(self, pool: BotPool) -> None:
        self.pool = pool

    def ask(self, game: str, level: int = 1, view: bytes | None = None) -> asyncio.Future[Said]:
        rules = registry.get(game)
        if view is None:
            drive = Drive(rules, make_setup(rules))
            drive.join()
            view = drive.match.bot_view(0)
        future: asyncio.Future[Said] = asyncio.get_running_loop().create_future()
        self.pool.think(game, 0, level, view, 12345, future.set_result)
        return future


async def test_it_thinks_for_every_game(pool: BotPool) -> None:
    asker = Asker(pool)
    async with asyncio.timeout(DEADLINE):
        moves = await asyncio.gather(asker.ask("connect-four"), asker.ask("high-card"), asker.ask("arena", 2))
    assert all(move is not None for move in moves)
    assert msgspec.msgpack.decode(moves[0] or b"")["column"] in range(7)
    assert set(msgspec.msgpack.decode(moves[1] or b"")) == {"index"}


async def test_the_same_seed_thinks_the_same(pool: BotPool) -> None:
    asker = Asker(pool)
    async with asyncio.timeout(DEADLINE):
        moves = await asyncio.gather(*(asker.ask("connect-four") for _ in range(5)))
    assert len(set(moves)) == 1


async def test_one_that_never_answers_is_given_up_and_the_others_get_their_moves(pool: BotPool) -> None:
    asker = Asker(pool)
    async with asyncio.timeout(DEADLINE):
        await asker.ask("connect-four")
        before = pool.pid
        stuck, *others = [asker.ask("hostile-bot"), *(asker.ask("connect-four") for _ in range(5))]
        turns = 0
        while not stuck.done():  # the loop is free meanwhile
            await asyncio.sleep(0.01)
            turns += 1
        assert await stuck is None
        assert all(move is not None for move in await asyncio.gather(*others))
    assert turns > 20
    assert pool.restarts == 1
    assert pool.pid != before
    assert before is not None
    with pytest.raises(ProcessLookupError):
        os.kill(before, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="no such limit elsewhere")
async def test_one_that_takes_all_memory_gets_no_move_and_harms_nobody() -> None:
    pool = BotPool(budget=20.0)
    asker = Asker(pool)
    try:
        async with asyncio.timeout(DEADLINE):
            await asker.ask("connect-four")
            before = pool.pid
            greedy, *others = [asker.ask("hostile-greedy"), *(asker.ask("connect-four") for _ in range(5))]
            assert await greedy is None
            assert all(move is not None for move in await asyncio.gather(*others))
        assert (pool.pid, pool.restarts) == (before, 0)
    finally:
        await pool.close()


async def test_a_worker_that_dies_is_replaced(pool: BotPool) -> None:
    asker = Asker(pool)
    async with asyncio.timeout(DEADLINE):
        await asker.ask("connect-four")
        assert pool.pid is not None
        os.kill(pool.pid, signal.SIGKILL)
        # the thought under way may be given up with its worker; the next is not
        await asker.ask("connect-four")
        assert await asker.ask("connect-four") is not None


async def test_what_a_bot_raises_is_no_move(pool: BotPool) -> None:
    async with asyncio.timeout(DEADLINE):
        assert await Asker(pool).ask("connect-four", view=b"\xc1") is None
        assert await Asker(pool).ask("connect-four") is not None
    assert pool.restarts == 0


async def test_too_many_waiting_are_not_asked(pool: BotPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matches.host.bots.MOST_WAITING", 3)
    asker = Asker(pool)
    async with asyncio.timeout(DEADLINE):
        moves = await asyncio.gather(*(asker.ask("connect-four") for _ in range(5)))
    assert [move is UNASKED for move in moves] == [False] * 3 + [True] * 2
    assert all(isinstance(move, bytes) for move in moves[:3])


async def test_a_worker_that_cannot_start_leaves_nobody_waiting(
    pool: BotPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    async with asyncio.timeout(DEADLINE):
        assert await Asker(pool).ask("connect-four") is UNASKED
        assert await Asker(pool).ask("connect-four") is UNASKED


async def test_closing_ends_the_worker() -> None:
    pool = BotPool()
    async with asyncio.timeout(DEADLINE):
        await Asker(pool).ask("connect-four")
        pid = pool.pid
        assert pid is not None
        unanswered = Asker(pool).ask("hostile-bot")
        await pool.close()
    assert not unanswered.done()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_worker_ends_with_its_parent_even_in_mid_thought() -> None:
    rules = registry.get("hostile-bot")
    drive = Drive(rules, make_setup(rules))
    drive.join()
    thought = [[1, "hostile-bot", 0, 1, drive.match.bot_view(0), bytes(32)]]
    data = msgspec.msgpack.encode(thought)
    worker = subprocess.Popen(
        [sys.executable, "-m", "matches.host.bot_worker", "512", "tests.testgames.hostile"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert worker.stdin is not None
    assert worker.stdout is not None
    with worker:
        assert worker.stdout.read(4)
        worker.stdin.write(len(data).to_bytes(4, "big") + data)
        worker.stdin.close()
        assert worker.wait(DEADLINE) == 0
