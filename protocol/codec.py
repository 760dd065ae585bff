"""The two encodings of the wire. Both hand over the same typed messages; a move is msgpack inside."""

import math
import re
from typing import Any, Final, Literal, NamedTuple, Protocol, TypeVar

import msgspec
from msgspec.structs import astuple

from protocol.errors import ProtocolError
from protocol.frames import encode_frame
from protocol.messages import (
    JSON,
    MAX_FRAME,
    MAX_MOVE,
    MAX_SAFE,
    MSGPACK,
    Frame,
    Hello,
    LobbyHello,
    LobbyRequest,
    MatchRequest,
    Message,
    Move,
    Request,
)

MAX_DEPTH: Final = 16
"""How many containers a move may nest."""
SMALL: Final = 16
"""Bytes of a move that is worth remembering as judged."""
GOOD_MOST: Final = 4096
"""How many of them are remembered."""

Socket = Literal["match", "lobby"]
T = TypeVar("T", covariant=True)


class Shape(NamedTuple):
    """What is known of a request's kind: its type, and its first field where that is `ref` or `number`."""

    kind: type[Request]
    second: str
    hello: bool


def _shapes(union: Any) -> dict[int | None, Shape]:
    return {
        kind.__struct_config__.tag: Shape(kind, kind.__struct_fields__[0], kind in (Hello, LobbyHello))
        for kind in union.__args__
    }


MATCH_KINDS: Final = _shapes(MatchRequest)
LOBBY_KINDS: Final = _shapes(LobbyRequest)
SHAPES: Final[dict[Socket, dict[int | None, Shape]]] = {
    "match": MATCH_KINDS,
    "lobby": LOBBY_KINDS,
}


class Codec(Protocol):
    """One encoding. `binary` tells which WebSocket frames it travels in.

    The decoders raise `ProtocolError` with `wrong-encoding`, `too-large`, `unknown-kind`,
    `move-too-large`, `too-deep` or `malformed`, and nothing else.
    """

    subprotocol: str
    binary: bool

    def encode(self, message: Message) -> bytes | str: ...
    def transcode(self, frame: bytes) -> bytes | str:
        """A server message in msgpack, as this encoding has it."""
        ...

    def decode_match(self, data: bytes | str) -> MatchRequest: ...
    def decode_lobby(self, data: bytes | str) -> LobbyRequest: ...
    def read_match(self, data: bytes | str) -> MatchRequest:
        """A frame whose size, encoding and kind have been judged already."""
        ...

    def read_lobby(self, data: bytes | str) -> LobbyRequest: ...


class MsgpackCodec:
    """`arcade.v1.msgpack`: binary frames."""

    subprotocol = MSGPACK
    binary = True

    def __init__(self) -> None:
        self._encode = msgspec.msgpack.Encoder().encode
        self._match: msgspec.msgpack.Decoder[MatchRequest] = msgspec.msgpack.Decoder(MatchRequest)
        self._lobby: msgspec.msgpack.Decoder[LobbyRequest] = msgspec.msgpack.Decoder(LobbyRequest)

    def encode(self, message: Message) -> bytes:
        return encode_frame(*astuple(message)) if type(message) is Frame else self._encode(message)

    def transcode(self, frame: bytes) -> bytes:
        return frame

    def decode_match(self, data: bytes | str) -> MatchRequest:
        return self.read_match(_admitted(data, True, MATCH_KINDS))

    def decode_lobby(self, data: bytes | str) -> LobbyRequest:
        return self.read_lobby(_admitted(data, True, LOBBY_KINDS))

    def read_match(self, data: bytes | str) -> MatchRequest:
        message = _decoded(self._match, data)
        if type(message) is Move:
            _check_packed(bytes(message.move))
        return message

    def read_lobby(self, data: bytes | str) -> LobbyRequest:
        return _decoded(self._lobby, data)


class JsonCodec:
    """`arcade.v1.json`: the same messages in text frames. In a move 3.0 is the integer 3."""

    subprotocol = JSON
    binary = False

    def __init__(self) -> None:
        self._encode = msgspec.json.Encoder().encode
        self._match: msgspec.json.Decoder[MatchRequest] = msgspec.json.Decoder(MatchRequest)
        self._lobby: msgspec.json.Decoder[LobbyRequest] = msgspec.json.Decoder(LobbyRequest)
        self._last = (b"", "")

    def encode(self, message: Message) -> str:
        if type(message) is Frame:
            return to_json(encode_frame(*astuple(message)))
        return self._encode(message).decode()

    def transcode(self, frame: bytes) -> str:
        """What goes to many sockets one after the other is the same object; it is turned into JSON once."""
        last, text = self._last
        if last is not frame:
            text = to_json(frame)
            self._last = frame, text
        return text

    def decode_match(self, data: bytes | str) -> MatchRequest:
        return self.read_match(_admitted(data, False, MATCH_KINDS))

    def decode_lobby(self, data: bytes | str) -> LobbyRequest:
        return self.read_lobby(_admitted(data, False, LOBBY_KINDS))

    def read_match(self, data: bytes | str) -> MatchRequest:
        message = _decoded(self._match, data)
        if type(message) is Move:
            value = _decoded(_any_json, message.move)
            _check_move(value)
            packed = msgspec.msgpack.encode(value)
            _check_size(packed)
            return Move(message.number, msgspec.Raw(packed))
        return message

    def read_lobby(self, data: bytes | str) -> LobbyRequest:
        return _decoded(self._lobby, data)


def to_json(frame: bytes) -> str:
    """A server message in msgpack, as JSON text."""
    return msgspec.json.encode(msgspec.msgpack.decode(frame)).decode()


def check_frame(data: bytes | str, binary: bool) -> None:
    """Raise `wrong-encoding` or `too-large` (with its close code); both cost nothing to find out."""
    if isinstance(data, str) is binary:
        raise ProtocolError("wrong-encoding")
    if len(data) > MAX_FRAME or (isinstance(data, str) and not _utf8_fits(data)):
        raise ProtocolError("too-large", close=4012)


def peek(data: bytes | str, binary: bool) -> tuple[int | None, int | None]:
    """The kind of a message and the integer after it, from its first bytes and without decoding it.

    None where there is no kind, and where nothing follows it that could be a ref or a number.
    """
    kind: int | None
    second: int | None
    if binary and isinstance(data, bytes) and data:
        if len(data) > 2 and 0x91 < data[0] <= 0x9F and data[1] < 0x80 and data[2] < 0x80:
            return data[1], data[2]
        kind, after = peek_int(data, _first(data))
        second = peek_int(data, after)[0]
    elif not binary and isinstance(data, str):
        match = _JSON_KIND.match(data)
        kind = int(match[1]) if match else None
        match = _JSON_REF.match(data)
        second = int(match[1]) if match else None
    else:
        return None, None
    return kind, second if second is not None and 0 <= second <= MAX_SAFE else None


def _first(data: bytes) -> int:
    """Where the first element of an array stands; 0 where this is none."""
    return 1 if 0x91 <= data[0] <= 0x9F else _ARRAY_HEADS.get(data[0], 0)


def peek_int(data: bytes, at: int) -> tuple[int | None, int]:
    """The integer that stands there and where the next element does; (None, 0) where there is none."""
    if not at or len(data) <= at:
        return None, 0
    head = data[at]
    if head < 0x80:
        return head, at + 1
    width = _INT_WIDTHS.get(head, 0)
    if not width or len(data) <= at + width:
        return None, 0
    return int.from_bytes(data[at + 1 : at + 1 + width], "big", signed=head >= 0xD0), at + 1 + width


CODECS: Final[dict[str, Codec]] = {c.subprotocol: c for c in (MsgpackCodec(), JsonCodec())}
"""Codecs by subprotocol."""

_JSON_KIND = re.compile(r"[ \t\r\n]*\[[ \t\r\n]*(\d{1,4})[ \t\r\n]*[,\]]")
_JSON_REF = re.compile(r"[ \t\r\n]*\[[ \t\r\n]*\d{1,4}[ \t\r\n]*,[ \t\r\n]*(\d{1,16})[ \t\r\n]*[,\]]")
_ARRAY_HEADS = {0xDC: 3, 0xDD: 5}
_INT_WIDTHS = {0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8, 0xD0: 1, 0xD1: 2, 0xD2: 4, 0xD3: 8}


def _number(text: str) -> int | float:
    """A JSON number with a point or an exponent: the integer it equals, where it does.

    Some languages have no other way to write an integer they once read. The other encoding tells them apart.
    """
    value = float(text)
    return int(value) if value.is_integer() and abs(value) <= MAX_SAFE else value


_any_json = msgspec.json.Decoder(float_hook=_number)


def _no_extension(code: int, data: memoryview) -> Any:
    raise ValueError("extension types are not allowed")


_any_msgpack = msgspec.msgpack.Decoder(ext_hook=_no_extension)

good_moves: set[bytes] = set()
"""Small moves that are known to be good."""


class _Decoder(Protocol[T]):
    def decode(self, buf: Any, /) -> T: ...


def _utf8_fits(text: str) -> bool:
    return 3 * len(text) <= MAX_FRAME or len(text.encode("utf-8", "surrogatepass")) <= MAX_FRAME


def no_such(kind: int | None) -> ProtocolError:
    """What to say of a message whose kind is not one of the socket's."""
    if kind is None:
        return ProtocolError("malformed", "A message is an array that begins with its kind, a small integer.")
    return ProtocolError("unknown-kind", f"There is no message of kind {kind} on this socket.")


def _admitted(data: bytes | str, binary: bool, kinds: dict[int | None, Shape]) -> bytes | str:
    check_frame(data, binary)
    kind = peek(data, binary)[0]
    if kind not in kinds:
        raise no_such(kind)
    return data


def _decoded(decoder: "_Decoder[T]", data: Any) -> T:
    try:
        return decoder.decode(data)
    except RecursionError:
        raise ProtocolError("too-deep") from None
    except (msgspec.MsgspecError, ValueError, OverflowError) as error:
        raise ProtocolError("malformed", f"The message could not be read: {error}") from None


def is_good(move: bytes) -> bool:
    """Whether these bytes are one value that may be a move; those that are not `read_match` refuses."""
    if move in good_moves:
        return True
    try:
        _check_packed(move)
    except ProtocolError:
        return False
    return True


def _check_packed(move: bytes) -> None:
    """The same few moves come again and again; those that are refused are not remembered."""
    if move in good_moves:
        return
    _check_size(move)
    _check_move(_decoded(_any_msgpack, move))
    if len(move) <= SMALL:
        if len(good_moves) >= GOOD_MOST:
            good_moves.clear()
        good_moves.add(move)


def _check_size(move: msgspec.Raw | bytes) -> None:
    if len(memoryview(move)) > MAX_MOVE:
        raise ProtocolError("move-too-large")


def _check_move(value: Any, depth: int = 0) -> None:
    """Let through what every language holds exactly: plain values, integers within 2^53, finite floats."""
    kind = type(value)
    if kind is int:
        if not -MAX_SAFE <= value <= MAX_SAFE:
            raise ProtocolError("malformed", "An integer is outside of ±(2^53 - 1).")
    elif kind is dict or kind is list:
        if depth == MAX_DEPTH:
            raise ProtocolError("too-deep")
        if kind is dict and any(type(key) is not str for key in value):
            raise ProtocolError("malformed", "The keys of a map are strings.")
        for item in value.values() if kind is dict else value:
            _check_move(item, depth + 1)
    elif kind is float:
        if not math.isfinite(value):
            raise ProtocolError("malformed", "NaN and infinity have no place on the wire.")
    elif kind is not str and kind is not bool and value is not None:
        raise ProtocolError("malformed", "Binary and extension types have no place on the wire.")
