"""The log: the appends of one pass of the loop in one batch, each reply judged by itself."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.conf import settings
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import ReadOnlyError, RedisError, ResponseError

from arcade.infra import keys
from arcade.infra.log import get_logger
from arcade.infra.metrics import metrics
from arcade.infra.pipe import Command, Pipe
from arcade.infra.tasks import cancelled, forever
from matches.host.append import FIELD, Append, Outcome, Verdict, judge, place, settled

log = get_logger(__name__)

open_pipe = Pipe.open
FEEL_SECONDS = 0.25
"""Between two looks whether a connection that nothing is written on is still there."""
WAIT_MS = 500
"""Between two words about disks that are late."""
RETRY_FIRST, RETRY_MOST = 0.05, 0.5
"""Seconds between tries while the log cannot be written; shorter than a lease (`Lease.holds`)."""


class LogWriter:
    """Appends records in order of arrival; stands still, showing nothing, while the log cannot be written.

    While all is well a pass of the loop sends one batch and its replies settle it, without a task between;
    several batches may be under way, as no two of them hold records of one match. Whatever did not simply go
    through is seen to by a task.

    `reconnected` is called when the first word got through on a new connection, which is made soon after one
    was lost, also where nothing is to be written. While `may_write()` is False nothing is.
    """

    def __init__(
        self, reconnected: Callable[[], None] = lambda: None, may_write: Callable[[], bool] = lambda: True
    ) -> None:
        self._reconnected = reconnected
        self._may_write = may_write
        self._first: set[str] = set()
        """Logs that are written to all the same."""
        self._known = 1
        """The connection on which the task's last batch went through."""
        self._wait: list[int] = settings.ARCADE_WAITAOF
        self._loop = asyncio.get_running_loop()
        self._fresh: list[Append] = []
        """Of this pass of the loop."""
        self._planned = False
        self._under_way = 0
        self._queue: list[Append] = []
        """For the task."""
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._pipe: Pipe | None = None
        self.generation = 1
        """Counts the connections, from 1; a record confirmed on this one needs no look at the top."""
        self.standing_still = False

    def start(self) -> None:
        self._tasks = [asyncio.create_task(forever(work)) for work in (self._run, self._nudge)]

    async def stop(self) -> None:
        """Let what is under way settle, for at most two seconds, then end."""
        if not self._tasks:
            return
        deadline = self._loop.time() + 2
        while (self._fresh or self._queue or self._under_way) and self._loop.time() < deadline:
            await asyncio.sleep(0.01)
        await cancelled(self._tasks)
        self._tasks = []
        self._drop()

    def append(self, entry: Append) -> None:
        """Queue a record. At most one per match is ever under way, so all here is bounded by the matches."""
        self._fresh.append(entry)
        if not self._planned:
            self._planned = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        """One batch of what came in this pass."""
        self._planned = False
        fresh, self._fresh = self._fresh, []
        pipe, generation = self._pipe, self.generation
        if pipe is None or any(self._wait) or not self._may_write():
            self._later(fresh)
            return
        known = [entry for entry in fresh if entry.generation == generation]
        if len(known) < len(fresh):
            self._later([entry for entry in fresh if entry.generation != generation])
        if known:
            self._under_way += len(known)
            pipe.send(_commands(known), partial(self._answered, known, self._loop.time()))

    def _answered(self, batch: list[Append], begun: float, replies: list[Any] | None) -> None:
        self._under_way -= len(batch)
        metrics.append_seconds.observe(self._loop.time() - begun)
        left = self._judged(batch, replies or [ConnectionLost("The connection was lost.")] * len(batch))
        if left:
            self._later(left)

    def _later(self, entries: list[Append]) -> None:
        self._queue.extend(entries)
        self._wake.set()

    def go_first(self, match: str) -> None:
        """What is under way for this match need not wait until `may_write()`: others wait for it."""
        self._first.add(keys.match_log(match))

    def go_last(self, match: str) -> None:
        """As any other again."""
        self._first.discard(keys.match_log(match))

    # --- the task -------------------------------------------------------------------------------------

    async def _run(self) -> None:
        delay = RETRY_FIRST
        while True:
            if not self._queue:
                await self._wake.wait()
            self._wake.clear()
            batch = list(self._queue)
            if not batch:
                await self._feel()
                continue
            if not self._may_write():
                batch = [entry for entry in batch if entry.key in self._first]
            if not batch:
                self.standing_still = True
                await asyncio.sleep(RETRY_FIRST)
                continue
            left = await self._attempt(batch)
            gone = set(map(id, batch)) - set(map(id, left))
            self._queue = [entry for entry in self._queue if id(entry) not in gone]
            if left:
                self.standing_still = True
                await asyncio.sleep(delay)
                delay = min(delay * 2, RETRY_MOST)
            else:
                self.standing_still = False
                delay = RETRY_FIRST
                self._came_through()

    async def _nudge(self) -> None:
        while True:
            await asyncio.sleep(FEEL_SECONDS)
            if not self._queue:
                self._wake.set()

    async def _feel(self) -> None:
        """Nothing is to be written: learn that the connection was lost, and have another."""
        try:
            await _replies(await self._connected(), [("TIME",)])
        except (RedisError, OSError):
            self._drop()
        else:
            self._came_through()

    async def _connected(self) -> Pipe:
        if self._pipe is None:
            self._pipe = await open_pipe(self._lost)
        return self._pipe

    def _came_through(self) -> None:
        if self._known != self.generation:
            self._known = self.generation
            self._reconnected()

    async def _attempt(self, batch: list[Append]) -> list[Append]:
        """Try the whole batch once; returns what must be tried again."""
        try:
            pipe = await self._connected()
            await self._look_up(pipe, [entry for entry in batch if entry.generation != self.generation])
        except (RedisError, OSError) as error:
            log.warning("log.look_up_failed", error=repr(error))
            self._drop()
            return [entry for entry in batch if entry.settle is not settled]
        todo = [entry for entry in batch if entry.settle is not settled]
        return self._judged(todo, await self._send(pipe, todo))

    async def _send(self, pipe: Pipe, todo: list[Append]) -> list[Any]:
        if not todo:
            return []
        try:
            begun = self._loop.time()
            replies = await pipe.ask(_commands(todo))
            await self._on_disk(pipe)
            metrics.append_seconds.observe(self._loop.time() - begun)
            return replies
        except (RedisError, OSError) as error:
            self._drop()
            return [error if not isinstance(error, ResponseError) else OSError(str(error))] * len(todo)

    async def _look_up(self, pipe: Pipe, unsure: list[Append]) -> None:
        """Learn where each log stands, and with it what became of records whose reply was lost.

        RedisError or OSError while Redis cannot be asked.
        """
        if not unsure:
            return
        generation = self.generation
        tops = await _replies(pipe, [("XREVRANGE", entry.key, "+", "-", "COUNT", 1) for entry in unsure])
        if any(self._wait):
            await _replies(pipe, [("SET", keys.waitaof(), 1, "PX", WAIT_MS)])  # a write behind all others
            await self._on_disk(pipe)
        for entry, found in zip(unsure, tops, strict=True):
            entry.generation = generation
            top = found[0][0].decode() if found else ""
            if top == entry.record_id and found[0][1] == [FIELD, entry.data]:
                self._settle(entry, Outcome.CONFIRMED)
            elif top and place(top) > place(entry.prev):
                metrics.appends_failed.labels("fenced").inc()
                self._settle(entry, Outcome.FENCED)
            elif top != entry.prev:
                metrics.appends_failed.labels("rewound").inc()
                self._settle(entry, Outcome.REWOUND)

    async def _on_disk(self, pipe: Pipe) -> None:
        """Where `ARCADE_WAITAOF` asks for it: return when what this connection wrote is on so many disks."""
        while any(self._wait):
            ((local, replicas),) = await _replies(pipe, [("WAITAOF", *self._wait, WAIT_MS)])
            if local >= self._wait[0] and replicas >= self._wait[1]:
                return
            self.standing_still = True
            log.warning("log.not_on_disk", local=local, replicas=replicas, wanted=self._wait)

    # --- the outcome ----------------------------------------------------------------------------------

    def _judged(self, batch: list[Append], replies: list[Any]) -> list[Append]:
        """Settle what is decided; returns what must be tried again."""
        left: list[Append] = []
        for entry, reply in zip(batch, replies, strict=True):
            verdict = Verdict.DONE if type(reply) is bytes else judge(reply)
            if verdict is Verdict.DONE:
                self._settle(entry, Outcome.CONFIRMED)
            elif verdict is Verdict.VANISHED:
                metrics.appends_failed.labels("rewound").inc()
                self._settle(entry, Outcome.REWOUND)
            elif verdict is Verdict.FENCED and entry.unsure:
                entry.generation = 0  # perhaps by its own ghost: look up what stands there
                entry.unsure = False
                left.append(entry)
            elif verdict is Verdict.FENCED:
                metrics.appends_failed.labels("fenced").inc()
                self._settle(entry, Outcome.FENCED)
            else:
                metrics.appends_failed.labels(verdict.value).inc()
                entry.unsure = entry.unsure or verdict is Verdict.LOST
                left.append(entry)
        if left:
            log.warning("log.append_failed", records=len(left), cause=repr(replies[batch.index(left[0])]))
            if ReadOnlyError in map(type, replies):
                self._drop()  # it was a primary once; who is that now, only a new connection finds
        return left

    def _settle(self, entry: Append, outcome: Outcome) -> None:
        settle, entry.settle = entry.settle, settled
        try:
            settle(outcome)
        except Exception:
            log.exception("log.settle_failed", record=entry.record_id)

    def _drop(self) -> None:
        if self._pipe is not None:
            self._pipe.close()

    def _lost(self, pipe: Pipe) -> None:
        """The connection has ended: where each log stands must be looked up on the next."""
        self.generation += 1
        if self._pipe is pipe:
            self._pipe = None
            self._wake.set()


def _commands(entries: Sequence[Append]) -> list[Command]:
    return [("XADD", entry.key, "NOMKSTREAM", entry.record_id, FIELD, entry.data) for entry in entries]


async def _replies(pipe: Pipe, commands: list[Command]) -> list[Any]:
    replies = await pipe.ask(commands)
    for reply in replies:
        if isinstance(reply, Exception):
            raise reply
    return replies
