"""What the final log of a match says, by running it again: which inputs took effect, and each step's view."""

from itertools import pairwise
from typing import Any

import msgspec

from arcade.chaos import history as h
from matches.engine import inputs as inp
from matches.engine.game import Game
from matches.engine.match import Match, Step
from matches.engine.record import Fenced, Header, Record, Snapshotted, Stepped, decode_record
from matches.engine.replay import replay
from matches.engine.setup import Setup
from matches.engine.timers import JOIN_LIMIT

CLOCKS_AGREE_MS = 250
"""How far the clock of Redis and an owner's knowledge of it may be apart."""


class Used(msgspec.Struct, frozen=True):
    """A numbered input that the match took at step `seq`; `refused`: the code, where the rules said no."""

    number: int
    content: str
    seq: int
    refused: str | None


class Moment(msgspec.Struct, frozen=True):
    """A step: `epoch` of its record, match time (ms), a digest of each seat's view, its events."""

    epoch: int
    time: int
    views: dict[int, str]
    events: list[str]


class Played(msgspec.Struct):
    """`moments` by seq, `used` by (seat, session). `faults`: why the log is not one unbroken history."""

    moments: dict[int, Moment] = {}
    gaps: set[int] = set()
    """Steps that the log has lost and that a forced snapshot stands for."""
    used: dict[tuple[int, int], list[Used]] = {}
    epochs: list[int] = []
    faults: list[str] = []
    fast: list[str] = []
    """Where match time ran ahead of the wall clock: somebody's clock was charged what did not pass."""
    places: list[int] | None = None
    hash: str = ""
    phase: str = "open"

    @property
    def end(self) -> int:
        """The last seq that the log knows of."""
        return max([0, *self.moments, *self.gaps])


def content_of(said: inp.Numbered) -> str:
    """As the clients' histories spell it."""
    match said:
        case inp.Moved():
            try:
                return h.canonical(msgspec.msgpack.decode(said.move))
            except msgspec.DecodeError:
                return said.move.hex()
        case inp.DrawSaid():
            return f"draw:{said.action}"
        case inp.RematchSaid():
            return f"rematch:{str(said.wanted).lower()}"
        case inp.Resigned():
            return "resign"
        case inp.AbortAsked():
            return "abort"


def play(game: Game[Any, Any], setup: Setup, records: list[bytes]) -> Played:
    """Run the log again."""
    played = Played()
    decoded = [decode_record(data) for data in records]
    epochs = _chain(decoded, played)
    played.fast = _fast(decoded)
    numbers: dict[tuple[int, int], int] = {}
    stepped = {r.seq: (r, e) for r, e in zip(decoded, epochs, strict=True) if isinstance(r, Stepped)}
    try:
        for match, step in replay(game, setup, decoded):
            played.hash, played.phase = match.hash(), match.phase
            played.places = list(match.result.places) if match.result else None
            if step.seq not in stepped:
                played.gaps.update(range(max(played.moments, default=0) + 1, step.seq + 1))
                numbers.clear()
                continue
            record, epoch = stepped[step.seq]
            _effects(played, numbers, match, step, record)
            played.moments[step.seq] = _moment(match, step, epoch)
    except Exception as error:
        played.faults.append(f"the log does not run again: {error!r}")
    return played


def _fast(records: list[Record]) -> list[str]:
    """Between two records, of one owner or over a change of owners, no more match time passes than time.

    But for a match that was held just before its limit to join, as nobody could come: no clock runs yet.
    """
    timed = [r for r in records if not isinstance(r, Header) and r.wall]
    return [
        f"{after.time - before.time} ms of match time in {after.wall - before.wall} ms, to {after.time}"
        for before, after in pairwise(timed)
        if after.time - before.time > max(0, after.wall - before.wall) + CLOCKS_AGREE_MS
        and before.time != JOIN_LIMIT - 1
    ]


def _moment(match: Match, step: Step, epoch: int) -> Moment:
    seats = range(len(match.setup.seats))
    same: dict[str, str] = {}
    views = {}
    for seat in seats:
        key = match.view_key(seat)
        if key not in same:
            same[key] = h.digest(match.view(seat))
        views[seat] = same[key]
    return Moment(epoch, step.time, views, [h.canonical([name, data]) for name, data in step.events])


def _effects(
    played: Played, numbers: dict[tuple[int, int], int], match: Match, step: Step, record: Stepped
) -> None:
    """An input took effect if the match's own count moved over its number in this step."""
    said = [i for i in record.inputs if isinstance(i, inp.Numbered)]
    refused = {(r.seat, r.session, r.number): r.code for r in step.refusals}
    for key in dict.fromkeys((i.seat, i.session) for i in said):
        first = min(i.number for i in said if (i.seat, i.session) == key)
        before, after = numbers.get(key, first - 1 if played.gaps else 0), match.number(*key)
        numbers[key] = after
        low = before if after >= before else 0
        taken = low
        for each in said:
            if (each.seat, each.session) == key and each.number == taken + 1 and taken < after:
                taken += 1
                code = refused.get((*key, taken))
                played.used.setdefault(key, []).append(Used(taken, content_of(each), step.seq, code))


def _begins(record: Record) -> bool:
    """Whether it is the first of an owner's epoch."""
    return isinstance(record, Fenced) or (isinstance(record, Snapshotted) and record.forced)


def _chain(records: list[Record], played: Played) -> list[int]:
    """The epoch of each record, by the ids that the next ones name; faults where a link is missing."""
    ids: list[tuple[int, int] | None] = []
    for record, after in zip(records, [*records[1:], None], strict=True):
        if after is not None:
            epoch, _, n = after.prev.partition("-")
            ids.append((int(epoch), int(n)) if epoch.isdecimal() and n.isdecimal() else None)
        elif not ids or ids[-1] is None:
            ids.append((0, 0))
        else:
            last = ids[-1]
            ids.append((last[0] + 1, 0) if _begins(record) else (last[0], last[1] + 1))
    if records and not isinstance(records[0], Header):
        played.faults.append("the log does not begin with its header")
    epochs: list[int] = []
    last_id = (-1, -1)
    for number, (record, here) in enumerate(zip(records, ids, strict=True)):
        if here is None:
            played.faults.append(f"record {number} has no id in the one after it")
            epochs.append(last_id[0])
            continue
        starts = isinstance(record, Header) or _begins(record)
        follows = here[1] == 0 and here[0] > last_id[0] if starts else here == (last_id[0], last_id[1] + 1)
        if not follows:
            played.faults.append(
                f"record {number} has the id {here[0]}-{here[1]} after {last_id[0]}-{last_id[1]}"
            )
        last_id = here
        epochs.append(here[0])
        if not played.epochs or played.epochs[-1] != here[0]:
            played.epochs.append(here[0])
    return epochs
