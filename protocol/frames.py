"""The frame of a step: it tells what grew since the frame before, and leaves out what goes without saying."""

from collections.abc import Sequence
from typing import Any

import msgspec

_encode = msgspec.msgpack.Encoder().encode

_BITS = 2
"""Of a seat's growth; a seat seldom has more than three numbers in a step."""


def growth(before: Sequence[int], after: list[int]) -> int | list[int]:
    """How much each seat's last number grew, two bits a seat; `after` itself where that cannot say it."""
    packed = shift = 0
    for old, new in zip(before, after, strict=True):
        if new is not old:
            by = new - old
            if not 0 <= by < 1 << _BITS:
                return after
            packed |= by << shift
        shift += _BITS
    return packed


def grown(before: Sequence[int], told: int | list[int]) -> list[int]:
    """The last number of each seat, from the ones before and a frame's `acks`."""
    if isinstance(told, list):
        return told
    return [old + (told >> _BITS * seat & (1 << _BITS) - 1) for seat, old in enumerate(before)]


def encode_frame(
    seq: int,
    passed: int,
    acks: int | list[int],
    delta: Any = None,
    events: Sequence[Any] = (),
    prev: int = 0,
    epoch: int = 0,
) -> bytes:
    """The bytes in msgpack of a `Frame` of these fields, without the defaults at its end."""
    array: list[Any] = [34, seq, passed, acks]
    if epoch:
        array += (delta, events, prev, epoch)
    elif prev:
        array += (delta, events, prev)
    elif events:
        array += (delta, events)
    elif delta is not None:
        array.append(delta)
    return _encode(array)
