"""The load's player counts what reached it."""

from typing import Any

import msgpack
import pytest
from picows import WSFrame, WSMsgType
from picows.picows import _make_test_ws_frame

from arcade.bench.client import DRAWN, Client, Tally
from matches.engine import registry
from matches.games.connect_four_search import COLUMNS, ROWS, line

SEATS = [{"player": "p", "name": "P", "team": 0, "bot": None, "rating": None}]


class Wire:
    """Takes what a client sends."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def send(self, kind: WSMsgType, data: bytes) -> None:
        self.sent.append(msgpack.unpackb(data))


def frame(*message: Any) -> WSFrame:
    return _make_test_ws_frame(WSMsgType.BINARY, msgpack.packb(message), True, False)


def view(phase: str = "running") -> dict[str, Any]:
    return {"phase": phase, "turn": 0, "game": {"board": [[] for _ in range(COLUMNS)]}, "result": None}


@pytest.fixture
def seated() -> tuple[Client, Wire, Tally]:
    tally = Tally()
    client, wire = Client(tally, None), Wire()
    transport: Any = wire
    client.on_ws_connected(transport)
    pace = {"kind": "ticks", "rate": 20}
    welcome = (32, 1, "m", 0, client.session.session, 0, "arena", "ffa", 1, pace, SEATS, False, "token")
    client.on_ws_frame(transport, frame(*welcome))
    client.on_ws_frame(transport, frame(33, 5, 1, 0, [0], view(), [], False))
    return client, wire, tally


def test_frames_and_answers_are_counted(seated: tuple[Client, Any, Tally]) -> None:
    client, wire, tally = seated
    assert wire.sent[0][0] == 1
    tally.counting = True
    client.move({"dx": 1, "dy": 0})
    client.move({"dx": 0, "dy": 0})
    assert [m for m in wire.sent if m[0] == 2] == [[2, 1, {"dx": 1, "dy": 0}], [2, 2, {"dx": 0, "dy": 0}]]
    size = 0
    for seq, acked in ((2, 0), (3, 1), (4, 2), (5, 2)):
        each = frame(34, seq, 50, [acked])
        size += each.payload_size
        client.on_ws_frame(wire, each)
    assert (tally.frames, tally.frame_bytes, tally.moves, tally.acked) == (4, size, 2, 2)
    assert len(tally.latencies) == 2
    assert all(0 < seconds < 10 for seconds in tally.latencies)
    tally.counting = False
    client.on_ws_frame(wire, frame(34, 6, 50, 0))
    assert tally.frames == 4


def test_a_refusal_and_a_lost_socket_are_counted(seated: tuple[Client, Any, Tally]) -> None:
    client, wire, tally = seated
    client.move({"dx": 1, "dy": 0})
    client.on_ws_frame(wire, frame(35, 1, "illegal-move", "No."))
    client.on_ws_disconnected(wire)
    assert (tally.refused, tally.closed) == (1, 1)


def test_the_drawn_match_fills_the_board() -> None:
    assert registry.get("connect-four")
    board: list[list[int]] = [[] for _ in range(COLUMNS)]
    for n, column in enumerate(map(int, DRAWN)):
        board[column].append(n % 2)
        assert not line(board, column), n
    assert all(len(column) == ROWS for column in board)
