"""Replays: how a match is kept, and how it is run again."""

import zlib

import msgspec

from matches.engine.setup import Setup

MAX_UNPACKED = 256 * 1024 * 1024
"""Bytes to which kept records may unpack; more is taken for damage."""


def pack_setup(setup: Setup) -> bytes:
    """The bytes kept in `Replay.setup`: msgpack, the seed among them."""
    return msgspec.msgpack.encode(setup)


def unpack_setup(kept: bytes) -> Setup:
    return msgspec.msgpack.decode(bytes(kept), type=Setup)


def pack(records: list[bytes]) -> bytes:
    """The bytes kept in `Replay.records`: a zlib-compressed msgpack array of the log's records."""
    return zlib.compress(msgspec.msgpack.encode(records), 6)


def unpack(kept: bytes) -> list[bytes]:
    """The log's records. Raises `ValueError` where they are damaged."""
    inflate = zlib.decompressobj()
    try:
        plain = inflate.decompress(bytes(kept), MAX_UNPACKED)
        if not inflate.eof:
            raise ValueError("records are cut or too large")
        return msgspec.msgpack.decode(plain, type=list[bytes])
    except (zlib.error, msgspec.MsgspecError) as error:
        raise ValueError(f"records are damaged: {error}") from error
