"""A player of the load: the Python client's core over a bare socket."""

import secrets
import time
from collections.abc import Callable
from random import Random
from typing import Any

from arcade_client.codec import decode, encode
from arcade_client.core import MatchSession
from arcade_client.happenings import Accepted, RefusedMove, Viewed
from arcade_client.kinds import MAX_SAFE, MSGPACK
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from arcade.bench.seating import Chair

DRAWN = "011535221325025403552213334110064666460446"
"""A whole match of connect four in which nobody has four in a row: the column of each move."""


class Tally:
    """What all clients have counted. Only while `counting`."""

    def __init__(self) -> None:
        self.counting = False
        self.closing = False
        self.frames = self.frame_bytes = self.moves = self.acked = self.refused = self.closed = 0
        self.latencies: list[float] = []


class Client(WSListener):
    """One seat. `turn` is called, with this client, when a turn of its own begins."""

    def __init__(self, tally: Tally, turn: Callable[["Client"], None] | None) -> None:
        self.session = MatchSession(1 + secrets.randbelow(MAX_SAFE))
        self._tally = tally
        self._turn = turn
        self._turns = 0
        self._sent: dict[int, float] = {}
        self._time = time.perf_counter  # uvloop's own clock counts whole milliseconds
        self._transport: WSTransport | None = None

    async def connect(self, port: int, chair: Chair) -> None:
        """Open the socket and say hello."""
        url = f"ws://127.0.0.1:{port}/ws/match/{chair.match}/?ticket={chair.ticket}"
        headers = [("Sec-WebSocket-Protocol", MSGPACK)]
        await ws_connect(lambda: self, url, extra_headers=headers, websocket_handshake_timeout=20)

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport
        self.session.opened(self._time())
        self.pump()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self._transport = None
        if not self._tally.closing:
            self._tally.closed += 1

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type is WSMsgType.CLOSE:
            transport.send_close(frame.get_close_code())
            transport.disconnect()
            return
        if frame.msg_type is not WSMsgType.BINARY:
            return
        data, now, tally = frame.get_payload_as_bytes(), self._time(), self._tally
        message = decode(data)
        if message is None:
            return
        if tally.counting and message["kind"] == "Frame":
            tally.frames += 1
            tally.frame_bytes += len(data)
        for happening in self.session.receive(message, now):
            match happening:
                case Accepted():
                    self._answered(happening.id, now)
                case RefusedMove():
                    tally.refused += 1
                case Viewed() if self._turn is not None:
                    self._look(happening.view)
        if not self.session.attached or message["kind"] == "Welcome":
            self.pump()

    def _answered(self, id_: int, now: float) -> None:
        sent = self._sent.pop(id_, None)
        if sent is not None and self._tally.counting:
            self._tally.acked += 1
            self._tally.latencies.append(now - sent)

    def _look(self, view: dict[str, Any]) -> None:
        if view["phase"] != "running" or view["turn"] != self.session.seat or self._turn is None:
            return
        made = sum(map(len, view["game"]["board"]))
        if made >= self._turns:
            self._turns = made + 1
            self._turn(self)

    @property
    def playing(self) -> bool:
        return self.session.live

    def move(self, move: dict[str, Any]) -> None:
        """Send a move, and have the time until its frame measured."""
        id_ = self.session.move(move)
        if self._tally.counting:
            self._tally.moves += 1
            self._sent[id_] = self._time()
        self.pump()

    def run_somewhere(self, random: Random) -> None:
        """A move of the arena."""
        self.move({"dx": random.randint(-1, 1), "dy": random.randint(-1, 1)})

    def drop_disc(self) -> None:
        """The next move of a match of connect four that ends in a draw."""
        if self.playing and self.session.view is not None:
            made = sum(map(len, self.session.view["game"]["board"]))
            self.move({"column": int(DRAWN[made])})

    def pump(self) -> None:
        """Send what the session has to say; four times a second, and after each change."""
        if self._transport is not None:
            for message in self.session.outgoing(self._time()):
                data = encode(message)
                self._transport.send(WSMsgType.BINARY, data if isinstance(data, bytes) else data.encode())

    def leave(self) -> None:
        """Close the socket."""
        if self._transport is not None:
            self._transport.disconnect()
