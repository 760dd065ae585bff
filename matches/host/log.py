"""The log's connection: the appends of one pass of the loop in one pipeline, each reply judged by itself."""

import asyncio
import enum
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.conf import settings
from redis.exceptions import ReadOnlyError, RedisError, ResponseError

from arcade.infra import keys
from arcade.infra.log import get_logger
from arcade.infra.metrics import metrics
from arcade.infra.redis import bare_client
from arcade.infra.tasks import cancelled, forever

log = get_logger(__name__)

FIELD = b"r"
FEEL_SECONDS = 0.25
"""Between two looks whether a connection that nothing is written on is still there."""
WAIT_MS = 500
"""Between two words about disks that are late."""
RETRY_FIRST, RETRY_MOST = 0.05, 0.5
"""Seconds between tries while the log cannot be written; shorter than a lease (`Lease.holds`)."""


class Outcome(enum.Enum):
    """How an append ended."""

    CONFIRMED = "confirmed"
    FENCED = "fenced"
    REWOUND = "rewound"
    """Redis lost the end of this log, or all of it: its top is older than what was confirmed."""


class Verdict(enum.Enum):
    """What one reply means."""

    DONE = "done"
    FENCED = "fenced"
    VANISHED = "vanished"
    """There is no log any more: Redis lost it, or somebody deleted it after the end. The owner finds out."""
    AGAIN = "again"
    """Refused for a passing cause (memory, loading, read-only): the same bytes again under the same id."""
    LOST = "lost"
    """No reply: look up where the log stands before anything else."""


class Append:
    """One record on its way: `settle` is called once, on the loop, when its outcome is known.

    `prev` is the id it follows; `generation` the connection on which the top of the log was last known to be
    that one. After a new connection it is looked up before anything is appended: Redis may have come back
    with less than it had confirmed.
    """

    __slots__ = ("data", "generation", "key", "prev", "record_id", "settle", "unsure")

    def __init__(
        self,
        match: str,
        record_id: str,
        prev: str,
        generation: int,
        data: bytes,
        settle: Callable[[Outcome], None],
    ) -> None:
        self.key = keys.match_log(match)
        self.record_id = record_id
        self.prev = prev
        self.generation = generation
        self.data = data
        self.settle = settle
        self.unsure = False
        """A reply was lost once: a copy of this record may still be on its way, and arrive first."""


def judge(reply: Any) -> Verdict:
    """The verdict on a reply to `XADD NOMKSTREAM`: an id, None, or an exception."""
    if isinstance(reply, bytes | str):
        return Verdict.DONE
    if reply is None:
        return Verdict.VANISHED
    if isinstance(reply, ResponseError):
        text = str(reply)
        if "equal or smaller" in text or "smaller than" in text:
            return Verdict.FENCED
        return Verdict.AGAIN
    if isinstance(reply, RedisError | OSError):
        return Verdict.LOST
    raise TypeError(f"no reply of XADD: {reply!r}")


class LogWriter:
    """Appends records in order of arrival; stands still, showing nothing, while the log cannot be written.

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
        """The connection on which the last batch went through."""
        self._wait: list[int] = settings.ARCADE_WAITAOF
        self._queue: list[Append] = []
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._client: Any = None
        self.generation = 1
        """Counts the connections, from 1; a record confirmed on this one needs no look at the top."""
        self.standing_still = False

    def start(self) -> None:
        self._tasks = [asyncio.create_task(forever(work)) for work in (self._run, self._nudge)]

    async def stop(self) -> None:
        """Let what is under way settle, for at most two seconds, then end."""
        if not self._tasks:
            return
        deadline = asyncio.get_running_loop().time() + 2
        while self._queue and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.01)
        await cancelled(self._tasks)
        await self._drop_client()

    def append(self, entry: Append) -> None:
        """Queue a record. At most one per match is ever under way, so the queue is bounded by the matches."""
        self._queue.append(entry)
        self._wake.set()

    def go_first(self, match: str) -> None:
        """What is under way for this match need not wait until `may_write()`: others wait for it."""
        self._first.add(keys.match_log(match))

    def go_last(self, match: str) -> None:
        """As any other again."""
        self._first.discard(keys.match_log(match))

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
        client = self._client = self._client or bare_client(reconnect=False)
        try:
            await client.time()
        except (RedisError, OSError):
            await self._drop_client()
        else:
            self._came_through()

    def _came_through(self) -> None:
        if self._known != self.generation:
            self._known = self.generation
            self._reconnected()

    async def _attempt(self, batch: list[Append]) -> list[Append]:
        """Try the whole batch once; returns what must be tried again."""
        if not await self._look_up([entry for entry in batch if entry.generation != self.generation]):
            return [entry for entry in batch if entry.settle is not _settled]
        todo = [entry for entry in batch if entry.settle is not _settled]
        replies = await self._send(todo)
        left: list[Append] = []
        for entry, reply in zip(todo, replies, strict=True):
            verdict = judge(reply)
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
            log.warning("log.append_failed", records=len(left), cause=repr(replies[todo.index(left[0])]))
        if any(isinstance(reply, ReadOnlyError) for reply in replies):
            await self._drop_client()  # it was a primary once; who is that now, only a new connection finds
        return left

    async def _send(self, todo: list[Append]) -> list[Any]:
        if not todo:
            return []
        client = self._client = self._client or bare_client(reconnect=False)
        pipe = client.pipeline(transaction=False)
        for entry in todo:
            pipe.execute_command("XADD", entry.key, "NOMKSTREAM", entry.record_id, FIELD, entry.data)
        try:
            with metrics.append_seconds.time():
                replies: list[Any] = await pipe.execute(raise_on_error=False)
                await self._on_disk(client)
            return replies
        except (RedisError, OSError) as error:
            await self._drop_client()
            return [error if not isinstance(error, ResponseError) else OSError(str(error))] * len(todo)

    async def _look_up(self, unsure: list[Append]) -> bool:
        """Learn where each log stands, and with it what became of records whose reply was lost.

        False while Redis cannot be asked.
        """
        if not unsure:
            return True
        client = self._client = self._client or bare_client(reconnect=False)
        pipe = client.pipeline(transaction=False)
        for entry in unsure:
            pipe.xrevrange(entry.key, "+", "-", count=1)
        try:
            tops: list[Any] = await pipe.execute(raise_on_error=True)
            if any(self._wait):
                await client.set(keys.waitaof(), 1, px=WAIT_MS)  # a write behind all others
                await self._on_disk(client)
        except (RedisError, OSError) as error:
            log.warning("log.look_up_failed", error=repr(error))
            await self._drop_client()
            return False
        for entry, found in zip(unsure, tops, strict=True):
            entry.generation = self.generation
            top = found[0][0].decode() if found else ""
            if top == entry.record_id and found[0][1].get(FIELD) == entry.data:
                self._settle(entry, Outcome.CONFIRMED)
            elif top and _place(top) > _place(entry.prev):
                metrics.appends_failed.labels("fenced").inc()
                self._settle(entry, Outcome.FENCED)
            elif top != entry.prev:
                metrics.appends_failed.labels("rewound").inc()
                self._settle(entry, Outcome.REWOUND)
        return True

    async def _on_disk(self, client: Any) -> None:
        """Where `ARCADE_WAITAOF` asks for it: return when what this connection wrote is on so many disks."""
        while any(self._wait):
            local, replicas = await client.execute_command("WAITAOF", *self._wait, WAIT_MS)
            if local >= self._wait[0] and replicas >= self._wait[1]:
                return
            self.standing_still = True
            log.warning("log.not_on_disk", local=local, replicas=replicas, wanted=self._wait)

    async def _drop_client(self) -> None:
        client, self._client = self._client, None
        self.generation += 1
        if client is not None:
            with suppress(RedisError, OSError):
                await client.aclose()

    def _settle(self, entry: Append, outcome: Outcome) -> None:
        settle, entry.settle = entry.settle, _settled
        try:
            settle(outcome)
        except Exception:
            log.exception("log.settle_failed", record=entry.record_id)


def _place(record_id: str) -> tuple[int, int]:
    epoch, _, n = record_id.partition("-")
    return int(epoch), int(n)


def _settled(_: Outcome) -> None:
    raise AssertionError("an append was settled twice")
