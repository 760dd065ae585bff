"""The log's connection: the appends of one pass of the loop in one pipeline, each reply judged by itself."""

import asyncio
import enum
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from redis.exceptions import RedisError, ResponseError

from arcade.infra import keys
from arcade.infra.log import get_logger
from arcade.infra.metrics import metrics
from arcade.infra.redis import bare_client
from arcade.infra.tasks import cancelled

log = get_logger(__name__)

FIELD = b"r"
RETRY_FIRST, RETRY_MOST = 0.05, 1.0
"""Seconds between tries while the log cannot be written."""


class Outcome(enum.Enum):
    """How an append ended."""

    CONFIRMED = "confirmed"
    FENCED = "fenced"


class Verdict(enum.Enum):
    """What one reply means."""

    DONE = "done"
    FENCED = "fenced"
    AGAIN = "again"
    """Refused for a passing cause (memory, loading, read-only): the same bytes again under the same id."""
    LOST = "lost"
    """No reply: read the id back before anything else."""


class Append:
    """One record on its way: `settle` is called once, on the loop, when its outcome is known."""

    __slots__ = ("data", "key", "lost", "record_id", "settle")

    def __init__(self, match: str, record_id: str, data: bytes, settle: Callable[[Outcome], None]) -> None:
        self.key = keys.match_log(match)
        self.record_id = record_id
        self.data = data
        self.settle = settle
        self.lost = False


def judge(reply: Any) -> Verdict:
    """The verdict on a reply to `XADD NOMKSTREAM`: an id, None, or an exception."""
    if isinstance(reply, bytes | str):
        return Verdict.DONE
    if reply is None:
        return Verdict.FENCED
    if isinstance(reply, ResponseError):
        text = str(reply)
        if "equal or smaller" in text or "smaller than" in text:
            return Verdict.FENCED
        return Verdict.AGAIN
    if isinstance(reply, RedisError | OSError):
        return Verdict.LOST
    raise TypeError(f"no reply of XADD: {reply!r}")


class LogWriter:
    """Appends records in order of arrival; stands still, showing nothing, while the log cannot be written."""

    def __init__(self) -> None:
        self._queue: list[Append] = []
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._client: Any = None
        self.standing_still = False

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="log-writer")

    async def stop(self) -> None:
        """Let what is under way settle, for at most two seconds, then end."""
        if self._task is None:
            return
        deadline = asyncio.get_running_loop().time() + 2
        while self._queue and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.01)
        await cancelled([self._task])
        await self._drop_client()

    def append(self, entry: Append) -> None:
        """Queue a record. At most one per match is ever under way, so the queue is bounded by the matches."""
        self._queue.append(entry)
        self._wake.set()

    async def _run(self) -> None:
        delay = RETRY_FIRST
        while True:
            if not self._queue:
                await self._wake.wait()
            self._wake.clear()
            batch = list(self._queue)
            if not batch:
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

    async def _attempt(self, batch: list[Append]) -> list[Append]:
        """Try the whole batch once; returns what must be tried again."""
        unsure = [entry for entry in batch if entry.lost]
        if unsure and not await self._read_back(unsure):
            return batch
        todo = [entry for entry in batch if not entry.lost and entry.settle is not _settled]
        replies = await self._send(todo)
        left: list[Append] = []
        for entry, reply in zip(todo, replies, strict=True):
            verdict = judge(reply)
            if verdict is Verdict.DONE:
                self._settle(entry, Outcome.CONFIRMED)
            elif verdict is Verdict.FENCED:
                metrics.appends_failed.labels("fenced").inc()
                self._settle(entry, Outcome.FENCED)
            else:
                entry.lost = verdict is Verdict.LOST
                metrics.appends_failed.labels(verdict.value).inc()
                left.append(entry)
        if left:
            log.warning("log.append_failed", records=len(left), cause=repr(replies[todo.index(left[0])]))
        return left

    async def _send(self, todo: list[Append]) -> list[Any]:
        if not todo:
            return []
        client = self._client = self._client or bare_client()
        pipe = client.pipeline(transaction=False)
        for entry in todo:
            pipe.execute_command("XADD", entry.key, "NOMKSTREAM", entry.record_id, FIELD, entry.data)
        try:
            with metrics.append_seconds.time():
                replies: list[Any] = await pipe.execute(raise_on_error=False)
            return replies
        except (RedisError, OSError) as error:
            await self._drop_client()
            return [error if not isinstance(error, ResponseError) else OSError(str(error))] * len(todo)

    async def _read_back(self, unsure: list[Append]) -> bool:
        """Learn what became of records whose reply was lost; False while Redis cannot be asked."""
        client = self._client = self._client or bare_client()
        try:
            for entry in unsure:
                found: Any = await client.xrange(entry.key, entry.record_id, entry.record_id)
                if found and found[0][1].get(FIELD) == entry.data:
                    self._settle(entry, Outcome.CONFIRMED)
                elif found:
                    self._settle(entry, Outcome.FENCED)
                else:
                    entry.lost = False
        except (RedisError, OSError) as error:
            log.warning("log.read_back_failed", error=repr(error))
            await self._drop_client()
            return False
        return True

    async def _drop_client(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with suppress(RedisError, OSError):
                await client.aclose()

    def _settle(self, entry: Append, outcome: Outcome) -> None:
        settle, entry.settle = entry.settle, _settled
        entry.lost = False
        try:
            settle(outcome)
        except Exception:
            log.exception("log.settle_failed", record=entry.record_id)


def _settled(_: Outcome) -> None:
    raise AssertionError("an append was settled twice")
