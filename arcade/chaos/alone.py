"""What the words of a match's clients say without any log: they agree, went on, were not turned away."""

from collections import defaultdict
from collections.abc import Sequence

from arcade.chaos import history as h
from arcade.chaos.violation import STUCK_MS, Found, Outages, named


def alone(histories: Sequence[h.History], outages: Outages, ended: float) -> Found:
    """What the clients' words say without any log: they agree, they went on, they were not turned away."""
    views: dict[tuple[int, int, int], set[str]] = defaultdict(set)
    for history in histories:
        for entry in history.entries:
            if isinstance(entry, h.Seen):
                views[history.who.seat, entry.epoch, entry.seq].add(entry.digest)
                if entry.rewound:
                    yield "rewound", f"{named(history)} was told of a rewind to {entry.seq}"
    for (seat, epoch, seq), digests in views.items():
        if len(digests) > 1:
            yield "diverged", f"two views of seat {seat} at epoch {epoch}, seq {seq}"
    yield from standstills(histories, outages, ended)
    over = min(
        (e.at for history in histories for e in history.entries if isinstance(e, h.Ended)), default=ended
    )
    for history in histories:
        for entry in history.entries:
            if isinstance(entry, h.Ended) and entry.phase == "aborted":
                yield "aborted", f"{named(history)} saw the match aborted: {entry.result}"
            if isinstance(entry, h.Left) and entry.code and entry.at < over:
                kind = "gone" if outages.lost(entry.at) else "turned_away"
                yield kind, f"{named(history)} was told to leave: {entry.text}"


def standstills(histories: Sequence[h.History], outages: Outages, ended: float) -> Found:
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
