"""What each client was told, against the final log of its match, run again."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from arcade.chaos import history as h
from arcade.chaos import rows as db
from arcade.chaos.played import Played, Used
from arcade.chaos.violation import Found, Outages, named


def log(played: Played, row: db.Match) -> Found:
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
    if not history.entries or not outages.lost(history.entries[-1].at):
        return {}
    epoch = max((e.epoch for e in history.entries if isinstance(e, h.Seen)), default=0)
    return {epoch: max((seq for seq, m in played.moments.items() if m.epoch <= epoch), default=0)}


def moves(history: h.History, played: Played, outages: Outages) -> Found:
    """Every acknowledgement of this session against what took effect."""
    name, end = named(history), played.end
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
                late = content.startswith("rematch:") or (
                    isinstance(entry, h.Refused) and _after_all(entry, end)
                )
                if not there:
                    seq += isinstance(entry, h.Refused)  # the step that refused it
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


def _after_all(refused: h.Refused, end: int) -> bool:
    """Whether it was said after the end, which no log has; its client may not have seen the end yet."""
    return refused.seq >= end or refused.code in ("match-finished", "match-aborted")


def frames(history: h.History, played: Played, outages: Outages) -> Found:
    """Every frame that this client believed lies on the log's history, and it missed nothing in between."""
    name, seat = named(history), history.who.seat
    end = played.end
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


def strangers(histories: Sequence[h.History], played: Played) -> Found:
    """The log holds nothing of seats and sessions that nobody had."""
    known = {(history.who.seat, history.who.session) for history in histories}
    for seat, session in played.used:
        if (seat, session) not in known:
            yield "diverged", f"the log has a session {session} of seat {seat} that nobody had"
