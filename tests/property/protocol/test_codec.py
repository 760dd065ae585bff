"""Whatever comes in, the codecs raise `ProtocolError` or hand over a message that both encodings agree on."""

import contextlib
import json
import math
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from protocol.codec import CODECS, Codec
from protocol.errors import ERRORS, ProtocolError
from protocol.messages import JSON, MAX_SAFE, MSGPACK, Message, Move
from protocol.vectors.generate import CLIENT

pack = msgspec.msgpack.encode
FRAMES = [pack(message) for message in CLIENT.values()]
TEXTS = [CODECS[JSON].transcode(frame) for frame in FRAMES]


def taken(codec: Codec, frame: bytes | str) -> list[Message]:
    """What the codec makes of a frame on either socket; anything but ProtocolError escapes."""
    messages: list[Message] = []
    codes: set[str] = set()
    for decode in (codec.decode_match, codec.decode_lobby):
        try:
            messages.append(decode(frame))
        except ProtocolError as error:
            codes.add(error.code)
    assert codes <= ERRORS.keys()
    return messages


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    frame = bytearray(draw(st.sampled_from(FRAMES)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(frame)))
        cut = draw(st.integers(0, 3))
        frame[at : at + cut] = draw(st.binary(max_size=4))
    return bytes(frame)


@st.composite
def mutated_text(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(TEXTS))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(text)))
        cut = draw(st.integers(0, 3))
        text = (
            text[:at]
            + draw(st.text('[]{}",:.-019eEnul\\', max_size=4) | st.text(max_size=2))
            + text[at + cut :]
        )
    return text


def is_plain(value: Any) -> bool:
    """Every language holds it exactly."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_plain(item) for key, item in value.items())
    if isinstance(value, list):
        return all(map(is_plain, value))
    if isinstance(value, int):
        return abs(value) <= MAX_SAFE
    return value is None or isinstance(value, str) or (isinstance(value, float) and math.isfinite(value))


@given(st.one_of(st.binary(max_size=200), mutated()))
def test_bytes(frame: bytes) -> None:
    for message in taken(CODECS[MSGPACK], frame):
        again = CODECS[JSON].transcode(pack(message))
        assert {pack(m) for m in taken(CODECS[JSON], again)} == {pack(message)}
        if isinstance(message, Move):
            json.loads(again)


@given(st.one_of(st.text(max_size=200), mutated_text()))
def test_text(frame: str) -> None:
    for message in taken(CODECS[JSON], frame):
        assert {pack(m) for m in taken(CODECS[MSGPACK], pack(message))} == {pack(message)}
    assert taken(CODECS[MSGPACK], frame) == []


scalars = st.integers() | st.floats() | st.text() | st.binary() | st.booleans() | st.none()
odd = st.sampled_from([math.nan, math.inf, -math.inf, -0.0, 3.0, MAX_SAFE, -MAX_SAFE, 2**53, -(2**53), 2**64])


@given(st.recursive(scalars | odd, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_moves_are_plain_or_refused(move: Any) -> None:
    frames: list[bytes | str] = []
    with contextlib.suppress(OverflowError):
        frames.append(pack([2, 1, move]))
    with contextlib.suppress(TypeError):
        frames.append(json.dumps([2, 1, move]))
    for frame in frames:
        for message in taken(CODECS[MSGPACK if isinstance(frame, bytes) else JSON], frame):
            assert isinstance(message, Move)
            assert is_plain(move)
            assert msgspec.msgpack.decode(message.move) == move
