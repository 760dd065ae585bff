"""Judges a run from outside: from what its clients wrote down and what the database says. Pure functions.

What a client was told is held against the final log, run again: an acknowledged move is in it exactly once
and in order, each frame that a client believed lies on its history, each player's ratings form one chain.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import msgspec

from arcade.chaos import history as h
from arcade.chaos import rows as db
from arcade.chaos.played import Played, Used, play
from matches.engine.game import Game
from matches.engine.setup import Setup

STUCK_MS = 20_000
"""A match that a client sits in goes on at least so often, while Redis is up."""

TAIL_MS, TOLD_MS = 1_000, 10_000
"""How long before a loss of Redis' tail, and after it, somebody may leave who could not be told of it."""

KINDS = (
    "lost",
    "duplicated",
    "diverged",
    "missed",
    "stuck",
    "double_results",
    "aborted",
    "unfinished",
    "turned_away",
    "rewound",
    "overcharged",
)
"""Each is a count of violations. `missed`: an event or frame that a client never got. `turned_away`: a client
told to leave a match that was not over. `rewound`: a client told that acknowledged steps were lost.
`overcharged`: match time that ran ahead of the wall clock, also over a change of owners."""


class Violation(msgspec.Struct, frozen=True):
    """One broken promise."""

    kind: str
    match: str
    text: str


class Outages(msgspec.Struct, frozen=True):
    """When Redis was away, as (from, to) in ms of the run."""

    spans: list[tuple[float, float]] = []
    losing: bool = False
    """Whether Redis came back without what it had confirmed last."""

    def up(self, start: float, end: float) -> float:
        """Milliseconds between two moments in which Redis was there."""
        return end - start - sum(max(0.0, min(end, to) - max(start, since)) for since, to in self.spans)


class Verdict(msgspec.Struct):
    """Of one match."""

    violations: list[Violation] = []
    acked: int = 0
    takeovers: int = 0


def judge(
    matches: Iterable[tuple[str, list[h.History]]],
    rows: db.Rows,
    games: Mapping[str, Game[Any, Any]],
    outages: Outages,
    ended: float,
) -> Iterator[Verdict]:
    """A verdict on each match that a client was in, then one on the database as a whole. `ended`: ms."""
    by_id = {row.id: row for row in rows.matches}
    seats: dict[str, list[db.Participant]] = defaultdict(list)
    for participant in rows.participants:
        seats[participant.match].append(participant)
    for match, histories in matches:
        row = by_id.get(match)
        there = sorted(seats[match], key=lambda p: p.seat)
        yield judge_match(match, histories, row, there, games, outages, ended)
    yield Verdict([*_outcomes(rows), *chains(rows)])


def judge_match(
    match: str,
    histories: Sequence[h.History],
    row: db.Match | None,
    participants: Sequence[db.Participant],
    games: Mapping[str, Game[Any, Any]],
    outages: Outages,
    ended: float,
) -> Verdict:
    """One match against its row and its log."""
    found = [(kind, text) for kind, text in _alone(histories, outages, ended)]
    if row is None:
        found.append(("unfinished", "no result is in the database"))
    elif row.setup is None:
        found.append(("diverged", "no replay is in the database"))
    else:
        setup = msgspec.msgpack.decode(row.setup, type=Setup)
        played = play(games[row.game], setup, row.records)
        found += _log(played, row)
        for history in histories:
            found += _moves(history, played, outages)
            found += _frames(history, played, outages)
        found += _strangers(histories, played)
        found += _results(histories, row, participants, played)
    epochs = {e.epoch for history in histories for e in history.entries if isinstance(e, h.Seen)}
    acked = sum(isinstance(e, h.Acked | h.Refused) for history in histories for e in history.entries)
    violations = [Violation(kind, match, text) for kind, text in found]
    return Verdict(violations, acked, max(0, len(epochs) - 1))


Found = Iterator[tuple[str, str]]


def _named(history: h.History) -> str:
    return f"seat {history.who.seat}, session {history.who.session}"


def _alone(histories: Sequence[h.History], outages: Outages, ended: float) -> Found:
    """What the clients' words say without any log: they agree, they went on, they were not turned away."""
    views: dict[tuple[int, int, int], set[str]] = defaultdict(set)
    for history in histories:
        for entry in history.entries:
            if isinstance(entry, h.Seen):
                views[history.who.seat, entry.epoch, entry.seq].add(entry.digest)
                if entry.rewound:
                    yield "rewound", f"{_named(history)} was told of a rewind to {entry.seq}"
    for (seat, epoch, seq), digests in views.items():
        if len(digests) > 1:
            yield "diverged", f"two views of seat {seat} at epoch {epoch}, seq {seq}"
    yield from _standstills(histories, outages, ended)
    over = min(
        (e.at for history in histories for e in history.entries if isinstance(e, h.Ended)), default=ended
    )
    for history in histories:
        for entry in history.entries:
            if isinstance(entry, h.Ended) and entry.phase == "aborted":
                yield "aborted", f"{_named(history)} saw the match aborted: {entry.result}"
            if isinstance(entry, h.Left) and entry.code and entry.at < over:
                yield "turned_away", f"{_named(history)} was told to leave: {entry.text}"


def _standstills(histories: Sequence[h.History], outages: Outages, ended: float) -> Found:
    """From the first frame on, some client sees a new seq in time, until one sees the end."""
    seen = sorted((e.at, e.seq) for history in histories for e in history.entries if isinstance(e, h.Seen))
    over = [e.at for history in histories for e in history.entries if isinstance(e, h.Ended)]
    if not seen:
        return
    top, since = -1, seen[0][0]
    until = min(over) if over else ended
    for at, seq in [*seen, (until, 2**53)]:
        if at > until or seq <= top:
            continue
        if outages.up(since, at) > STUCK_MS:
            yield "stuck", f"no step for {(at - since) / 1000:.1f} s after seq {top}"
        top, since = seq, at


def _log(played: Played, row: db.Match) -> Found:
    for fault in played.faults:
        yield "diverged", fault
    for fault in played.fast:
        yield "overcharged", fault
    if not played.faults and played.hash != row.hash:
        yield "diverged", f"the replay ends in {played.hash}, recorded is {row.hash}"
    steps = len(played.moments) + len(played.gaps)
    if not played.faults and steps != row.steps:
        yield "diverged", f"the log has {steps} steps, recorded are {row.steps}"
    for (seat, session), used in played.used.items():
        for number, count in Counter(u.number for u in used).items():
            if count > 1:
                yield (
                    "duplicated",
                    f"seat {seat}, session {session}: number {number} took effect {count} times",
                )
        if not played.gaps and sorted({u.number for u in used}) != list(
            range(1, len({u.number for u in used}) + 1)
        ):
            yield "lost", f"seat {seat}, session {session}: the log's numbers have a gap"
        for content, count in Counter(u.content for u in used if u.content.startswith("{")).items():
            if count > 1:
                yield "duplicated", f"seat {seat}, session {session}: {content} took effect {count} times"


def _forgiven(history: h.History, played: Played) -> dict[int, int]:
    """Per epoch the last seq that rewinds, of which this client was told, have left of what it saw."""
    forgiven: dict[int, int] = {}
    epochs: list[int] = []
    for entry in history.entries:
        if isinstance(entry, h.Seen):
            if entry.rewound:
                for epoch in epochs:
                    left = (seq for seq, moment in played.moments.items() if moment.epoch <= epoch)
                    forgiven[epoch] = max(left, default=0)
            if entry.epoch not in epochs:
                epochs.append(entry.epoch)
    return forgiven


def _untold(history: h.History, played: Played, outages: Outages) -> dict[int, int]:
    """Whose page was closed before anyone could tell it of a rewind: what it saw then may be gone."""
    if not outages.losing or not history.entries:
        return {}
    end = history.entries[-1].at
    if not any(since - TAIL_MS <= end <= to + TOLD_MS for since, to in outages.spans):
        return {}
    epoch = max((e.epoch for e in history.entries if isinstance(e, h.Seen)), default=0)
    return {epoch: max((seq for seq, m in played.moments.items() if m.epoch <= epoch), default=0)}


def _moves(history: h.History, played: Played, outages: Outages) -> Found:
    """Every acknowledgement of this session against what took effect."""
    name, end = _named(history), max(played.moments, default=0)
    used: dict[int, list[Used]] = defaultdict(list)
    for each in played.used.get((history.who.seat, history.who.session), []):
        used[each.number].append(each)
    sent: dict[int, set[str]] = defaultdict(set)
    forgiven = _forgiven(history, played) | _untold(history, played, outages)
    for entry in history.entries:
        match entry:
            case h.Sent(_, number, content):
                sent[number].add(content)
            case h.Acked(_, number, content, epoch, seq) | h.Refused(_, number, content, _, epoch, seq):
                there = [u for u in used[number] if u.content == content]
                late = content.startswith("rematch:") or (isinstance(entry, h.Refused) and seq >= end)
                if not there:
                    gone = min(played.gaps, default=seq + 1) <= seq  # a snapshot stands for it
                    if not late and not gone and seq <= forgiven.get(epoch, seq):
                        yield (
                            "lost",
                            f"{name}: {content} ({number}) was acknowledged at seq {seq}, not in the log",
                        )
                    continue
                if isinstance(entry, h.Acked) and there[0].seq > seq:
                    yield (
                        "lost",
                        f"{name}: {number} was acknowledged at seq {seq}, before step {there[0].seq}",
                    )
                code = entry.code if isinstance(entry, h.Refused) else None
                if there[0].refused != code:
                    yield "diverged", f"{name}: {number} was answered {code}, the log says {there[0].refused}"
            case _:
                pass
    for number, taken in used.items():
        for each in taken:
            if each.content not in sent[number]:
                kind = "duplicated" if any(each.content in s for s in sent.values()) else "diverged"
                yield kind, f"{name}: the log has {each.content} as {number}, which was not sent as such"


def _frames(history: h.History, played: Played, outages: Outages) -> Found:
    """Every frame that this client believed lies on the log's history, and it missed nothing in between."""
    name, seat = _named(history), history.who.seat
    end = max(played.moments, default=0)
    forgiven = _forgiven(history, played) | _untold(history, played, outages)
    held: int | None = None
    told: dict[int, list[str]] = defaultdict(list)
    first = 0
    for entry in history.entries:
        if not isinstance(entry, h.Seen):
            continue
        if held is None or entry.rewound:
            first = entry.seq
            told.clear()
        elif not entry.key and entry.seq != held + 1:
            yield "missed", f"{name}: a frame of seq {entry.seq} was believed after {held}"
        held = entry.seq
        for seq, event, data in entry.events:
            told[seq].append(h.canonical([event, data]))
        if entry.seq > end or entry.seq > forgiven.get(entry.epoch, entry.seq):
            if entry.seq > end and not _after(history, entry):
                yield (
                    "diverged",
                    f"{name}: believed seq {entry.seq} of epoch {entry.epoch}, the log ends at {end}",
                )
            continue
        if entry.seq == 0 or entry.seq in played.gaps:
            continue
        moment = played.moments.get(entry.seq)
        if moment is None:
            yield "diverged", f"{name}: believed seq {entry.seq}, which the log has not"
            continue
        if moment.views.get(seat) != entry.digest:
            yield "diverged", f"{name}: another view at epoch {entry.epoch}, seq {entry.seq}"
        if moment.time != entry.time:
            yield "diverged", f"{name}: {entry.time} ms at seq {entry.seq}, the log has {moment.time}"
        if moment.epoch > entry.epoch:
            yield "diverged", f"{name}: seq {entry.seq} in epoch {entry.epoch}, logged only in {moment.epoch}"
    for seq in range(first + 1, min(held or 0, end) + 1):
        events = played.moments[seq].events if seq in played.moments else []
        if seq in played.gaps:
            continue
        if told[seq] != events:
            kind = "missed" if len(told[seq]) < len(events) else "diverged"
            yield kind, f"{name}: was told {told[seq]} at seq {seq}, the log has {events}"


def _after(history: h.History, seen: h.Seen) -> bool:
    """Whether this frame came after the end: the log in the database ends with the match."""
    return any(isinstance(e, h.Ended) and e.seq <= seen.seq for e in history.entries)


def _strangers(histories: Sequence[h.History], played: Played) -> Found:
    """The log holds nothing of seats and sessions that nobody had."""
    known = {(history.who.seat, history.who.session) for history in histories}
    for seat, session in played.used:
        if (seat, session) not in known:
            yield "diverged", f"the log has a session {session} of seat {seat} that nobody had"


def _results(
    histories: Sequence[h.History], row: db.Match, participants: Sequence[db.Participant], played: Played
) -> Found:
    """One result: what the clients were shown is what is written."""
    places = [p.place for p in participants] if row.outcome == "finished" else None
    if played.phase in ("finished", "aborted") and (played.phase != row.outcome or played.places != places):
        yield (
            "double_results",
            f"the log ends {played.phase} {played.places}, written is {row.outcome} {places}",
        )
    change = [None if p.before is None else [p.before, p.after] for p in participants]
    for history in histories:
        for entry in history.entries:
            match entry:
                case h.Ended(_, _, _, phase, result):
                    shown = result["places"] if result else None
                    if phase != row.outcome or shown != places:
                        yield "double_results", f"{_named(history)} saw {phase} {shown}, written is {places}"
                case h.Recorded(_, ratings):
                    if ratings != change:
                        yield "double_results", f"{_named(history)} was told {ratings}, written is {change}"
                case _:
                    pass


def _outcomes(rows: db.Rows) -> Iterator[Violation]:
    for row in rows.matches:
        if row.outcome != "finished":
            yield Violation("aborted", row.id, f"written as {row.outcome}: {row.reason}")


def chains(rows: db.Rows) -> Iterator[Violation]:
    """Each player's rating is the end of one unbroken chain of the matches that changed it."""
    matches = {row.id: row for row in rows.matches}
    links: dict[tuple[str, str, str, str], list[db.Participant]] = defaultdict(list)
    for p in rows.participants:
        row = matches.get(p.match)
        if row is None:
            yield Violation("double_results", p.match, "a participant of no match")
        elif p.version is not None and p.player is not None:
            links[p.player, row.game, row.mode, row.season].append(p)
    ends = {(r.player, r.game, r.mode, r.season): r for r in rows.ratings}
    for key in links.keys() | ends.keys():
        chain, last = sorted(links[key], key=lambda p: p.version or 0), ends.get(key)
        who = " ".join(key)
        where = chain[-1].match if chain else ""
        if last is None:
            yield Violation("double_results", where, f"{who}: no rating at the end of the chain")
            continue
        if [p.version for p in chain] != list(range(1, last.version + 1)) or last.matches != last.version:
            versions = [p.version for p in chain]
            text = f"{who}: versions {versions}, the rating is at {last.version} after {last.matches} matches"
            yield Violation("double_results", where, text)
        for before, after in pairwise(chain):
            if before.mu_after != after.mu_before:
                yield Violation("double_results", after.match, f"{who}: broken at version {after.version}")
        if chain and chain[-1].mu_after != last.mu:
            yield Violation("double_results", where, f"{who}: the rating is not that of the last match")
