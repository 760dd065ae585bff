"""Messages to frames and back."""

import json
import math
from typing import Any

import msgpack

from arcade_client.kinds import DEFAULTS, JSON, KINDS, MAX_SAFE, MSGPACK, NAMES, Message


def to_array(message: Message) -> list[Any]:
    """The positional array of a message; fields left out at its end take the server's defaults."""
    kind, fields = KINDS[message["kind"]]
    present = [field for field in fields if field in message]
    if tuple(present) != fields[: len(present)]:
        raise ValueError(f"only the last fields of {message['kind']} may be left out")
    return [kind, *(message[field] for field in present)]


def from_array(array: Any) -> Message | None:
    """The message of a positional array; None for a kind this client does not know. Raises ValueError."""
    if not isinstance(array, list) or not array:
        raise ValueError("a message is an array")
    name = NAMES.get(array[0]) if type(array[0]) is int else None
    if name is None:
        return None
    fields = KINDS[name][1]
    defaults = DEFAULTS.get(name, {})
    if len(array) < len(fields) + 1 - len(defaults):
        raise ValueError(f"{name} has {len(fields)} fields")
    return {"kind": name, **defaults, **dict(zip(fields, array[1:], strict=False))}


def encode(message: Message, subprotocol: str = MSGPACK) -> bytes | str:
    """A frame to send: bytes in msgpack, text in JSON. TypeError for what would not arrive as it is."""
    array = to_array(message)
    check_plain(array)
    if subprotocol == JSON:
        return json.dumps(array, separators=(",", ":"), ensure_ascii=False)
    packed: bytes = msgpack.packb(array)
    return packed


def decode(frame: bytes | str) -> Message | None:
    """A received frame as a message; None for an unknown kind. Raises ValueError."""
    try:
        array = json.loads(frame) if isinstance(frame, str) else msgpack.unpackb(frame)
    except (ValueError, msgpack.UnpackException, RecursionError) as error:
        raise ValueError(f"the frame could not be read: {error!r}") from None
    return from_array(array)


def check_plain(value: Any) -> None:
    """Raise TypeError unless `value` is of plain types, with string keys and integers within 2^53."""
    match value:
        case None | bool() | str():
            pass
        case int():
            if abs(value) > MAX_SAFE:
                raise TypeError("integers are within 2^53")
        case float():
            if not math.isfinite(value):
                raise TypeError("NaN and infinity cannot be sent")
        case list() | tuple():
            for item in value:
                check_plain(item)
        case dict():
            for key, item in value.items():
                if not isinstance(key, str):
                    raise TypeError("the keys of a map are strings")
                check_plain(item)
        case _:
            raise TypeError(f"{type(value).__name__} cannot be sent")
