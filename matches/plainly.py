"""A match socket by plain ASGI, under any server."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from arcade.infra.goodbye import CLIENT_GONE, FLUSH_SECONDS, goodbye
from arcade.infra.log import get_logger
from matches.admission import Admission
from matches.consumer import MatchConsumer
from protocol.codec import Codec

log = get_logger(__name__)

QUIET_SECONDS = 0.05

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Plainly:
    """One coroutine reads, one task writes."""

    def __init__(self, match: str, codec: Codec, admission: Admission, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._codec = codec
        self._loop = asyncio.get_running_loop()
        self._code: asyncio.Future[int] = self._loop.create_future()
        self._consumer = MatchConsumer(match, codec, admission, self._write, None, self._end)

    async def serve(self) -> None:
        """Read until one side ends it; then say goodbye with the code."""
        writer = self._loop.create_task(self._consumer.outbox.run())
        reader = self._loop.create_task(self._read())
        writer.add_done_callback(self._writer_ended)
        try:
            waiting: set[asyncio.Future[Any]] = {reader, self._code}
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            if self._code.done():
                flush = self._consumer.outbox.flush
                await goodbye(self._code.result(), self._send, flush, writer, self._until_quiet)
                await asyncio.wait({reader}, timeout=FLUSH_SECONDS)
        finally:
            reader.cancel()
            writer.cancel()
            done = await asyncio.gather(reader, writer, return_exceptions=True)
            self._consumer.leave()
            await self._consumer.release()
        for outcome in done:
            if isinstance(outcome, Exception) and not isinstance(outcome, CLIENT_GONE):
                log.error("match_socket.failed", match=self._consumer.match, exc_info=outcome)

    async def _read(self) -> None:
        while (event := await self._receive())["type"] != "websocket.disconnect":
            if event["type"] == "websocket.receive":
                data = event.get("bytes")
                hello = self._consumer.receive(data if data is not None else event.get("text") or "")
                if hello is not None:
                    await self._consumer.greet(hello)

    async def _write(self, data: bytes) -> None:
        frame = self._codec.transcode(data)
        key = "bytes" if isinstance(frame, bytes) else "text"
        await self._send({"type": "websocket.send", key: frame})

    def _end(self, code: int) -> None:
        if not self._code.done():
            self._code.set_result(code)

    def _writer_ended(self, writer: asyncio.Task[None]) -> None:
        if not writer.cancelled() and writer.exception() is not None:
            self._consumer.close(4013)

    async def _until_quiet(self, seconds: float) -> None:
        """A client that floods is read (and ignored) until it pauses, or for so long.

        A server whose application does not read would never come to the client's own close, and keep the
        connection.
        """
        deadline = self._loop.time() + seconds
        while self._consumer.heard + QUIET_SECONDS > self._loop.time() < deadline:
            await asyncio.sleep(QUIET_SECONDS / 2)
