"""An accepted WebSocket as applications see it: the `Direct` of its scope, or plain ASGI."""

import asyncio
import socket
import sys
from collections import deque
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.utils import ClientDisconnected

from arcade.infra.direct import SMALL, Ended, Sink
from arcade.server.connection import OPEN, OVER
from arcade.server.frames import BINARY, CUT, TEXT, framed
from arcade.server.messages import Messages

HELD_MESSAGES = 16
"""What an application may leave unread before the connection is not read either."""
TCP_NOTSENT_LOWAT = getattr(socket, "TCP_NOTSENT_LOWAT", 25 if sys.platform == "linux" else 0)


class WebSocket(Messages):
    """One connection."""

    __slots__ = ("_arrived", "_by_us", "_held", "taken")

    def __init__(self, max_size: int, interval: float | None, timeout: float | None) -> None:
        super().__init__(max_size, interval, timeout)
        self._held: deque[bytes | str] | None = None
        self._arrived: asyncio.Event | None = None
        self._by_us = False
        """The application has closed it."""
        self.taken = False
        """The application may return, and the socket lives on."""
        self._sink = self._hold
        self._on_end = self._wake

    # --- Direct -------------------------------------------------------------------------------------

    def take(self, sink: Sink, ended: Ended, writable: Callable[[], None]) -> None:
        if self._state == OVER and self._ended is None:
            raise RuntimeError("Accept the socket before you take it.")
        held, self._held = self._held, None
        self._sink, self._on_writable = sink, writable
        self.taken = True
        for message in held or ():
            sink(message)
        if self._ended is not None:
            ended(*self._ended)
        else:
            self._on_end = ended
            self.resume()

    def when_writable(self, writable: Callable[[], None]) -> None:
        self._on_writable = writable

    def send(self, payload: bytes | str) -> None:
        if self._state != OPEN:
            return
        opcode = BINARY
        if isinstance(payload, str):
            opcode, payload = TEXT, payload.encode()
        if len(payload) <= SMALL:  # others from memory that nobody reuses: picows hands its own to the loop
            self._write(opcode, payload)
        elif self._transport is not None:
            self._transport.write(framed(opcode, payload))

    @property
    def unsent(self) -> int:
        return self._transport.get_write_buffer_size() if self._transport is not None else 0

    def limit(self, kept: int, unsent: int) -> None:
        if self._transport is not None:
            line = self._transport.get_extra_info("socket")
            line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, kept)
            if TCP_NOTSENT_LOWAT:
                line.setsockopt(socket.IPPROTO_TCP, TCP_NOTSENT_LOWAT, unsent)

    # --- plain ASGI ---------------------------------------------------------------------------------

    def _hold(self, message: bytes | str) -> None:
        if self._held is None:
            self._held = deque()
        self._held.append(message)
        if len(self._held) >= HELD_MESSAGES:
            self.pause()
        self._wake()

    def _wake(self, *_: object) -> None:
        if self._arrived is not None:
            self._arrived.set()

    async def asgi_receive(self) -> dict[str, Any]:
        """The next event; the last one, a disconnect, as often as it is asked for."""
        while not self._held and self._ended is None:
            if self._arrived is None:
                self._arrived = asyncio.Event()
            self._arrived.clear()
            await self._arrived.wait()
        if self._held:
            message = self._held.popleft()
            if not self._held:
                self.resume()
            return {"type": "websocket.receive", "text" if isinstance(message, str) else "bytes": message}
        code, reason = self._ended or (CUT, "")
        return {"type": "websocket.disconnect", "code": code, "reason": reason}

    async def asgi_send(self, event: dict[str, Any]) -> None:
        """`websocket.send` waits while the client does not read. Raises ClientDisconnected, RuntimeError."""
        if self._by_us:
            raise RuntimeError(f"The application has closed this socket; {event['type']} comes too late.")
        if event["type"] == "websocket.send":
            while self.blocked and self._state == OPEN:
                if self._drained is None:
                    self._drained = asyncio.Event()
                await self._drained.wait()
            payload = event.get("bytes")
            if payload is None:
                payload = event["text"]
            self._need_open()
            self.send(payload)
        elif event["type"] == "websocket.close":
            self._need_open()
            self.close(event.get("code", 1000), event.get("reason") or "")
            self._by_us = True
        else:
            raise RuntimeError(f"{event['type']} has no place on an accepted socket.")

    def _need_open(self) -> None:
        if self._state != OPEN:
            raise ClientDisconnected
