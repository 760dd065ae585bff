"""One accepted connection: its pace, its keep-alive and its end (RFC 6455, 5.5 and 7)."""

import asyncio
import socket
from collections.abc import Callable

from picows import WSListener, WSTransport  # cimported where compiled

from arcade.infra.direct import Ended, Sink
from arcade.infra.log import get_logger
from arcade.server import parser
from arcade.server.frames import CUT, PING, PONG, close_payload

log = get_logger(__name__)

CLOSE_SECONDS = 10.0
"""How long the client has to answer our close."""
LINGER_SECONDS = 1.0
"""Likewise where the client broke the protocol, or the process ends."""

RECEIVE_BUFFER = 32 * 1024
"""The kernel's; the parser's own grows to a few times that, and no further."""

OPEN, CLOSING, OVER = range(3)
"""CLOSING: our close is sent, all but the client's own is dropped. OVER: the end of the line is awaited."""


def nothing(*_: object) -> None:
    """Where there is nobody to tell."""


class Connection(WSListener):
    """One connection. `gone()` is called when it is lost; `sink` gets each message."""

    __slots__ = (
        "_drained", "_ended", "_heard", "_interval", "_loop", "_max", "_on_end", "_on_writable", "_parts",
        "_pinged", "_pong", "_reading", "_sink", "_state", "_text", "_timeout", "_timer", "_transport",
        "_write", "_ws", "blocked", "gone", "write",
    )  # fmt: skip

    def __init__(self, max_size: int, interval: float | None, timeout: float | None) -> None:
        self._max, self._interval, self._timeout = max_size, interval, timeout
        self.gone: Callable[[], None] = nothing
        self.blocked = False
        self.write: Callable[[int, bytes], None] | None = None
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._ws: WSTransport | None = None
        self._write: Callable[[int, bytes], None] = nothing
        self._state = OVER
        self._sink: Sink = nothing
        self._on_end: Ended = nothing
        self._on_writable: Callable[[], None] = nothing
        self._ended: tuple[int, str] | None = None
        self._drained: asyncio.Event | None = None
        self._parts: bytearray | None = None
        self._text = False
        self._pong: bytes | None = None
        self._reading = True
        self._heard = True
        self._pinged = False
        self._timer: asyncio.TimerHandle | None = None

    def open(self, transport: asyncio.Transport, answer: bytes, early: bytes) -> None:
        """The handshake is accepted with this answer; `early` are bytes that came after the request."""
        self._transport = transport
        self._state = OPEN
        line = transport.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        if self._interval:
            self._timer = self._loop.call_later(self._interval, self._look)
        parser.accept(transport, self, answer, early, self._max, self._broken)

    # --- what picows tells --------------------------------------------------------------------------

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._ws = transport
        self.write = self._write = self._ws.send  # type: ignore[assignment]  # an int is an opcode too

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self._leave_open(OVER)
        if self._timer is not None:
            self._timer.cancel()
        self._tell_end(CUT, "")
        self._ws = self._transport = self._timer = None
        self._write = nothing
        self._sink = self._on_writable = nothing
        gone, self.gone = self.gone, nothing
        gone()

    def pause_writing(self) -> None:
        self.blocked = True
        self.write = None
        if self._drained is not None:
            self._drained.clear()

    def resume_writing(self) -> None:
        self.blocked = False
        if self._drained is not None:
            self._drained.set()
        if self._state == OPEN:
            self.write = self._write
            if self._pong is not None:
                self._send_pong()
            self._on_writable()

    # --- its pace and its end --------------------------------------------------------------------------

    def pause(self) -> None:
        if self._reading and self._state == OPEN and self._transport is not None:
            self._reading = False
            self._transport.pause_reading()

    def resume(self) -> None:
        if not self._reading and self._transport is not None:
            self._reading = True
            self._transport.resume_reading()

    def close(self, code: int, reason: str = "", seconds: float | None = None) -> None:
        """Send a close frame and wait so long for the client's (None: `CLOSE_SECONDS`).

        RuntimeError for a bad code.
        """
        close_payload(code, reason)
        if self._state == OPEN:
            self._leave_open(CLOSING)
            self._send_close(code, reason)
            self._tell_end(code, reason)
            self._parts = None
            self.resume()
            self._abort_in(CLOSE_SECONDS if seconds is None else seconds)

    def shut_down(self) -> None:
        """The process ends."""
        if self._state == OPEN:
            self.close(1012, "", LINGER_SECONDS)
        elif self._transport is not None:
            self._transport.close()

    def _fail(self, code: int, reason: str) -> None:
        """The client broke the protocol, or is gone."""
        if self._state == CLOSING:
            self._state = OVER
            self._close_line(LINGER_SECONDS)
        else:
            self.close(code, reason, LINGER_SECONDS)

    def _broken(self, code: int, reason: str) -> None:
        """picows cannot read on; it sends the close and ends the line right after this."""
        if self._state != OVER and self._transport is not None:
            self._leave_open(OVER)
            self._transport.pause_reading()
            self._tell_end(code, reason)
            self._abort_in(LINGER_SECONDS)

    def _leave_open(self, state: int) -> None:
        self._state = state
        self.write = None

    def _send_close(self, code: int, reason: str) -> None:
        payload = close_payload(code, reason)
        if self._ws is not None:
            self._ws.send_close(code, payload[2:])  # type: ignore[arg-type]  # codes of one's own too

    def _close_line(self, seconds: float) -> None:
        if self._transport is not None:
            self._transport.close()
        self._abort_in(seconds)

    def _abort_in(self, seconds: float) -> None:
        """What the client does not take is given up."""
        if self._timer is not None:
            self._timer.cancel()
        if self._transport is not None:
            self._timer = self._loop.call_later(seconds, self._transport.abort)

    def _tell_end(self, code: int, reason: str) -> None:
        if self._ended is None:
            self._ended = code, reason
            on_end, self._on_end = self._on_end, nothing
            try:
                on_end(code, reason)
            except Exception:
                log.exception("websocket.end_failed")
        if self._drained is not None:
            self._drained.set()

    # --- keep-alive ---------------------------------------------------------------------------------

    def _look(self) -> None:
        """Whatever came since the last look shows that the client lives; else it is asked by a ping."""
        if self._heard or not self._reading:
            self._heard = self._pinged = False
        elif self._pinged:
            self._fail(1011, "keepalive ping timeout")
            return
        elif self._timeout is not None:
            self._pinged = True
            if not self.blocked:
                self._write(PING, b"alive")
        delay = self._timeout if self._pinged else self._interval
        self._timer = self._loop.call_later(delay or 0.0, self._look)

    def _send_pong(self) -> None:
        payload, self._pong = self._pong, None
        if payload is not None:
            self._write(PONG, payload)
