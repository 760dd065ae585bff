"""A bounded ring of a match's latest events by seq: it gives them again, or says that it cannot."""

from collections import deque
from collections.abc import Sequence
from typing import Any

MOST_EVENTS = 512


class History:
    """`since(seq)` answers a client that was away; the oldest events are dropped first."""

    def __init__(self, seq: int = 0, most: int = MOST_EVENTS) -> None:
        self._most = most
        self._events: deque[list[Any]] = deque()
        self._floor = seq
        self._top = seq

    def add(self, seq: int, events: Sequence[tuple[str, Any]]) -> None:
        """The events of a step; seqs come in order."""
        self._top = seq
        if not events:
            return
        for name, data in events:
            self._events.append([seq, name, data])
        while len(self._events) > self._most:
            self._floor = self._events.popleft()[0]
        while self._events and self._events[0][0] <= self._floor:
            self._events.popleft()

    def latest(self, seq: int) -> list[list[Any]]:
        """The events after step `seq` that are still there, whether or not others are gone."""
        return [event for event in self._events if event[0] > seq]

    def since(self, seq: int) -> list[list[Any]] | None:
        """The events after step `seq`, each `[seq, name, data]`; None where some of them are gone."""
        if seq < self._floor or seq > self._top:
            return None
        return [event for event in self._events if event[0] > seq]
