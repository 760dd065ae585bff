"""A path that loses, repeats and breaks: each thing said is applied once, in order, and answered truly."""

from typing import Any

from arcade_client import Accepted, MatchSession, RefusedMove
from arcade_client.kinds import Message
from hypothesis import given
from hypothesis import strategies as st

VIEW: Message = {"phase": "running", "turn": None, "clocks": None, "game": None}
FACTS: Message = {"match": "m", "seat": 0, "game": "g", "mode": "m", "version": 1, "seats": [], "rated": True}


def unreadable(move: int) -> bool:
    return move % 5 in (2, 3)


class Host:
    """The server's rules for numbers, on one seat. An odd move is refused, two in five are unreadable."""

    def __init__(self) -> None:
        self.number = 0
        self.seq = 1
        self.applied: list[Any] = []
        self.last: Message | None = None

    def frame(self, kind: str) -> Message:
        rest: Message = {"kind": kind, "seq": self.seq, "acks": [self.number], "events": []}
        if kind == "Keyframe":
            return {**rest, "epoch": 1, "time": 0, "view": VIEW, "rewound": False}
        return {**rest, "passed": 0, "acks": 1, "prev": 0, "epoch": 0, "delta": None}

    def receive(self, message: Message) -> list[Message]:
        if message["kind"] == "Hello":
            pace = {"kind": "turns"}
            known = {"ref": message["ref"], "session": 1, "number": self.number, "pace": pace, "token": "t"}
            return [{"kind": "Welcome", **FACTS, **known}, self.frame("Keyframe")]
        if message["kind"] == "Resync":
            return [self.frame("Keyframe")]
        if message["kind"] == "Ping":
            return [{"kind": "Pong", "ref": message["ref"], "time": 0}]
        if message["kind"] != "Move":
            return []
        number, move = message["number"], message["move"]
        if unreadable(move) or number > self.number + 1:
            code = "malformed" if unreadable(move) else "out-of-order"
            error: Message = {"ref": None, "code": code, "text": "", "retry_after": None, "number": number}
            return [{"kind": "Error", **error}]
        if number <= self.number:
            first = [self.last] if self.last is not None and self.last["number"] == number else []
            return [*first, self.frame("Keyframe")]
        self.number, self.seq = number, self.seq + 1
        self.applied.append(move)
        self.last = {"kind": "Refused", "number": number, "code": "c", "text": ""} if move % 2 else None
        return [*([self.last] if self.last else []), self.frame("Frame")]


@given(
    st.lists(
        st.sampled_from(
            ["say", "say", "deliver", "deliver", "hear", "hear", "lose", "drop", "repeat", "break", "wait"]
        ),
        max_size=60,
    )
)
def test_exactly_once(happenings: list[str]) -> None:
    session, host, now = MatchSession(1), Host(), 0.0
    wire: list[Message] = []
    back: list[Message] = []
    said: dict[int, int] = {}
    answers: dict[int, str] = {}

    def deliver() -> None:
        for message in wire:
            back.extend(host.receive(message))
        wire.clear()

    def hear() -> None:
        for reply in back:
            for told in session.receive(reply, now):
                if isinstance(told, Accepted):
                    assert told.id not in answers
                    answers[told.id] = "accepted"
                if isinstance(told, RefusedMove) and told.id is not None:
                    assert told.id not in answers
                    answers[told.id] = "refused"
        back.clear()

    def connect() -> None:
        wire.clear()
        back.clear()
        session.closed()
        session.opened(now)
        wire.extend(session.outgoing(now))
        deliver()
        hear()

    connect()
    for what in happenings:
        if what == "say" and len(said) < 60:
            said[session.move(len(said))] = len(said)
        elif what == "deliver":
            deliver()
        elif what == "hear":
            hear()
        elif what == "lose" and wire:
            host.receive(wire.pop(0))
        elif what == "drop" and wire:
            wire.pop(0)
        elif what == "repeat" and not any(message["kind"] == "Ping" for message in wire[-2:]):
            wire.extend(wire[-2:])
        elif what == "break":
            connect()
        elif what == "wait":
            now += 1.5
        wire += session.outgoing(now)
    for _ in range(40):
        deliver()
        hear()
        now += 2.5
        wire += session.outgoing(now)
    assert host.applied == [move for move in said.values() if not unreadable(move)]
    assert set(answers) == set(said)
    assert not session.pending
    for id_, answer in answers.items():
        assert answer == "accepted" or said[id_] % 2 or unreadable(said[id_])
