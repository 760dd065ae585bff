"""How large a move may be, in either encoding."""

import msgspec
import pytest

from protocol.codec import CODECS
from protocol.errors import ProtocolError
from protocol.messages import JSON, MAX_MOVE, MSGPACK, Move


def frame(subprotocol: str, size: int) -> bytes | str:
    """A move of so many bytes in msgpack."""
    padded = [2, 1, {"pad": "x" * (size - 8)}]
    assert len(msgspec.msgpack.encode(padded[2])) == size
    if subprotocol == JSON:
        return msgspec.json.encode(padded).decode()
    return msgspec.msgpack.encode(padded)


@pytest.mark.parametrize("subprotocol", [MSGPACK, JSON])
def test_a_move_has_at_most_its_share(subprotocol: str) -> None:
    codec = CODECS[subprotocol]
    move = codec.decode_match(frame(subprotocol, MAX_MOVE))
    assert isinstance(move, Move)
    assert len(memoryview(move.move)) == MAX_MOVE
    with pytest.raises(ProtocolError) as caught:
        codec.decode_match(frame(subprotocol, MAX_MOVE + 1))
    assert (caught.value.code, caught.value.close) == ("move-too-large", None)
    with pytest.raises(ProtocolError, match="move-too-large"):
        codec.decode_match(frame(subprotocol, 15_000))
