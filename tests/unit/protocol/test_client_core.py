"""The Python client's session without I/O."""

from typing import Any

import pytest
from arcade_client import Accepted, Failed, Gap, Happened, MatchSession, RefusedMove, Viewed
from arcade_client.kinds import Message

VIEW = {
    "phase": "running",
    "turn": 0,
    "clocks": {"left": [1000, 900], "running": 1, "since": 100},
    "game": [0],
}


def welcome(number: int = 0, seat: int | None = 0, pace: str = "turns") -> Message:
    facts: dict[str, Any] = {
        "match": "m",
        "game": "g",
        "mode": "standard",
        "version": 1,
        "seats": [],
        "rated": True,
    }
    where = {
        "kind": "Welcome",
        "ref": 1,
        "seat": seat,
        "session": 5,
        "number": number,
        "pace": {"kind": pace},
    }
    return {**where, **facts, "token": "t"}


def keyframe(seq: int, acks: int = 0, epoch: int = 1, events: Any = (), rewound: bool = False) -> Message:
    rest = {"time": seq * 100, "acks": [acks, 0], "view": VIEW, "events": list(events), "rewound": rewound}
    return {"kind": "Keyframe", "epoch": epoch, "seq": seq, **rest}


def frame(seq: int, prev: int, acks: int = 0, epoch: int = 1, delta: Any = None, events: Any = ()) -> Message:
    rest = {"passed": 100, "acks": [acks, 0], "delta": delta, "events": list(events)}
    return {"kind": "Frame", "epoch": epoch, "seq": seq, "prev": prev, **rest}


def joined(number: int = 0, seq: int = 1, pace: str = "turns") -> MatchSession:
    session = MatchSession(5)
    session.opened(0)
    hello = {"kind": "Hello", "ref": 1, "session": 5, "epoch": 0, "seq": 0, "token": None}
    assert session.outgoing(0) == [hello]
    session.receive(welcome(number, pace=pace), 0)
    session.receive(keyframe(seq, number), 0)
    session.outgoing(0)
    return session


def said(session: MatchSession, now: float) -> list[int]:
    return [m["number"] for m in session.outgoing(now) if "number" in m]


def told(seq: int, passed: int, acks: int | list[int], **rest: Any) -> Message:
    """A frame as the wire has it."""
    defaults = {"delta": None, "events": [], "prev": 0, "epoch": 0}
    return {"kind": "Frame", "seq": seq, "passed": passed, "acks": acks, **defaults, **rest}


def test_a_frame_tells_what_grew() -> None:
    session = joined(1, seq=2)
    session.receive(told(3, 50, 0b1001), 0.1)
    assert (session.epoch, session.seq, session.time, session.acks) == (1, 3, 250, [2, 2])
    session.receive(told(6, 9, [0, 7], prev=3, epoch=4), 0.2)
    assert (session.epoch, session.seq, session.time, session.acks) == (4, 6, 259, [0, 7])
    assert session.receive(told(9, 9, 0, prev=7), 0.3) == [Gap(6, 7)]
    session.receive(keyframe(9, 3, epoch=4), 0.4)
    assert session.receive(told(10, 9, 0, prev=-1), 0.5) == [Gap(9, -1)]
    assert (session.epoch, session.seq, session.time, session.acks) == (4, 9, 900, [3, 0])


def test_frames_after_a_keyframe_of_the_past_are_of_the_past() -> None:
    session = joined(seq=8)
    session.receive(told(9, 50, 0, epoch=7), 0.1)
    assert session.receive(keyframe(9, epoch=6), 0.2) == []
    assert session.receive(told(10, 50, 0), 0.3) == []
    assert (session.epoch, session.seq) == (7, 9)
    session.receive(told(10, 50, 0, epoch=7), 0.4)
    session.receive(told(11, 50, 0), 0.5)
    assert (session.epoch, session.seq) == (7, 11)


def test_growth_acknowledges_up_to_the_sum() -> None:
    session = joined()
    ids = [session.move({"n": n}) for n in range(4)]
    assert session.receive(told(2, 50, 0b0011), 0.1) == [Accepted(ids[n], n + 1) for n in range(3)]
    assert session.receive(told(3, 50, 0b0100), 0.2) == []
    assert session.receive(told(4, 50, 0b0001), 0.3) == [Accepted(ids[3], 4)]


def test_a_frame_patches_the_view_and_acknowledges() -> None:
    session = joined()
    answer = session.move({"column": 1})
    assert said(session, 0) == [1]
    happened = session.receive(frame(2, 1, 1, delta=[2, 1], events=[["scored", 3]]), 0.1)
    assert session.view == {**VIEW, "turn": 1}
    assert happened == [Viewed(session.view, 2, 200), Happened(2, "scored", 3), Accepted(answer, 1)]


def test_a_move_is_sent_again_after_a_second() -> None:
    session = joined()
    session.move({})
    assert said(session, 0) == [1]
    assert said(session, 0.9) == []
    assert said(session, 1.1) == [1]
    session.receive(frame(2, 1, 1), 1.2)
    assert said(session, 9) == []


def test_a_new_epoch_has_it_sent_at_once() -> None:
    session = joined()
    session.move({})
    session.outgoing(0)
    session.receive(frame(2, 1, 0, epoch=2), 0.1)
    assert said(session, 0.1) == [1]
    assert session.receive(frame(3, 2, 1, epoch=1), 0.2) == []


def test_a_gap_asks_for_a_keyframe_once() -> None:
    session = joined()
    assert session.receive(frame(4, 3), 0) == [Gap(1, 3)]
    assert session.receive(frame(5, 4), 0) == []
    resync = {"kind": "Resync", "ref": 2, "epoch": 1, "seq": 1}
    assert session.outgoing(0) == [resync]
    assert session.outgoing(0.5) == []
    happened = session.receive(keyframe(5, events=[[1, "old", None], [4, "missed", None]]), 0.6)
    assert happened == [Viewed(VIEW, 5, 500), Happened(4, "missed", None)]
    assert session.receive(frame(6, 5), 0.7) == []


def test_a_patch_that_does_not_fit_is_a_gap() -> None:
    session = joined()
    assert session.receive(frame(2, 1, delta=[99, [0, 1]]), 0) == [Gap(1, 1)]
    assert session.view == VIEW


def test_a_refusal_after_a_drop_still_arrives() -> None:
    session = joined()
    answer = session.move({"column": 9})
    session.outgoing(0)
    session.closed()
    session.opened(1)
    assert session.outgoing(1)[0]["token"] == "t"
    session.receive(welcome(1), 1)
    assert session.receive(keyframe(2, 1), 1) == [Viewed(VIEW, 2, 200)]
    assert said(session, 1) == [1]
    refused = {"kind": "Refused", "number": 1, "code": "illegal-move", "text": "no"}
    assert session.receive(refused, 1) == [RefusedMove(answer, 1, "illegal-move", "no")]
    assert said(session, 9) == []


def test_a_new_player_at_a_seat_is_in_the_welcome() -> None:
    session = joined()
    assert session.welcome is not None
    session.welcome["seats"] = [{"name": "Ann", "team": 0}, {"name": "Ben", "team": 1}]
    new = {"seat": 1, "player": "p9", "name": "Cid", "rating": 1500}
    session.receive(frame(2, 1, events=[["seat.taken", new]]), 0.1)
    cid = {"name": "Cid", "team": 1, "player": "p9", "rating": 1500}
    assert session.welcome["seats"] == [{"name": "Ann", "team": 0}, cid]
    session.receive(keyframe(5, events=[[4, "seat.taken", {**new, "seat": 0}]]), 0.2)
    assert [who["name"] for who in session.welcome["seats"]] == ["Cid", "Cid"]


def test_lost_steps_number_anew() -> None:
    session = joined(number=7)
    answer = session.move({"a": 1})
    assert said(session, 0) == [8]
    session.receive(keyframe(1, 5, epoch=2, rewound=True), 0.1)
    assert said(session, 0.1) == [6]
    assert session.receive(frame(2, 1, 6, epoch=2), 0.2) == [Accepted(answer, 6)]
    session.move({})
    assert said(session, 0.3) == [7]


def test_out_of_order_resends_and_a_full_budget_waits() -> None:
    session = joined()
    session.move({})
    session.outgoing(0)
    error: Message = {"kind": "Error", "ref": None, "code": "out-of-order", "text": "", "retry_after": None}
    assert session.receive(error, 0.3) == [Failed(None, "out-of-order", "", None)]
    assert said(session, 0.3) == [1]
    session.receive(error, 0.4)
    assert said(session, 0.4) == []
    session.receive({**error, "code": "too-many", "retry_after": 5}, 0.4)
    assert said(session, 5.3) == []
    assert said(session, 5.5) == [1]


def failed(number: int, code: str = "move-too-large") -> Message:
    return {"kind": "Error", "ref": None, "code": code, "text": "no", "retry_after": None, "number": number}


def test_a_move_that_will_never_do_is_dropped_and_its_number_goes_to_the_next() -> None:
    session = joined(number=3)
    bad, good = session.move("x" * 2000), session.move({"column": 1})
    assert said(session, 0) == [4, 5]
    assert session.receive(failed(4), 0.1) == [RefusedMove(bad, 4, "move-too-large", "no")]
    session.receive(failed(5, "out-of-order"), 0.1)
    (ping,) = session.outgoing(0.1)
    assert session.receive(failed(4), 0.2) == []
    assert said(session, 1.5) == []
    session.receive({"kind": "Pong", "ref": ping["ref"], "time": 0}, 1.5)
    assert session.outgoing(1.5)[-1] == {"kind": "Move", "number": 4, "move": {"column": 1}}
    assert session.receive(frame(2, 1, 4), 1.6) == [Accepted(good, 4)]
    session.move({})
    assert said(session, 1.7) == [5]


def test_two_of_them_among_others() -> None:
    session = joined()
    ids = [session.move({"column": n}) for n in range(5)]
    assert said(session, 0) == [1, 2, 3, 4, 5]
    for number, code in [(2, "malformed"), (3, "out-of-order"), (4, "malformed"), (5, "out-of-order")]:
        session.receive(failed(number, code), 0.1)
    session.receive(frame(2, 1, 1), 0.1)
    (ping,) = session.outgoing(0.1)[-1:]
    session.receive({"kind": "Pong", "ref": ping["ref"], "time": 0}, 0.2)
    sent = [(m["number"], m["move"]) for m in session.outgoing(0.2)]
    assert sent == [(2, {"column": 2}), (3, {"column": 4})]
    assert session.receive(frame(3, 2, 3), 0.3) == [Accepted(ids[2], 2), Accepted(ids[4], 3)]


def test_after_a_new_welcome_the_number_is_free_too() -> None:
    session = joined()
    session.move("x" * 2000)
    session.move({"column": 1})
    session.outgoing(0)
    session.receive(failed(1), 0.1)
    session.closed()
    session.opened(0.2)
    session.outgoing(0.2)
    session.receive(welcome(0), 0.3)
    assert said(session, 0.3) == [1]


def test_a_fault_of_the_server_keeps_the_move() -> None:
    session = joined()
    session.move({"column": 1})
    session.outgoing(0)
    assert session.receive(failed(1, "internal"), 0.1) == [Failed(None, "internal", "no", None)]
    assert said(session, 0.5) == []
    assert said(session, 1.1) == [1]


def test_a_refusal_is_told_once() -> None:
    session = joined()
    for _ in range(2):
        session.move({"column": 9})
    session.outgoing(0)
    refused = [{"kind": "Refused", "number": n, "code": "illegal-move", "text": "no"} for n in (1, 2)]
    assert [len(session.receive(each, 0.1)) for each in refused] == [1, 1]
    session.receive(frame(2, 1, 2), 0.1)
    session.opened(1)
    session.receive(welcome(2), 1)
    assert [session.receive(each, 1) for each in refused] == [[], []]


def test_a_refusal_that_was_late_brings_no_other_again() -> None:
    session = joined()
    for _ in range(3):
        session.move({"column": 9})
    session.outgoing(0)
    first, last = ({"kind": "Refused", "number": n, "code": "illegal-move", "text": "no"} for n in (1, 3))
    told = [session.receive(each, 0.1) for each in (last, first, last)]
    assert [len(each) for each in told] == [1, 1, 0]


def test_a_rewind_forgets_no_refusal_that_stays() -> None:
    session = joined()
    session.move({"column": 9})
    session.outgoing(0)
    refused = {"kind": "Refused", "number": 1, "code": "illegal-move", "text": "no"}
    assert len(session.receive(refused, 0.1)) == 1
    session.receive(keyframe(3, 1, epoch=3, rewound=True), 0.2)
    assert session.receive(refused, 0.3) == []


def test_unacknowledged_moves_are_bounded() -> None:
    session = joined()
    for _ in range(64):
        session.move({})
    with pytest.raises(RuntimeError):
        session.move({})


def test_seen_heartbeat_and_silence() -> None:
    session = joined()
    session.receive(frame(2, 1), 0.5)
    assert [m for m in session.outgoing(0.5) if m["kind"] == "Seen"] == []
    assert {"kind": "Seen", "seq": 2} in session.outgoing(1.1)
    assert [m["kind"] for m in session.outgoing(10.1)] == ["Ping"]
    assert not session.silent(20)
    assert session.silent(21)


def test_a_tick_game_is_silent_sooner() -> None:
    session = joined(pace="ticks")
    assert [m["kind"] for m in session.outgoing(1.2)] == ["Ping"]
    assert not session.silent(2.9)
    assert session.silent(3.1)


def test_clocks_run_between_frames() -> None:
    session = joined()
    assert session.clocks(0) == [1000, 900]
    assert session.clocks(0.25) == [1000, 650]
    assert session.clocks(5) == [1000, 0]


def test_a_spectator_has_no_moves() -> None:
    session = MatchSession(5)
    with pytest.raises(RuntimeError):
        session.move({})
    session.opened(0)
    session.receive(welcome(seat=None), 0)
    with pytest.raises(RuntimeError):
        session.move({})
