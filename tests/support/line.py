"""The extension of our own server, for sockets without a server in between."""

import asyncio
from collections.abc import Callable
from typing import Any

from arcade.infra.direct import Ended, Sink


class Line:
    """The `Direct` of a socket without a server. It is blocked while the socket has no room."""

    def __init__(self, queue: "asyncio.Queue[dict[str, Any]]") -> None:
        self._queue = queue
        self._reading = True
        self._held: list[bytes | str] = []
        self._sink: Sink | None = None
        self._writable: Callable[[], None]
        self.ended: Ended = lambda code, reason: None

    @property
    def blocked(self) -> bool:
        return self._queue.full()

    @property
    def unsent(self) -> int:
        return 0

    def take(self, sink: Sink, ended: Ended, writable: Callable[[], None]) -> None:
        self._sink, self.ended, self._writable = sink, ended, writable
        self.resume()

    def send(self, payload: bytes | str) -> None:
        key = "text" if isinstance(payload, str) else "bytes"
        self._queue.put_nowait({"type": "websocket.send", key: payload})

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
        assert 0 < unsent < kept

    def read(self, was_blocked: bool) -> None:
        """The client has taken something."""
        if was_blocked and not self.blocked and self._sink is not None:
            self._writable()
