"""What every message is made of."""

from typing import Annotated, ClassVar

import msgspec

MAX_FRAME = 16 * 1024
"""Bytes of the largest message a client may send."""

MAX_MOVE = 1024
"""Bytes of the largest move, in msgpack; each accepted one is kept in the log."""

MAX_SAFE = 2**53 - 1
"""The largest integer on the wire: what a JavaScript number holds exactly."""

MSGPACK = "arcade.v1.msgpack"
JSON = "arcade.v1.json"
SUBPROTOCOLS = (MSGPACK, JSON)

Count = Annotated[int, msgspec.Meta(ge=0, le=MAX_SAFE)]
Number = Annotated[int, msgspec.Meta(ge=1, le=MAX_SAFE)]
PLAIN = r"^[^\x00]*$"
"""Without the one character that PostgreSQL cannot keep, nor look for."""
Name = Annotated[str, msgspec.Meta(max_length=64, pattern=PLAIN)]
Token = Annotated[str, msgspec.Meta(max_length=1024)]


class Budget(msgspec.Struct, frozen=True):
    """A token bucket: `rate` messages a second, up to `burst` at once."""

    rate: float
    burst: int


class Message(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """Base of all messages: encoded as `[kind, field, ...]`; trailing defaults may be left out."""


class Request(Message, frozen=True):
    """What a client sends. `budget` is per connection and kind."""

    budget: ClassVar[Budget] = Budget(rate=5, burst=10)
