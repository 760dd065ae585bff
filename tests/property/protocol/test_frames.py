"""A frame without what goes without saying says the same."""

from typing import Any

import msgspec
from arcade_client import codec as client
from arcade_client.core import MatchSession
from hypothesis import given
from hypothesis import strategies as st

from protocol.codec import CODECS
from protocol.frames import encode_frame, grown, growth
from protocol.messages import JSON, MSGPACK, Frame
from tests.property.protocol.values import values

numbers = st.integers(0, 2**53 - 1)
acks = st.lists(st.tuples(numbers, st.one_of(st.integers(-1, 5), numbers)), min_size=1, max_size=8)
frames = st.builds(
    Frame,
    seq=numbers,
    passed=numbers,
    acks=st.one_of(st.integers(0, 2**16 - 1), st.lists(numbers, max_size=8)),
    delta=st.one_of(st.none(), st.lists(values, min_size=1, max_size=2)),
    events=st.lists(st.tuples(st.text(max_size=4), values).map(list), max_size=2),
    prev=st.sampled_from([0, 0, 0, -1, 7]),
    epoch=st.sampled_from([0, 0, 0, 1764000000000]),
)


@given(frames)
def test_the_bytes_are_the_frame(frame: Frame) -> None:
    data = CODECS[MSGPACK].encode(frame)
    assert isinstance(data, bytes)
    assert msgspec.msgpack.decode(data, type=Frame) == frame
    assert msgspec.json.decode(CODECS[JSON].encode(frame), type=Frame) == frame
    assert client.decode(data) == {"kind": "Frame", **msgspec.structs.asdict(frame)}
    array = msgspec.msgpack.decode(data)
    assert len(array) == 4 or array[-1] not in (None, [], 0)


@given(acks)
def test_acks_are_what_they_grew_to(pairs: list[tuple[int, int]]) -> None:
    before = [old for old, _ in pairs]
    after = [max(0, old + by) for old, by in pairs]
    told = growth(before, after)
    assert grown(before, told) == after
    beyond = any(not 0 <= new - old <= 3 for old, new in zip(before, after, strict=True))
    assert isinstance(told, list) == beyond
    session, rest = MatchSession(5), {"events": [], "epoch": 1}
    keyframe: dict[str, Any] = {"kind": "Keyframe", "seq": 1, "time": 0, "view": {"phase": "open"}, **rest}
    session.receive({**keyframe, "acks": before, "rewound": False}, 0)
    message = client.decode(encode_frame(2, 50, told))
    assert message is not None
    session.receive(message, 0.05)
    assert (session.acks, session.time, session.seq) == (after, 50, 2)
