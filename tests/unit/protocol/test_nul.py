"""A NUL in a name would be a fault of the database, told as `busy`, as often as the client tries again."""

import msgspec
import pytest

from protocol import messages as wire
from protocol.codec import CODECS
from protocol.errors import ProtocolError

ASKED = [
    wire.Block(1, "a\x00"),
    wire.RoomKick(1, "a\x00"),
    wire.Invite(1, "rematch", "bob", "m\x00"),
    wire.ChatReport(1, "game/arena", 1, "spam", "What\x00?"),
    wire.PartyCreate(1, "arena\x00", "ffa"),
]


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: type(asked).__name__)
def test_no_text_that_is_looked_up_or_kept_has_a_nul(asked: wire.Request) -> None:
    with pytest.raises(ProtocolError, match="matching regex"):
        CODECS[wire.MSGPACK].decode_lobby(msgspec.msgpack.encode(asked))
    with pytest.raises(ProtocolError, match="matching regex"):
        CODECS[wire.JSON].decode_lobby(msgspec.json.encode(asked).decode())
