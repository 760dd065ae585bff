"""Whatever comes in, the codecs raise `ProtocolError` or hand over a message that both encodings agree on."""

import json
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from protocol.codec import CODECS, Codec
from protocol.errors import ERRORS, ProtocolError
from protocol.messages import JSON, MSGPACK, Message, Move
from protocol.vectors.generate import CLIENT

pack = msgspec.msgpack.encode
FRAMES = [pack(message) for message in CLIENT.values()]


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


@given(st.one_of(st.binary(max_size=200), mutated()))
def test_bytes(frame: bytes) -> None:
    for message in taken(CODECS[MSGPACK], frame):
        again = CODECS[JSON].transcode(pack(message))
        assert {pack(m) for m in taken(CODECS[JSON], again)} == {pack(message)}
        if isinstance(message, Move):
            json.loads(again)


@given(st.one_of(st.text(max_size=200), mutated().map(lambda b: b.decode("latin-1"))))
def test_text(frame: str) -> None:
    taken(CODECS[JSON], frame)
    assert taken(CODECS[MSGPACK], frame) == []


@given(
    st.recursive(st.integers() | st.floats() | st.text() | st.binary() | st.booleans() | st.none(), st.lists)
)
def test_moves_are_plain_or_refused(move: Any) -> None:
    try:
        frame = pack([2, 1, move])
    except OverflowError:
        return
    for message in taken(CODECS[MSGPACK], frame):
        assert isinstance(message, Move)
        assert json.loads(json.dumps(msgspec.msgpack.decode(message.move), allow_nan=False)) == move
