"""One connection to Redis whose replies come by callback: for the log, where a task per batch is too much."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import hiredis
import redis.asyncio
from django.conf import settings
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Lost
from redis.exceptions import ReadOnlyError, RedisError, ResponseError

from arcade.infra.log import get_logger

log = get_logger(__name__)

ANSWER_SECONDS = 5.0
"""A connection that leaves a batch without its replies for so long is given up."""
LOOK_SECONDS = 1.0

Command = tuple[Any, ...]
"""Texts, bytes and numbers."""
Done = Callable[[list[Any] | None], None]
"""Gets the replies in order, ResponseErrors among them; None: the connection was lost."""


class Pipe(asyncio.Protocol):
    """Made by `open`. Batches are answered in their order; once lost it stays so.

    redis-py opens the connection, with all that the address says (TLS, user, database); from then on its
    packing and parsing, which cost more than the commands, are left out. Whatever is sent here must be
    bounded by the sender: nothing waits for a slow Redis but the replies.
    """

    def __init__(self, lost: Callable[["Pipe"], None]) -> None:
        self._lost = lost
        self._loop = asyncio.get_running_loop()
        self._reader = hiredis.Reader(replyError=_error)
        self._batches: deque[tuple[int, list[Any], Done, float]] = deque()
        self._transport: Any = None
        self._writer: Any = None
        self._look: asyncio.TimerHandle | None = None
        self.closed = False

    @classmethod
    async def open(cls, lost: Callable[["Pipe"], None]) -> "Pipe":
        """Connect. `lost` is called once, before the batches under way learn of it. RedisError, OSError."""
        pipe = cls(lost)
        pool: Any = redis.asyncio.ConnectionPool.from_url(
            settings.REDIS_URL, protocol=2, socket_timeout=ANSWER_SECONDS, retry=Retry(NoBackoff(), 0)
        )
        connection: Any = pool.make_connection()
        await connection.connect()
        pipe._take(connection)
        return pipe

    def _take(self, connection: Any) -> None:
        """The transport is ours from here on; the writer is kept, as its end would close it."""
        self._writer, connection._writer, connection._reader = connection._writer, None, None
        self._transport = self._writer.transport
        self._transport.set_protocol(self)
        self._look = self._loop.call_later(LOOK_SECONDS, self._look_after)

    def send(self, commands: Sequence[Command], done: Done) -> None:
        """Send at once; `done` is called on the loop, never within this call unless the pipe is closed."""
        if self.closed:
            done(None)
            return
        self._batches.append((len(commands), [], done, self._loop.time()))
        self._transport.write(b"".join([hiredis.pack_command(command) for command in commands]))

    async def ask(self, commands: Sequence[Command]) -> list[Any]:
        """The replies, ResponseErrors among them. ConnectionError once it is lost."""
        answered: asyncio.Future[list[Any] | None] = self._loop.create_future()
        self.send(commands, lambda replies: None if answered.done() else answered.set_result(replies))
        replies = await answered
        if replies is None:
            raise Lost("The connection was lost.")
        return replies

    def close(self) -> None:
        """End it now; what is under way is lost."""
        self._end()

    # --- of the transport -----------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        while not self.closed and (reply := self._next()) is not False:
            count, replies, done, _ = self._batches[0]
            replies.append(reply)
            if len(replies) == count:
                self._batches.popleft()
                done(replies)

    def _next(self) -> Any:
        """The next reply, False while there is none."""
        try:
            reply = self._reader.gets()
            if reply is False or self._batches:
                return reply
            cause = repr(reply)
        except hiredis.HiredisError as error:
            cause = repr(error)
        log.error("pipe.nonsense", cause=cause)
        self._end()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()

    def _end(self) -> None:
        if self.closed:
            return
        self.closed = True
        if self._look is not None:
            self._look.cancel()
        if self._transport is not None:
            self._transport.abort()
        self._lost(self)
        while self._batches:
            self._batches.popleft()[2](None)

    def _look_after(self) -> None:
        if self._batches and self._loop.time() - self._batches[0][3] > ANSWER_SECONDS:
            log.warning("pipe.no_answer", batches=len(self._batches))
            self._end()
            return
        self._look = self._loop.call_later(LOOK_SECONDS, self._look_after)


def _error(text: str) -> RedisError:
    return ReadOnlyError(text) if text.startswith("READONLY") else ResponseError(text)
