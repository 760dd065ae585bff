"""Computer players think in a process of their own, under a time budget: no thought holds up a match."""

import asyncio
import contextlib
import enum
import itertools
import os
import sys
from collections import deque
from collections.abc import Callable
from typing import NamedTuple, cast

import msgspec
from django.conf import settings

from arcade.infra.log import get_logger
from arcade.infra.metrics import metrics
from matches.engine import registry
from matches.host.bot_worker import LENGTH, Answer, Thought

log = get_logger(__name__)

BUDGET = 1.0
"""Seconds for one thought; a worker over it is killed and the thought given up."""

START_LIMIT = 30.0
"""Seconds in which a new worker must be ready."""

PAUSE = 5.0
"""Seconds after a worker that would not start until the next is tried, and until who was not asked may be."""

MOST_FLYING = 32
MOST_WAITING = 1024
"""Thoughts with the worker, and waiting for it; one too many is `UNASKED` at once."""


class Unasked(enum.Enum):
    """What a thought comes to that nobody thought: no fault of the computer player's."""

    UNASKED = "unasked"


UNASKED = Unasked.UNASKED

Said = bytes | Unasked | None
Done = Callable[[Said], None]


class _Asked(NamedTuple):
    thought: Thought
    done: Done


class BotPool:
    """One worker process, started with the first thought. All methods are for the loop that uses it."""

    def __init__(self, budget: float = BUDGET) -> None:
        self.budget = budget
        self.restarts = 0
        """Workers that were killed or died in mid-thought."""
        self._ids = itertools.count(1)
        self._waiting: deque[_Asked] = deque()
        self._flying: deque[_Asked] = deque()
        self._process: asyncio.subprocess.Process | None = None
        self._ready = False
        self._limit: asyncio.Timeout | None = None
        self._task: asyncio.Task[None] | None = None
        self._pump_planned = False
        self._paused_until = 0.0
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The worker's process id, None where there is none."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Start the worker ahead of the first thought; nothing where it runs."""
        if self._task is None and not self._closed:
            self._task = asyncio.get_running_loop().create_task(self._run())
            self._task.add_done_callback(self._ended)

    def think(self, game: str, seat: int, level: int, view: bytes, seed: int, done: Done) -> None:
        """Ask a computer player; `done` is called on the loop with the move's msgpack, None, or `UNASKED`.

        None: it does not want to move, raised, ran over the budget, or its worker died meanwhile. `UNASKED`:
        too much is waiting, or there is no worker; ask again after `PAUSE` seconds. `done` is called once,
        never from within this call, and not at all once the pool is closed.
        """
        loop = asyncio.get_running_loop()
        if self._closed:
            return
        if len(self._waiting) >= MOST_WAITING or loop.time() < self._paused_until:
            metrics.overflows.labels("bot-no-move").inc()
            loop.call_soon(self._tell, done, UNASKED)
            return
        thought = Thought(next(self._ids), game, seat, level, view, seed.to_bytes(32, "big"))
        self._waiting.append(_Asked(thought, done))
        self.start()
        if not self._pump_planned:
            self._pump_planned = True
            loop.call_soon(self._pump)

    async def close(self) -> None:
        """End the worker; what is waiting is forgotten."""
        self._closed = True
        self._waiting.clear()
        self._flying.clear()
        if self._process is not None:
            _kill(self._process)
        if self._task is not None:  # not cancelled: it has a process to wait for
            await asyncio.gather(self._task, return_exceptions=True)

    # --- the worker's life ------------------------------------------------------------------------------

    async def _run(self) -> None:
        while not self._closed:
            process = self._process = await self._spawn()
            try:
                if not self._closed:
                    await self._serve(process)
            finally:
                self._process, self._ready, self._limit = None, False, None
                await _end(process)
            if asyncio.get_running_loop().time() < self._paused_until:
                return

    async def _spawn(self) -> asyncio.subprocess.Process:
        modules = sorted({type(game).__module__ for game in registry.all()})
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "matches.host.bot_worker",
            str(settings.ARCADE_BOT_MEMORY_MB),
            *modules,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )

    async def _serve(self, process: asyncio.subprocess.Process) -> None:
        """Take answers until the worker dies or runs over its time."""
        stdout = cast(asyncio.StreamReader, process.stdout)
        decoder = msgspec.msgpack.Decoder(Answer)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(START_LIMIT) as self._limit:
                while True:
                    head = await stdout.readexactly(LENGTH.size)
                    said = decoder.decode(await stdout.readexactly(LENGTH.unpack(head)[0]))
                    self._limit.reschedule(None)
                    if said.id:
                        self._answered(said)
                    self._ready = True
                    if self._flying:
                        self._limit.reschedule(loop.time() + self.budget)
                    self._pump()
        except (TimeoutError, EOFError, ConnectionError, msgspec.DecodeError) as error:
            self._lost(error)

    def _answered(self, said: Answer) -> None:
        asked = self._flying.popleft()
        if said.error is not None:
            log.error("bot.raised", game=asked.thought.game, seat=asked.thought.seat, error=said.error)
        self._tell(asked.done, said.move)

    def _lost(self, error: BaseException) -> None:
        """The worker is no use any more: give up what it was thinking, keep the rest for the next one."""
        if self._closed:
            return
        if not self._ready:
            log.error("bot.no_worker", error=repr(error))
            self._paused_until = asyncio.get_running_loop().time() + PAUSE
            self._unask()
            return
        self.restarts += 1
        if self._flying:
            asked = self._flying.popleft()
            log.error("bot.stuck", game=asked.thought.game, seat=asked.thought.seat, error=repr(error))
            self._tell(asked.done, None)
        self._waiting.extendleft(reversed(self._flying))
        self._flying.clear()

    def _unask(self) -> None:
        """There is nobody to think, and there will not be for a while."""
        unasked = [*self._flying, *self._waiting]
        self._flying.clear()
        self._waiting.clear()
        for asked in unasked:
            self._tell(asked.done, UNASKED)

    def _tell(self, done: Done, move: Said) -> None:
        """Call back, in a pass of its own, so that what it raises is not ours."""
        if not self._closed:
            asyncio.get_running_loop().call_soon(lambda: None if self._closed else done(move))

    def _pump(self) -> None:
        self._pump_planned = False
        process = self._process
        if not self._ready or process is None or process.stdin is None or process.stdin.is_closing():
            return
        batch: list[_Asked] = []
        while self._waiting and len(self._flying) + len(batch) < MOST_FLYING:
            batch.append(self._waiting.popleft())
        if not batch:
            return
        if not self._flying and self._limit is not None:
            self._limit.reschedule(asyncio.get_running_loop().time() + self.budget)
        self._flying.extend(batch)
        data = msgspec.msgpack.encode([asked.thought for asked in batch])
        process.stdin.write(LENGTH.pack(len(data)) + data)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if not task.cancelled() and task.exception() is not None:
            log.error("bot.pool_failed", exc_info=task.exception())
            self._paused_until = task.get_loop().time() + PAUSE
            self._unask()


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill the worker and wait for its end."""
    _kill(process)
    if process.stdin is not None:
        process.stdin.close()
        with contextlib.suppress(ConnectionError):
            await process.stdin.wait_closed()
    await process.wait()


def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
