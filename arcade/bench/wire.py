"""The least that a load generator must know of each wire: bytes to send, and what to read of a frame."""

import msgspec

from protocol.messages import MatchFound

pack = msgspec.msgpack.encode

WELCOME, KEYFRAME, FRAME, REFUSED, ERROR = 32, 33, 34, 35, 36
LOBBY_WELCOME, PRESENCE, MATCH_FOUND = 96, 98, 100
AWAY, CHAT_SEND, CHAT_JOIN, CHAT_LINES = 153, 192, 193, 176


class Frame(msgspec.Struct, array_like=True, gc=False):
    """The head of a frame; what follows is not looked at."""

    kind: int
    seq: int
    passed: int
    acks: int | list[int]


class Keyframe(msgspec.Struct, array_like=True, gc=False):
    """The head of a keyframe."""

    kind: int
    epoch: int
    seq: int
    time: int
    acks: list[int]


read_frame = msgspec.msgpack.Decoder(Frame).decode
read_keyframe = msgspec.msgpack.Decoder(Keyframe).decode
read_found = msgspec.msgpack.Decoder(MatchFound).decode

_STEPS = [{"dx": dx, "dy": dy} for dx in (-1, 0, 1) for dy in (-1, 0, 1) if dx or dy]
STEPS = [pack(step) for step in _STEPS]
"""All moves of the arena that go anywhere."""
AS_JSON = {pack(step): msgspec.json.encode(step) for step in _STEPS}
COLUMNS = [pack({"column": column}) for column in range(7)]


def hello(session: int) -> bytes:
    """The first message of a match socket."""
    return pack([1, 1, session, 0, 0, None])


def move(number: int, packed: bytes) -> bytes:
    """A numbered move."""
    return b"\x93\x02" + pack(number) + packed


def resign(number: int) -> bytes:
    return pack([3, number])


def seen(seq: int) -> bytes:
    """How far this client is."""
    return b"\x92\x07" + pack(seq)


def kind_of(data: bytes | memoryview) -> int:
    """The kind of a message."""
    return data[1] if data[1] < 128 else data[2]


def runs(data: bytes) -> bool:
    """Whether a frame or keyframe says that the match has begun."""
    return b"match.started" in data or b"\xa5phase\xa7running" in data


def ended(data: bytes) -> bool:
    """Whether a frame or keyframe says that the match is over."""
    return b"match.ended" in data or b"\xa5phase\xa8finished" in data or b"\xa5phase\xa7aborted" in data


PING = pack([9, 1])
LOBBY_HELLO = pack([64, 1])

COLYSEUS_JOIN, COLYSEUS_STATE, COLYSEUS_PATCH = 0x0A, 0x0E, 0x0F
COLYSEUS_MOVE = b"\x0d\x01"
