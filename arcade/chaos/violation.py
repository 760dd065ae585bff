"""The words of a verdict: what can be wrong, and when Redis was away, which excuses some of it."""

from collections.abc import Iterator

import msgspec

from arcade.chaos import history as h

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
    "gone",
    "rewound",
    "overcharged",
)
"""Each is a count of violations. `missed`: an event or frame that a client never got. `turned_away`: a client
told to leave a match that was not over; `gone`: it had just been lost with Redis' tail. `rewound`: a client
told that acknowledged steps were lost. `overcharged`: match time that ran ahead of the wall clock, also over
a change of owners."""


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
    slow: list[tuple[float, float]] = []
    """Likewise, when the way to it was."""

    def lost(self, at: float) -> bool:
        """Whether Redis may just have lost what concerned somebody at this moment."""
        return self.losing and any(since - TAIL_MS <= at <= self._told(to) for since, to in self.spans)

    def _told(self, to: float) -> float:
        """When everybody knows what was lost: a node in trouble with Redis turns nobody away yet."""
        until = to + TOLD_MS
        for since, end in sorted([*self.spans, *self.slow]):
            if to <= since <= until:
                until = max(until, end + TOLD_MS)
        return until

    def up(self, start: float, end: float) -> float:
        """Milliseconds between two moments in which Redis was there."""
        return end - start - sum(max(0.0, min(end, to) - max(start, since)) for since, to in self.spans)


Found = Iterator[tuple[str, str]]
"""(kind, text) of each violation."""


def named(history: h.History) -> str:
    return f"seat {history.who.seat}, session {history.who.session}"
