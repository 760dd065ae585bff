"""The sockets of a load: bare picows clients that count; those of peers. Our own are in `seats`."""

from array import array
from collections import Counter
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from arcade.bench import wire

BINARY, TEXT, CLOSE = WSMsgType.BINARY, WSMsgType.TEXT, WSMsgType.CLOSE


class Count:
    """What all sockets have counted; but for `frames` of each, only while `counting`."""

    def __init__(self, period: float) -> None:
        self.period = period
        self.counting = self.closing = False
        self.frame_bytes = self.keyframes = self.moves = self.refused = self.closed = 0
        self.at: Counter[int] = Counter()
        """Sockets opened, by port."""
        self.said = ""
        """What the first refusal was about."""
        self.codes: Counter[int] = Counter()
        """Of the sockets that were closed; 1006: without a word."""
        self.latencies = array("d")
        self.uneven = array("d")


class Socket(WSListener):
    """`frames`: that came in the window, `ready`: it has had all that its server says at first."""

    def __init__(self, count: Count) -> None:
        self.count = count
        self.frames = 0
        self.last = 0.0
        self.ready = False
        self.code = 1006
        self.transport: WSTransport | None = None

    async def connect(self, url: str, headers: Any = None) -> None:
        self.count.at[urlsplit(url).port or 0] += 1
        await ws_connect(lambda: self, url, extra_headers=headers, websocket_handshake_timeout=30)

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.transport = None
        if not self.count.closing:
            self.count.closed += 1
            self.count.codes[self.code] += 1

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        now = perf_counter()
        kind = frame.msg_type
        if kind is BINARY or kind is TEXT:
            self.heard(frame, now)
        elif kind is CLOSE:
            self.code = int.from_bytes(frame.get_payload_as_bytes()[:2], "big") or 1005
            transport.send_close(frame.get_close_code())
            transport.disconnect()

    def heard(self, frame: WSFrame, now: float) -> None:
        """A message came: here, where all that come are frames."""
        self.counted(frame.payload_size, now)

    def counted(self, size: int, now: float) -> None:
        """A frame of `size` bytes came."""
        self.ready = True
        count = self.count
        if count.counting:
            self.frames += 1
            count.frame_bytes += size
            if self.last and count.period:
                count.uneven.append(abs(now - self.last - count.period))
            self.last = now

    def send(self, data: bytes) -> None:
        if self.transport is not None:
            self.transport.send(BINARY, data)

    def step(self, packed: bytes) -> None:
        """A move of a tick game; as a bare message here."""
        self.count.moves += self.count.counting
        self.send(packed)

    def keep(self) -> None:
        """Once a second: what a client must say to be taken for alive."""

    def leave(self) -> None:
        if self.transport is not None:
            self.transport.disconnect(False)


class Channels(Socket):
    """A player whose server takes JSON."""

    def step(self, packed: bytes) -> None:
        self.count.moves += self.count.counting
        if self.transport is not None:
            self.transport.send(TEXT, wire.AS_JSON[packed])


class Colyseus(Socket):
    """A seat in a room of Colyseus."""

    def heard(self, frame: WSFrame, now: float) -> None:
        kind = frame.get_payload_as_memoryview()[0]
        if kind == wire.COLYSEUS_PATCH:
            self.counted(frame.payload_size, now)
        elif kind == wire.COLYSEUS_JOIN:
            self.send(b"\x0a")
        elif kind == wire.COLYSEUS_STATE:
            self.ready = True

    def step(self, packed: bytes) -> None:
        self.count.moves += self.count.counting
        self.send(wire.COLYSEUS_MOVE + packed)
