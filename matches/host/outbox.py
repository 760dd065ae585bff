"""What waits to be written to one socket: bounded in messages, bytes and seconds.

State frames may be conflated: past the bound they are dropped and a keyframe is asked for once the socket
has drained. Frames with events come again inside that keyframe, from the match's ring. Everything else must
arrive; past the bound the socket is closed so that it resumes.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol

from arcade.infra.metrics import metrics

MAX_MESSAGES = 256
MAX_BYTES = 512 * 1024
MAX_SECONDS = 15.0
MAX_UNSEEN = 600
"""Frames sent beyond the last one that the client said it has seen; 30 s at 20 Hz."""
ASK_AGAIN = 2.0
"""Seconds after which a keyframe that did not come is asked for again."""
NEVER = -1
"""Before any seq."""


class TooSlow(Exception):
    """The socket cannot be caught up here; close it so that it resumes."""


_NONE: deque[tuple[bytes, float, int | None]] = deque(maxlen=0)
"""Stands for the queue of a socket that has none: an empty one of its own is half a kilobyte."""


class Line(Protocol):
    """A socket that is written to without waiting. `write` is as `Direct` says."""

    @property
    def write(self) -> Callable[[int, bytes], None] | None: ...

    @property
    def blocked(self) -> bool:
        """It should be sent no more for now."""

    def send(self, payload: bytes, /) -> None: ...


class Outbox:
    """The queue of one socket. `run` writes it out, where there is no `line`.

    A line is written to without waiting, unless it is blocked; then things are queued, and `drain` is to be
    called when it takes more.

    Most frames meet an outbox where nothing is amiss: they follow `seq`, they are not past `clear`, and the
    line has a `write`. Such a frame may be written by that at once; `seq` and `written` are then its own.
    `put_frame` does the same, and judges all others.
    """

    __slots__ = (
        "_ask_drained", "_asked", "_asked_at", "_bytes", "_empty", "_loop", "_queue", "_seen", "_stale",
        "_wake", "_write", "clear", "line", "seq", "written",
    )  # fmt: skip

    def __init__(
        self,
        write: Callable[[bytes], Awaitable[None]],
        drained: Callable[[], None],
        line: Line | None = None,
    ) -> None:
        self._write = write
        self._ask_drained = drained
        self.line = line
        self._queue = _NONE
        """(bytes, when it was queued, seq of a frame; None: must arrive)"""
        self.seq = 0
        """The last frame that the client holds once all this is written."""
        self.written = 0
        """The last frame that has gone out to it."""
        self.clear = NEVER if line is None else MAX_UNSEEN
        """The last seq that may be written as it comes: nothing waits before it, no keyframe is due, and the
        client has told that it reads."""
        self._bytes = 0
        self._wake: asyncio.Event | None = None
        self._empty: asyncio.Event | None = None
        self._loop = asyncio.get_running_loop()
        self._stale = False
        self._asked = False
        self._seen = 0
        self._asked_at = 0.0

    def put(self, data: bytes) -> None:
        """Queue what must arrive; raises TooSlow past the bound."""
        self._check_age()
        if len(self._queue) >= MAX_MESSAGES * 2 or self._bytes + len(data) > MAX_BYTES * 2:
            metrics.overflows.labels("close").inc()
            raise TooSlow
        self._push(data, None)

    def put_frame(self, data: bytes, seq: int = 0, prev: int | None = None) -> None:
        """Queue a frame, or drop it and all frames before it where the bound is reached.

        `prev`: the seq it follows. Where that one was lost on the way here, a keyframe is asked for: what
        this socket is said to hold must be what its client has applied.
        """
        if self._stale:
            self._check_age()
            return
        if prev is not None and prev != self.seq:
            self._stale = True
            self.clear = NEVER
            self._ask_if_drained()
            return
        if (
            len(self._queue) >= MAX_MESSAGES
            or self._bytes + len(data) > MAX_BYTES
            or seq - self._seen > MAX_UNSEEN
        ):
            metrics.overflows.labels("conflate").inc()
            self._check_age()
            self._conflate()
            return
        self.seq = seq
        self._push(data, seq)

    def put_keyframe(self, data: bytes, seq: int = 0) -> None:
        """Queue a keyframe; frames flow again after it."""
        self._stale = self._asked = False
        self._seen = max(self._seen, seq - MAX_UNSEEN // 2)
        self.seq = self.written = seq
        self.put(data)
        self._look_whether_clear()

    def seen(self, seq: int = 0) -> None:
        """The client told what it has applied."""
        if seq <= self.seq:
            self._seen = min(max(self._seen, seq), self.seq)
            self._look_whether_clear()
        self._ask_if_drained()

    def look(self) -> None:
        """To be called now and then: a keyframe that was asked for and did not come is asked for again."""
        if self._asked and self._loop.time() - self._asked_at > ASK_AGAIN:
            self._asked = False
            self._ask_if_drained()

    async def run(self) -> None:
        """Write until cancelled or the socket fails."""
        queue = self._own_queue()
        self._wake = asyncio.Event()
        while True:
            self._wake.clear()
            while queue:
                data, _, seq = queue[0]
                if seq is not None:
                    self.written = seq
                await self._write(data)
                if queue and queue[0][0] is data:
                    queue.popleft()
                    self._bytes -= len(data)
            self._emptied()
            await self._wake.wait()

    def drain(self) -> None:
        """The socket takes more."""
        queue, line = self._queue, self.line
        while queue and line is not None:
            if line.blocked:
                return
            data, _, seq = queue.popleft()
            self._bytes -= len(data)
            if seq is not None:
                self.written = seq
            line.send(data)
        self._queue = _NONE
        self._look_whether_clear()
        self._emptied()

    def _emptied(self) -> None:
        if self._empty is not None:
            self._empty.set()
        self._ask_if_drained()  # on this node the answer is there already when it returns

    @property
    def waiting(self) -> int:
        """Messages not yet written."""
        return len(self._queue)

    async def flush(self, seconds: float) -> None:
        """Wait until all is written, or for so long."""
        deadline = self._loop.time() + seconds
        self._empty = self._empty or asyncio.Event()
        while self._queue and self._loop.time() < deadline:
            self._empty.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout_at(deadline):
                    await self._empty.wait()

    def _push(self, data: bytes, seq: int | None) -> None:
        line = self.line
        if line is not None and not self._queue and not line.blocked:
            if seq is not None:
                self.written = seq
            line.send(data)
            return
        self._own_queue().append((data, self._loop.time(), seq))
        self.clear = NEVER
        self._bytes += len(data)
        if self._wake is not None:
            self._wake.set()

    def _look_whether_clear(self) -> None:
        waits = self._queue or self._stale or self.line is None
        self.clear = NEVER if waits else self._seen + MAX_UNSEEN

    def _own_queue(self) -> deque[tuple[bytes, float, int | None]]:
        if self._queue is _NONE:
            self._queue = deque()
        return self._queue

    def _conflate(self) -> None:
        """Drop the waiting frames, all but the one that is being written."""
        self._stale = True
        self.clear = NEVER
        head = [self._queue[0]] if self._queue and self.line is None else []
        rest = [item for item in list(self._queue)[len(head) :] if item[2] is None]
        self._queue.clear()
        self._queue.extend(head + rest)
        self._bytes = sum(len(item[0]) for item in self._queue)
        self.seq = max(self.written, head[0][2] or 0) if head else self.written

    def _check_age(self) -> None:
        if self._queue and self._loop.time() - self._queue[0][1] > MAX_SECONDS:
            metrics.overflows.labels("close").inc()
            raise TooSlow

    def _ask_if_drained(self) -> None:
        if self._stale and not self._asked and not self._queue and self.seq - self._seen <= MAX_UNSEEN:
            self._asked = True
            self._asked_at = self._loop.time()
            self._ask_drained()
