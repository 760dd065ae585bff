"""The extension of our own server, for sockets without a server in between."""

import asyncio
from collections.abc import Callable
from typing import Any

from arcade.infra.direct import BINARY, SMALL, Ended, Sink


class Line:
    """The `Direct` of a socket without a server. It is blocked while the socket has no room."""

    def __init__(self, queue: "asyncio.Queue[dict[str, Any]]") -> None:
        self._queue = queue
        self._reading = True
        self._held: list[bytes | str] = []
        self._sink: Sink | None = None
        self._writable: Callable[[], None]
        self._ended: Ended | None = None
        self._closing: dict[str, Any] | None = None
        self._said = False
        self.limits = (0, 0)

    @property
    def blocked(self) -> bool:
        return self._queue.full()

    @property
    def write(self) -> Callable[[int, bytes], None] | None:
        return None if self.blocked else self._write

    def _write(self, opcode: int, payload: bytes) -> None:
        assert opcode == BINARY
        assert len(payload) <= SMALL
        self.send(payload)

    @property
    def unsent(self) -> int:
        return 0

    def take(self, sink: Sink, ended: Ended, writable: Callable[[], None]) -> None:
        self._sink, self._ended, self._writable = sink, ended, writable
        self.resume()

    def when_writable(self, writable: Callable[[], None]) -> None:
        self._writable = writable

    def send(self, payload: bytes | str) -> None:
        key = "text" if isinstance(payload, str) else "bytes"
        self._queue.put_nowait({"type": "websocket.send", key: payload})

    def close(self, code: int, reason: str = "") -> None:
        if self._closing is None:
            self._closing = {"type": "websocket.close", "code": code, "reason": reason}
            self._say_closing()
            self.end(code, reason)

    def _say_closing(self) -> None:
        if self._closing is not None and not self._said and not self.blocked:
            self._said = True
            self._queue.put_nowait(self._closing)

    def end(self, code: int, reason: str) -> None:
        """The socket is closed, by either side; told once."""
        ended, self._ended = self._ended, None
        if ended is not None:
            ended(code, reason)

    def came(self, data: bytes | str) -> None:
        self._held.append(data)
        if self._reading:
            self.resume()

    def pause(self) -> None:
        self._reading = False

    def resume(self) -> None:
        self._reading = True
        while self._held and self._reading and self._sink is not None:
            self._sink(self._held.pop(0))

    def limit(self, kept: int, unsent: int) -> None:
        self.limits = (kept, unsent)

    def read(self, was_blocked: bool) -> None:
        """The client has taken something."""
        self._say_closing()
        if was_blocked and not self.blocked and self._sink is not None:
            self._writable()
