"""An application that takes its socket by the extension of our own server."""

import asyncio
import threading
from typing import Any

from arcade.infra.direct import Direct, direct


class Taken:
    """Accepts, waits for `go`, and takes the socket; notes what its callbacks are told."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.go.set()
        self.accepted = threading.Event()
        self.got: list[bytes | str] = []
        self.ends: list[tuple[int, str]] = []
        self.writable = 0
        self.line: Direct

    def sink(self, message: bytes | str) -> None:
        self.got.append(message)

    def ended(self, code: int, reason: str) -> None:
        self.ends.append((code, reason))
        self.over.set()

    def drained(self) -> None:
        self.writable += 1

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        await self.take(scope, receive, send)
        await self.over.wait()

    async def take(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """An application by itself too: it does not wait for the end."""
        self.over = asyncio.Event()
        await receive()
        await send({"type": "websocket.accept"})
        self.accepted.set()
        while not self.go.is_set():
            await asyncio.sleep(0.01)
        line = direct(scope)
        assert line is not None
        self.line = line
        line.take(self.sink, self.ended, self.drained)

    def fill(self, repeats: int) -> int:
        """Send its number, so many times over, in each message, until the client's silence is noticed.

        How many messages that took, 10,000 at the most. To be called on the server's loop.
        """
        self.line.limit(4096, 4096)
        count = 0
        while count < 10_000 and not self.line.blocked:
            self.line.send(b"%06d" % count * repeats)
            count += 1
        return count
