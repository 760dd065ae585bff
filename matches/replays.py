"""Replays: how a match is kept, and how it is run again."""

import zlib
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec

from matches.engine import registry
from matches.engine.errors import EngineError, WrongVersion
from matches.engine.match import Match, Step
from matches.engine.replay import replay
from matches.engine.setup import Setup
from matches.engine.state import Refusal
from matches.models import Replay
from matches.records import Refusals

Buffer = bytes | memoryview
"""PostgreSQL's driver gives memoryviews."""

CANNOT = (KeyError, EngineError, ValueError, msgspec.MsgspecError)
"""Why a replay cannot be run: the game is gone, its rules changed, the records are damaged."""

MAX_UNPACKED = 256 * 1024 * 1024
"""Bytes to which kept records may unpack; more is taken for damage."""


def pack_setup(setup: Setup) -> bytes:
    """The bytes kept in `Replay.setup`: msgpack, the seed among them."""
    return msgspec.msgpack.encode(setup)


def unpack_setup(kept: Buffer) -> Setup:
    """What `pack_setup` kept."""
    return msgspec.msgpack.decode(bytes(kept), type=Setup)


def pack(records: list[bytes]) -> bytes:
    """The bytes kept in `Replay.records`: a zlib-compressed msgpack array of the log's records."""
    return zlib.compress(msgspec.msgpack.encode(records), 6)


def unpack(kept: Buffer) -> list[bytes]:
    """The log's records. Raises `ValueError` where they are damaged."""
    inflate = zlib.decompressobj()
    try:
        plain = inflate.decompress(bytes(kept), MAX_UNPACKED)
        if not inflate.eof:
            raise ValueError("records are cut or too large")
        return msgspec.msgpack.decode(plain, type=list[bytes])
    except (zlib.error, msgspec.MsgspecError) as error:
        raise ValueError(f"records are damaged: {error}") from error


class Verdict(msgspec.Struct, frozen=True):
    """`verified`: the re-run reached the recorded hash. `text` says so, or why not."""

    verified: bool
    text: str


def verify(match: str) -> bool:
    """Run the match again; True where its last state has the recorded hash. Raises `Replay.DoesNotExist`."""
    return judge(match).verified


def judge(match: str) -> Verdict:
    """`verify`, with its reason; the verdict is kept with the replay."""
    kept = Replay.objects.get(pk=match)
    verdict = _judge(kept)
    if kept.verified is not verdict.verified:
        Replay.objects.filter(pk=match).update(verified=verdict.verified)
    return verdict


def frames(match: str) -> Iterator[dict[str, Any]]:
    """Per step `{"seq", "time", "events": [[name, data]], "view"}`, the view being a spectator's.

    Raises `Replay.DoesNotExist`, `KeyError` where the game is gone, `EngineError` where its rules changed.
    """
    kept = Replay.objects.get(pk=match)
    for state, step in _run(kept):
        events = [[name, data] for name, data in step.events]
        yield {"seq": step.seq, "time": step.time, "events": events, "view": state.view(None)}


def steps(kept: Replay) -> Iterator[Step]:
    """The steps of a re-run. Raises one of `CANNOT` where there is none."""
    return (step for _, step in _run(kept))


@lru_cache(maxsize=256)
def refusals(match: str, hash: str) -> Refusals:
    """What the rules refused in the replay of this hash; nothing where it cannot be run again.

    Kept for the matches asked for last, as each takes a whole re-run. Raises `Replay.DoesNotExist`.
    """
    found: dict[tuple[int, int, int, int], Refusal] = {}
    try:
        for step in steps(Replay.objects.get(pk=match, hash=hash)):
            found.update({(step.seq, r.seat, r.session, r.number): r for r in step.refusals})
    except CANNOT:
        return {}
    return found


def _run(kept: Replay) -> Iterator[tuple[Match, Step]]:
    setup = unpack_setup(kept.setup)
    return replay(registry.get(setup.game), setup, unpack(kept.records))


def _judge(kept: Replay) -> Verdict:
    last: Match | None = None
    try:
        for state, _ in _run(kept):
            last = state
    except KeyError:
        return Verdict(False, "This game is not installed here any more.")
    except WrongVersion as error:
        return Verdict(False, f"The rules have changed since: {error}.")
    except CANNOT as error:
        return Verdict(False, f"It cannot be run again: {error}")
    if last is None:
        return Verdict(False, "The log has no steps.")
    if last.hash() != kept.hash:
        return Verdict(False, f"The re-run ended in {last.hash()}, recorded is {kept.hash}.")
    return Verdict(True, "The re-run ended in the recorded state.")
