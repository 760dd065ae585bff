"""Sockets of our own matches: players and spectators of a tick game, players of a turn game."""

import secrets
from collections import deque
from time import perf_counter

from picows import WSFrame, WSTransport

from arcade.bench import wire
from arcade.bench.sockets import Count, Socket
from protocol.frames import grown

SUBPROTOCOL = [("Sec-WebSocket-Protocol", "arcade.v1.msgpack")]


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
        self.acks: list[int] = []

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
            self.acks = grown(self.acks, head.acks)
            self.settle(now)

    def settle(self, now: float) -> None:
        """Moves of this seat have come back."""
        acked = self.acks[self.seat or 0]
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

    def heard(self, frame: WSFrame, now: float) -> None:
        if not self.running:
            self.running = wire.runs(frame.get_payload_as_bytes())
        super().heard(frame, now)

    def settle(self, now: float) -> None:
        super().settle(now)
        if self.begun:
            self.answer()

    def answer(self) -> None:
        """Move, if it is this seat's turn and it has not."""
        made = sum(self.acks)
        if made % 2 == self.seat and self.number == self.acks[self.seat]:
            self.step(wire.COLUMNS[int(self.script[made % len(self.script)])])
