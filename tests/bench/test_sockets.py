"""What a socket of the load counts, and what it says, by hand-made frames."""

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from arcade.bench import wire
from arcade.bench.crowd import too_late
from arcade.bench.job import Job
from arcade.bench.seats import Arcade, Turns
from arcade.bench.sockets import Count, Socket

JOB = Job("ticks", "arcade", 100, warm=3, seconds=10)


class Frame:
    """As picows hands one over."""

    def __init__(self, *fields: Any) -> None:
        self.data = msgspec.msgpack.encode(fields)
        self.payload_size = len(self.data)

    def get_payload_as_memoryview(self) -> memoryview:
        return memoryview(self.data)

    def get_payload_as_bytes(self) -> bytes:
        return self.data


def frame(seq: int, acks: int | list[int], events: list[Any] | None = None) -> Any:
    return Frame(34, seq, 50, acks, b"delta", *([events] if events else []))


def keyframe(seq: int, acks: list[int], phase: str) -> Any:
    view = {"phase": phase, "turn": 0, "clocks": {"left": [1, 1], "running": 0}}
    return Frame(33, 1_764_000_000_000, seq, seq * 50, acks, view, [], False)


class Said:
    """A transport that keeps what was sent."""

    def __init__(self) -> None:
        self.messages: list[Any] = []

    def send(self, kind: Any, data: bytes) -> None:
        self.messages.append(msgspec.msgpack.decode(data))


def opened(socket: Any) -> list[Any]:
    """What it says from now on."""
    said = Said()
    socket.transport = said
    return said.messages


def test_frames_are_counted_only_in_the_window() -> None:
    count = Count(0.05)
    socket = Socket(count)
    socket.counted(10, 1.0)
    assert (socket.ready, socket.frames, count.frame_bytes) == (True, 0, 0)
    count.counting = True
    socket.counted(10, 1.1)
    socket.counted(20, 1.16)
    socket.counted(30, 1.2)
    assert (socket.frames, count.frame_bytes) == (3, 60)
    assert list(count.uneven) == pytest.approx([0.01, 0.01])


def test_a_move_is_answered_by_the_frame_that_acknowledges_it(monkeypatch: pytest.MonkeyPatch) -> None:
    count = Count(0.05)
    seat = Arcade(count, 1)
    said = opened(seat)
    monkeypatch.setattr("arcade.bench.seats.perf_counter", lambda: 10.0)
    seat.step(wire.STEPS[0])
    count.counting = True
    seat.step(wire.STEPS[1])
    seat.heard(frame(5, [7, 0]), 10.01)
    assert list(count.latencies) == []
    seat.heard(frame(6, [7, 1]), 10.02)
    assert list(count.latencies) == [], "it was sent before the window"
    seat.heard(frame(7, 0b0100), 10.03)
    assert list(count.latencies) == pytest.approx([0.03])
    assert count.moves == 1
    assert said == [[2, 1, {"dx": -1, "dy": -1}], [2, 2, {"dx": -1, "dy": 0}]]
    seat.keep()
    seat.keep()
    assert said[2:] == [[7, 7]]


def test_refusals_and_errors_are_counted_with_what_they_say() -> None:
    count = Count(0.05)
    seat = Arcade(count, 0)
    seat.heard(Frame(35, 1, "illegal-move", "no"), 1.0)  # type: ignore[arg-type]
    seat.heard(Frame(36, None, "too-many", "slowly", 0.1, 2), 1.0)  # type: ignore[arg-type]
    assert count.refused == 2
    assert "illegal-move" in count.said


def test_a_turn_game_is_answered_once_and_in_turn() -> None:
    count = Count(0)
    first, second = Turns(count, 0, "m", "31"), Turns(count, 1, "m", "31")
    said = opened(first), opened(second)
    second.heard(keyframe(1, [0, 0], "open"), 1.0)
    assert not second.running
    second.heard(keyframe(2, [0, 0], "running"), 1.0)
    first.heard(keyframe(1, [0, 0], "open"), 1.0)
    first.heard(frame(2, 0, [["match.started", None]]), 1.0)
    assert first.running
    assert second.running
    assert said == ([], []), "nobody moves before all are there"
    for seat in first, second:
        seat.begun = True
        seat.answer()
        seat.answer()
    for seq, acks in ((3, 0b0001), (4, 0b0100), (5, 0b0001)):
        for seat in first, second:
            seat.heard(frame(seq, acks), 1.0)
    assert said[0] == [[2, 1, {"column": 3}], [2, 2, {"column": 3}]]
    assert said[1] == [[2, 1, {"column": 1}], [2, 2, {"column": 1}]]


@pytest.mark.parametrize(
    ("job", "seating", "late"),
    [
        (JOB, 74, False),
        (JOB, 76, True),
        (replace(JOB, game="endless-four"), 100, False),
        (replace(JOB, dialect="colyseus"), 100, False),
    ],
)
def test_matches_must_last_until_the_window_is_over(job: Job, seating: float, late: bool) -> None:
    assert bool(too_late(job, seating)) is late
