"""The match socket under a server: Channels routes and authenticates it, its dispatcher is gone around.

On our own server (`arcade.infra.direct`) each message is a plain call, in and out; only a hello has a task,
as it may wait for Redis, and the end. Under any other server one coroutine reads and one task writes.
"""

import asyncio
from collections import deque
from typing import Any

from arcade.infra.direct import Direct, direct
from arcade.infra.goodbye import goodbye
from arcade.infra.log import get_logger
from arcade.infra.metrics import metrics
from arcade.security.refuse import refuse
from matches.admission import Admission
from matches.consumer import GONE, MatchConsumer
from matches.host import node
from matches.plainly import Plainly, Receive, Send
from protocol.codec import CODECS, Codec
from protocol.errors import ProtocolError

log = get_logger(__name__)

AFTER_HELLO = 256
"""Messages that may wait while a hello is answered; past it the client floods."""
KERNEL_KEEPS = 64 * 1024
KERNEL_UNSENT = 16 * 1024
"""Bytes that the kernel takes for a slow client: in all, and not yet on their way."""


async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """The ASGI application of the route. On our own server it returns while the socket lives on."""
    if (await receive())["type"] != "websocket.connect":
        return
    match: str = scope["url_route"]["kwargs"]["match"]
    subprotocol = next((s for s in scope.get("subprotocols", []) if s in CODECS), None)
    admission = Admission(match, scope)
    try:
        await admission.check(subprotocol, node.current().draining)
        await send({"type": "websocket.accept", "subprotocol": subprotocol})
    except ProtocolError as error:
        await admission.release()
        await refuse(scope, send, error, subprotocol)
        return
    except BaseException:
        await admission.release()
        raise
    metrics.handshakes.labels("accepted").inc()
    line = direct(scope)
    codec = CODECS[subprotocol or ""]
    if line is None:
        await Plainly(match, codec, admission, receive, send).serve()
    else:
        Directly(match, codec, admission, line)


_tasks: set[asyncio.Task[None]] = set()
"""Hellos and farewells under way."""


async def at_rest(seconds: float) -> None:
    """Return when those of the running loop are over, or so many seconds have passed."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while mine := [task for task in _tasks if task.get_loop() is loop]:
        if (left := until - loop.time()) <= 0:
            log.warning("match_socket.farewells_cut", count=len(mine))
            return
        await asyncio.wait(mine, timeout=left)


class Directly:
    """A socket on our own server: callbacks."""

    __slots__ = ("_consumer", "_greeting", "_line", "_waiting")

    def __init__(self, match: str, codec: Codec, admission: Admission, line: Direct) -> None:
        self._line = line
        self._greeting: asyncio.Task[None] | None = None
        self._waiting: deque[bytes | str] | None = None
        """What came while a hello is answered."""
        out = line if codec.binary else Text(line, codec)
        self._consumer = consumer = MatchConsumer(match, codec, admission, self._write, out, self._end)
        line.limit(KERNEL_KEEPS, KERNEL_UNSENT)
        line.take(self._sink, self._ended, consumer.outbox.drain)

    def _sink(self, data: bytes | str) -> None:
        if self._greeting is not None:
            self._wait(data)
            return
        hello = self._consumer.receive(data)
        if hello is not None:
            self._greeting = self._spawn(self._consumer.greet(hello))
            self._greeting.add_done_callback(self._greeted)
            self._line.pause()

    def _wait(self, data: bytes | str) -> None:
        if self._waiting is None:
            self._waiting = deque()
        if len(self._waiting) < AFTER_HELLO:
            self._waiting.append(data)
        else:
            self._consumer.close(4004)

    def _greeted(self, task: asyncio.Task[None]) -> None:
        self._greeting = None
        while self._waiting and self._greeting is None:
            self._sink(self._waiting.popleft())
        if self._greeting is None:
            self._waiting = None
            self._listen()

    def _listen(self) -> None:
        """Read on, without us in between once the client is in: no hello of its can come any more."""
        consumer, line = self._consumer, self._line
        if consumer.viewer is None or consumer.closed or not consumer.codec.binary:
            line.resume()
        else:
            line.take(consumer.play, self._ended, consumer.outbox.drain)

    async def _write(self, data: bytes) -> None:
        raise NotImplementedError  # all goes out at once, or when the line is free again

    def _end(self, code: int) -> None:
        """The consumer's word. Where the client has gone there is nobody to say goodbye to."""
        if code != GONE:
            self._spawn(goodbye(code, self._close, self._consumer.outbox.flush, None))

    async def _close(self, event: dict[str, Any]) -> None:
        self._line.close(event["code"], event["reason"])

    def _ended(self, code: int, reason: str) -> None:
        """The line's word, whoever has closed it."""
        if self._greeting is None:
            self._consumer.leave()
            self._spawn(self._consumer.release())
        else:
            self._consumer.close(GONE)
            self._greeting.cancel()
            self._spawn(self._leave_after(self._greeting))

    async def _leave_after(self, greeting: asyncio.Task[None]) -> None:
        await asyncio.gather(greeting, return_exceptions=True)
        self._consumer.leave()
        await self._consumer.release()

    def _spawn(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = self._consumer.loop.create_task(work)
        _tasks.add(task)
        task.add_done_callback(self._reap)
        return task

    def _reap(self, task: asyncio.Task[None]) -> None:
        _tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("match_socket.failed", match=self._consumer.match, exc_info=task.exception())


class Text:
    """A line whose client reads JSON."""

    __slots__ = ("_codec", "_line")

    def __init__(self, line: Direct, codec: Codec) -> None:
        self._line, self._codec = line, codec

    @property
    def blocked(self) -> bool:
        return self._line.blocked

    @property
    def write(self) -> None:
        """There is no shortest way: each message is another here."""

    def send(self, payload: bytes) -> None:
        self._line.send(self._codec.transcode(payload))
