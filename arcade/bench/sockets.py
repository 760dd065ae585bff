"""The sockets of a load: bare picows clients that count, one class for each wire."""

import secrets
from array import array
from collections import deque
from time import perf_counter
from typing import Any

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from arcade.bench import wire

SUBPROTOCOL = [("Sec-WebSocket-Protocol", "arcade.v1.msgpack")]
BINARY, TEXT, CLOSE = WSMsgType.BINARY, WSMsgType.TEXT, WSMsgType.CLOSE


class Count:
    """What all sockets have counted; but for `frames` of each, only while `counting`."""

    def __init__(self, period: float) -> None:
        self.period = period
        self.counting = self.closing = False
        self.frame_bytes = self.keyframes = self.moves = self.refused = self.closed = 0
        self.said = ""
        """What the first refusal was about."""
        self.latencies = array("d")
        self.uneven = array("d")


class Socket(WSListener):
    """`frames`: that came in the window, `ready`: it has had all that its server says at first."""

    def __init__(self, count: Count) -> None:
        self.count = count
        self.frames = 0
        self.last = 0.0
        self.ready = False
        self.transport: WSTransport | None = None

    async def connect(self, url: str, headers: Any = None) -> None:
        await ws_connect(lambda: self, url, extra_headers=headers, websocket_handshake_timeout=30)

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.transport = None
        if not self.count.closing:
            self.count.closed += 1

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        now = perf_counter()
        kind = frame.msg_type
        if kind is BINARY or kind is TEXT:
            self.heard(frame, now)
        elif kind is CLOSE:
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


class Arcade(Socket):
    """A seat (or, with `seat` None, a spectator) of a match of ours."""

    def __init__(self, count: Count, seat: int | None, match: str = "") -> None:
        super().__init__(count)
        self.match, self.seat = match, seat
        self.seq = self.told = self.number = 0
        self.session = 1 + secrets.randbelow(2**53 - 1)
        self.sent: deque[float] = deque()
        """When each move that is not acknowledged was sent; 0 where that was outside of the window."""
        self.acked = 0

    def on_ws_connected(self, transport: WSTransport) -> None:
        super().on_ws_connected(transport)
        self.send(wire.hello(self.session))

    def heard(self, frame: WSFrame, now: float) -> None:
        data = frame.get_payload_as_memoryview()
        kind = data[1]
        if kind == wire.FRAME:
            head: wire.Frame | wire.Keyframe = wire.read_frame(data)
        elif kind == wire.KEYFRAME:
            head = wire.read_keyframe(data)
            self.count.keyframes += self.count.counting
        else:
            if kind == wire.REFUSED or kind == wire.ERROR:
                self.count.refused += 1
                self.count.said = self.count.said or str(bytes(data))
            return
        self.seq = head.seq
        self.counted(len(data), now)
        if self.seat is not None:
            self.settle(head.acks, now)

    def settle(self, acks: list[int], now: float) -> None:
        """Moves of this seat have come back."""
        acked = acks[self.seat or 0]
        while self.acked < acked:
            self.acked += 1
            sent = self.sent.popleft() if self.sent else 0.0
            if sent and self.count.counting:
                self.count.latencies.append(now - sent)

    def step(self, packed: bytes) -> None:
        self.number += 1
        if self.count.counting:
            self.count.moves += 1
            self.sent.append(perf_counter())
        else:
            self.sent.append(0.0)
        self.send(wire.move(self.number, packed))

    def keep(self) -> None:
        if self.seq > self.told:
            self.told = self.seq
            self.send(wire.seen(self.seq))


class Turns(Arcade):
    """A seat of a turn game that answers at once: the columns of `wire.COLUMNS` in a fixed order."""

    def __init__(self, count: Count, seat: int, match: str, script: str) -> None:
        super().__init__(count, seat, match)
        self.script = script
        self.running = self.begun = False
        self.acks: list[int] = [0, 0]

    def heard(self, frame: WSFrame, now: float) -> None:
        if not self.running:
            self.running = wire.runs(frame.get_payload_as_bytes())
        super().heard(frame, now)

    def settle(self, acks: list[int], now: float) -> None:
        super().settle(acks, now)
        self.acks = acks
        if self.begun:
            self.answer()

    def answer(self) -> None:
        """Move, if it is this seat's turn and it has not."""
        made = sum(self.acks)
        if made % 2 == self.seat and self.number == self.acks[self.seat]:
            self.step(wire.COLUMNS[int(self.script[made % len(self.script)])])
