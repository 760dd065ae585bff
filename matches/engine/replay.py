"""A match played again from its log."""

from collections.abc import Iterable, Iterator
from typing import Any

from matches.engine.errors import ReplayError, WrongVersion
from matches.engine.game import Game
from matches.engine.match import Match, Step
from matches.engine.record import Fenced, Header, Record, Snapshotted, Stepped, decode_record
from matches.engine.setup import Setup


def replay(
    game: Game[Any, Any], setup: Setup, records: Iterable[bytes | Record]
) -> Iterator[tuple[Match, Step]]:
    """After each step of the log, the match as it then was (one object, changed in place) and the step.

    A snapshot in the log must have the hash reached by then, and the match goes on from its bytes, as its
    host did. One that was forced after the log lost its tail stands for all steps that are missing: it comes
    as one step without events. ReplayError for a gap or another hash, GameFault where the rules fail.
    """
    match = Match.create(game, setup)
    for item in records:
        record = decode_record(item) if isinstance(item, bytes) else item
        match record:
            case Header():
                if record.setup.version != setup.version:
                    began, ended = record.setup.version, setup.version
                    raise WrongVersion(f"the match began under version {began} and ended under {ended}")
                if record.setup != setup:
                    raise ReplayError("the log belongs to another match")
            case Snapshotted():
                if not record.forced and (record.seq != match.seq or record.hash != match.hash()):
                    raise ReplayError(f"the log's snapshot after step {record.seq} is of another state")
                before, match = match.seq, Match.restore(game, record.snapshot)
                if match.hash() != record.hash:
                    raise ReplayError(f"the log's snapshot after step {record.seq} is damaged")
                if match.seq > before:
                    yield match, Step(match.seq, match.time, [], [], match.over)
            case Fenced():
                pass
            case Stepped():
                if record.seq != match.seq + 1:
                    raise ReplayError(f"the log jumps from step {match.seq} to {record.seq}")
                yield match, match.step(record.time, record.inputs, record.committed)
