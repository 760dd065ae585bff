"""Where picows is plugged in: its parser reads the frames of a connection that was accepted here.

`picows.picows.WSProtocol` is no public name, hence the exact version in pyproject.toml. It never sees what a
client sent before the handshake was done: it is given a request of our own and answers with our own bytes.
"""

import asyncio
import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from picows import WSAutoPingStrategy, WSListener, WSUpgradeResponse, WSUpgradeResponseWithListener
from picows.picows import WSProtocol  # type: ignore[attr-defined]

REQUEST = (
    b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
READ_BUFFER = 2048
"""Bytes of a connection's buffer; it doubles while a read fills it, so the kernel's own bounds it."""

Broken = Callable[[int, str], None]
_log = logging.getLogger("arcade.server")


class _Answer(WSUpgradeResponse):
    """The bytes of our answer, where picows would write its own."""

    __slots__ = ("_bytes",)

    def __init__(self, answer: bytes) -> None:
        self.status = HTTPStatus.SWITCHING_PROTOCOLS
        self.headers = {}  # type: ignore[assignment]
        self._bytes = answer

    def to_bytes(self) -> bytearray:
        answer, self._bytes = bytearray(self._bytes), b""
        return answer


class _Log:
    """The logger of one connection. That is where picows tells that its parser has given up."""

    __slots__ = ("_broken",)

    def __init__(self, broken: Broken) -> None:
        self._broken = broken

    def isEnabledFor(self, level: int) -> bool:
        return False

    def debug(self, text: str, *args: object) -> None:
        pass

    info = warning = debug

    def error(self, text: str, *args: Any) -> None:
        if args and isinstance(args[0], tuple):
            code, reason = args[0]
            self._broken(int(code), str(reason))

    def exception(self, text: str, *args: object) -> None:
        _log.exception(text, *args)
        self._broken(1011, "")


def accept(
    transport: asyncio.Transport,
    listener: WSListener,
    answer: bytes,
    early: bytes,
    max_frame: int,
    broken: Broken,
) -> None:
    """Write `answer`, and from here on give the transport's frames to `listener`, beginning with `early`.

    `broken(code, reason)` is called when a frame breaks the protocol; picows then writes the close itself.
    """
    protocol = WSProtocol(
        None, None, False, lambda request: WSUpgradeResponseWithListener(_Answer(answer), listener),
        _Log(broken), True, None, False, 1, 1, WSAutoPingStrategy.PING_WHEN_IDLE, False, max_frame, None,
        READ_BUFFER,
    )  # fmt: skip
    transport.pause_reading()  # uvloop chooses how to read when it begins to
    protocol.connection_made(transport)
    _feed(protocol, REQUEST)
    transport.set_protocol(protocol)
    transport.set_write_buffer_limits(high=1, low=0)  # blocked is what the kernel does not take
    transport.resume_reading()
    _feed(protocol, early)


def _feed(protocol: Any, data: bytes) -> None:
    while data:
        buffer = protocol.get_buffer(-1)
        size = min(len(buffer), len(data))
        buffer[:size] = data[:size]
        protocol.buffer_updated(size)
        data = data[size:]
