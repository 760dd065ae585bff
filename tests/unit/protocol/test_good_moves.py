"""What is remembered of moves that were judged."""

from collections.abc import Iterator

import msgspec
import pytest

from protocol import codec
from protocol.codec import CODECS, GOOD_MOST, SMALL, good_moves, is_good
from protocol.errors import ProtocolError
from protocol.messages import MAX_MOVE, MSGPACK

pack = msgspec.msgpack.encode


@pytest.fixture(autouse=True)
def nothing_known() -> Iterator[None]:
    good_moves.clear()
    yield
    good_moves.clear()


def test_small_ones_are_remembered_and_no_more_than_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "GOOD_MOST", 10)
    assert GOOD_MOST > 1000
    for number in range(100):
        assert is_good(pack(number))
        assert 0 < len(good_moves) <= 10
    assert pack(99) in good_moves


def test_larger_ones_are_judged_each_time() -> None:
    assert is_good(pack("x" * SMALL))
    assert is_good(pack([1] * (MAX_MOVE - 3)))
    assert good_moves == set()


@pytest.mark.parametrize(
    "move",
    [
        b"",
        b"\xc1",
        pack(1) + pack(1),
        pack(b"x"),
        pack(float("nan")),
        pack({1: 2}),
        pack([1] * (MAX_MOVE - 2)),
    ],
)
def test_what_is_refused_is_not(move: bytes) -> None:
    for _ in range(2):
        assert not is_good(move)
        with pytest.raises(ProtocolError):
            CODECS[MSGPACK].decode_match(b"\x93\x02\x01" + move)
    assert good_moves == set()
