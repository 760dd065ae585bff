"""The records of a match's log, as bytes: what it was made from, its steps, its snapshots.

Each names the id of the record before it (`prev`, empty in the first), so that a gap is seen, and the log's
own time (`wall`, Redis' clock in Unix ms), so that a new owner knows how much match time has passed. Kind,
`time` and `wall` come first: the claim reads them in Redis without reading the rest.
"""

from collections.abc import Sequence

import msgspec

from matches.engine.inputs import Input
from matches.engine.setup import Setup


class Header(msgspec.Struct, array_like=True, tag=0, frozen=True):
    """The first record."""

    setup: Setup
    prev: str = ""
    wall: int = 0


class Stepped(msgspec.Struct, array_like=True, tag=1, frozen=True, gc=False):
    """One step: its seq, and the arguments of `Match.step`."""

    time: int
    wall: int
    seq: int
    committed: int | None
    inputs: Sequence[Input]
    prev: str


class Snapshotted(msgspec.Struct, array_like=True, tag=2, frozen=True):
    """The match after step `seq`: `Match.snapshot()` and `Match.hash()`.

    `forced`: the log's tail was lost and its owner, who still knew it, wrote down where the match stands.
    """

    time: int
    wall: int
    seq: int
    hash: str
    snapshot: bytes
    prev: str
    forced: bool = False


class Fenced(msgspec.Struct, array_like=True, tag=3, frozen=True):
    """A new owner: `node` goes on from match time `time`. Written by the claim itself, in Redis."""

    time: int
    wall: int
    prev: str
    node: str


Record = Header | Stepped | Snapshotted | Fenced

_encode = msgspec.msgpack.Encoder().encode
_decoder: msgspec.msgpack.Decoder[Record] = msgspec.msgpack.Decoder(Record)


def encode_header(setup: Setup) -> bytes:
    """The bytes of a log's first record."""
    return _encode(Header(setup))


def encode_record(
    seq: int, time: int, committed: int | None, inputs: Sequence[Input], prev: str, wall: int = 0
) -> bytes:
    """The bytes of a step's record: made from the arguments of `Match.step`."""
    return _encode(Stepped(time, wall, seq, committed, inputs, prev))


def encode_snapshot(
    seq: int, time: int, hash: str, snapshot: bytes, prev: str, wall: int = 0, forced: bool = False
) -> bytes:
    """The bytes of a snapshot's record."""
    return _encode(Snapshotted(time, wall, seq, hash, snapshot, prev, forced))


def decode_record(data: bytes) -> Record:
    """The record of these bytes; msgspec.DecodeError where they are none."""
    return _decoder.decode(data)
