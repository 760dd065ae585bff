"""How long it took, from what the clients wrote down. Pure functions; all times in ms of the run."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from arcade.chaos import history as h

PATIENCE_MS = 250.0
"""A match stalls from the moment a client has waited so long for an acknowledgement."""

ENDS = ("kill", "gateway", "pair")
"""Kinds of blows that end nodes with `kill -9`."""


class Blow(msgspec.Struct):
    """Something the nemesis did to a node, or to the store (`node` empty).

    `noticed`: who tells of the death, `supervisor` or `peers`. `matches`: what the node hosted, with the
    epochs then; `in_flight`: how many of these had a move under way; `sockets`: how many it held of other
    nodes' matches.
    """

    at: float
    kind: str
    node: str = ""
    port: int = 0
    noticed: str = ""
    matches: dict[str, int] = {}
    in_flight: int = 0
    sockets: int = 0
    until: float | None = None

    @property
    def counts(self) -> bool:
        """Whether it was a kill such as was asked for."""
        return self.kind in ENDS and (self.kind != "gateway" or self.sockets > 0)


class Samples(msgspec.Struct):
    """`takeover`: per (kind of blow, how noticed), ms. `stalls`: per kind of blow to a store, ms."""

    takeover: dict[tuple[str, str], list[float]] = {}
    stalls: dict[str, list[float]] = {}
    stalled: float = 0.0

    def add(self, match: str, histories: Sequence[h.History], blows: Iterable[Blow]) -> None:
        """Take in what a match's clients saw of the blows."""
        for blow in blows:
            if match in blow.matches:
                sample = takeover(histories, blow)
                if sample is not None:
                    self.takeover.setdefault((blow.kind, blow.noticed), []).append(sample)
            elif not blow.node and (wait := stall(histories, blow)) is not None:
                self.stalls.setdefault(blow.kind, []).append(wait)
        self.stalled += stalled(histories)


def takeover(histories: Sequence[h.History], blow: Blow) -> float | None:
    """From the blow to the first newly acknowledged move at a client, in an epoch after the blow's.

    A move that its player made up only after he saw the match go on is charged with what passed until then
    and with its own way, not with the thinking. None where the match ended with what was under way.
    """
    match = next(iter(histories)).who.match
    old, best, resumed = blow.matches[match], math.inf, math.inf
    for history in histories:
        sent: dict[tuple[int, str], float] = {}
        shown = math.inf
        for entry in history.entries:
            match entry:
                case h.Sent(at, number, content):
                    sent[number, content] = at
                case h.Ended(at, epoch) if epoch <= old:
                    return None
                case h.Seen(at, epoch) if at > blow.at and epoch > old:
                    shown = min(shown, at)
                    resumed = min(resumed, at)
                case h.Acked(at, number, content, epoch) | h.Refused(at, number, content, _, epoch):
                    if at > blow.at and epoch > old:
                        begun = sent.get((number, content), at)
                        best = min(best, at - max(0.0, begun - shown))
                        break
                case _:
                    pass
    first = best if best < math.inf else resumed
    return None if first == math.inf else first - blow.at


def stall(histories: Sequence[h.History], blow: Blow) -> float | None:
    """The longest wait for an acknowledgement that lay in the blow, or reached into it; None without any."""
    until = math.inf if blow.until is None else blow.until
    waits = [at - begun for begun, at in _waits(histories) if begun < until and at > blow.at]
    return max(waits, default=None)


def stalled(histories: Sequence[h.History]) -> float:
    """Seconds in which some client of the match waited longer than PATIENCE_MS for an acknowledgement."""
    spans = [(begun + PATIENCE_MS, at) for begun, at in _waits(histories) if at - begun > PATIENCE_MS]
    total, reached = 0.0, -math.inf
    for begin, end in sorted(spans):
        total += max(0.0, end - max(begin, reached))
        reached = max(reached, end)
    return total / 1000


def _waits(histories: Sequence[h.History]) -> Iterator[tuple[float, float]]:
    """When each message went out for the first time, and when it was answered."""
    for history in histories:
        sent: dict[tuple[int, str], float] = {}
        for entry in history.entries:
            match entry:
                case h.Sent(at, number, content):
                    sent[number, content] = at
                case h.Acked(at, number, content) | h.Refused(at, number, content):
                    yield sent.pop((number, content), at), at
                case _:
                    pass


def told(samples: Sequence[float]) -> dict[str, Any]:
    """`p50`, `p99`, `max` in whole ms, and how many there were; nulls where there were none."""
    ordered = sorted(samples)

    def at(share: float) -> int | None:
        return round(ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]) if ordered else None

    return {"p50": at(0.5), "p99": at(0.99), "max": at(1.0), "count": len(ordered)}


def summary(samples: Samples) -> dict[str, Any]:
    """`takeover_ms` of kills alone, with `by` how the death was noticed; times of other blows."""
    by: dict[str, list[float]] = defaultdict(list)
    others: dict[str, list[float]] = defaultdict(list)
    for (kind, noticed), values in samples.takeover.items():
        (by[noticed] if kind in ENDS else others[kind]).extend(values)
    whole = [value for values in by.values() for value in values]
    return {
        "takeover_ms": {
            **told(whole),
            "by": {noticed: told(values) for noticed, values in sorted(by.items())},
        },
        "other_ms": {kind: told(values) for kind, values in sorted(others.items())},
        "stall_ms": {kind: told(values) for kind, values in sorted(samples.stalls.items())},
        "stalled_match_seconds": round(samples.stalled, 1),
    }
