"""Records, replay, snapshots, history."""

import msgspec
import pytest

from matches.engine import registry
from matches.engine.errors import ReplayError, WrongVersion
from matches.engine.history import History
from matches.engine.inputs import (
    AbortAsked,
    BotGone,
    BotMoved,
    DrawSaid,
    Drop,
    Ended,
    Input,
    Join,
    Moved,
    RematchSaid,
    Resigned,
)
from matches.engine.match import Match
from matches.engine.record import (
    Header,
    Snapshotted,
    Stepped,
    decode_record,
    encode_record,
    encode_snapshot,
)
from matches.engine.replay import replay
from matches.engine.testing import Drive, make_setup

FOUR = registry.get("connect-four")
ALL: list[Input] = [
    Join(0, 1, 2),
    Drop(1, 3),
    Moved(0, 1, 1, 5, b"\x80"),
    Resigned(1, 2, 3, 4),
    Resigned(1, 2, 4, 5, True),
    DrawSaid(0, 1, 2, 3, "offer"),
    AbortAsked(0, 1, 2, 3),
    RematchSaid(0, 1, 2, 3, True),
    BotMoved(1, 9, b"\x80"),
    BotGone(1, 9),
    Ended("broken", 7),
]


def played() -> Drive:
    drive = Drive(FOUR, make_setup(FOUR))
    drive.join()
    for n in range(5):
        drive.move(n % 2, msgspec.msgpack.encode({"column": n % 2}))
    return drive


def test_every_input_comes_back() -> None:
    record = decode_record(encode_record(7, 1234, None, ALL, "5-6"))
    assert record == Stepped(1234, 0, 7, None, ALL, "5-6")
    assert msgspec.msgpack.decode(encode_record(7, 1234, 1200, [], "5-6")) == [1, 1234, 0, 7, 1200, [], "5-6"]


def test_the_log_begins_with_the_setup() -> None:
    drive = played()
    record = decode_record(drive.records[0])
    assert record == Header(drive.match.setup)


def test_replay_gives_every_step() -> None:
    drive = played()
    seqs = [(step.seq, match.hash()) for match, step in replay(FOUR, drive.match.setup, drive.records)]
    assert seqs == list(enumerate(drive.hashes, 1))


def test_replay_refuses_a_gap_and_a_foreign_log() -> None:
    drive = played()
    with pytest.raises(ReplayError, match="jumps"):
        list(replay(FOUR, drive.match.setup, drive.records[:2] + drive.records[3:]))
    other = make_setup(FOUR, seed=b"x" * 32)
    with pytest.raises(ReplayError, match="another match"):
        list(replay(FOUR, other, drive.records))


def test_replay_checks_a_snapshot() -> None:
    drive = played()
    match = drive.match
    good = encode_snapshot(match.seq, match.time, match.hash(), match.snapshot(), "")
    assert isinstance(decode_record(good), Snapshotted)
    list(replay(FOUR, match.setup, [*drive.records, good]))
    bad = encode_snapshot(match.seq, match.time, "0" * 32, match.snapshot(), "")
    with pytest.raises(ReplayError, match="another state"):
        list(replay(FOUR, match.setup, [*drive.records, bad]))


def test_a_snapshot_is_the_match() -> None:
    drive = played()
    restored = Match.restore(FOUR, drive.match.snapshot())
    assert restored.setup == drive.match.setup
    assert restored.hash() == drive.match.hash()
    assert len(restored.hash()) == 32
    assert restored.snapshot() == drive.match.snapshot()


def test_another_version_is_not_hosted() -> None:
    setup = msgspec.structs.replace(make_setup(FOUR), version=2)
    with pytest.raises(WrongVersion):
        Match.create(FOUR, setup)


def test_a_match_needs_a_mode_its_seats_and_a_seed() -> None:
    setup = make_setup(FOUR)
    for wrong in (
        msgspec.structs.replace(setup, mode="endless"),
        msgspec.structs.replace(setup, seats=setup.seats[:1]),
        msgspec.structs.replace(setup, seed=b"short"),
    ):
        with pytest.raises(ValueError):
            Match.create(FOUR, wrong)


def test_history_gives_what_was_missed_or_says_that_it_cannot() -> None:
    history = History(most=3)
    history.add(1, [("a", None), ("b", 1)])
    history.add(2, [])
    history.add(3, [("c", None)])
    assert history.since(0) == [[1, "a", None], [1, "b", 1], [3, "c", None]]
    assert history.since(2) == [[3, "c", None]]
    assert history.since(3) == []
    history.add(4, [("d", None)])
    assert history.since(0) is None
    assert history.since(1) == [[3, "c", None], [4, "d", None]]
    assert history.since(9) is None
