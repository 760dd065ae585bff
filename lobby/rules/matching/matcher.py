"""The pool of one queue."""

import heapq
import itertools
import math
from collections.abc import Iterator

from lobby.rules.matching.declared import Common, Equal, QueueRules
from lobby.rules.matching.group import Group, seated
from lobby.rules.matching.line import Key, Line, Waiting
from lobby.rules.matching.search import AGAIN, Search
from lobby.rules.matching.ticket import Ticket

ANY = "*"
"""In a line's key: a rule its tickets no longer ask for."""
LINES = 64
"""Lines a ticket may be on."""
POKED = 24
"""Tickets that look anew when somebody comes who has waited longer than they."""

LOOK, JOIN, WAKE, SMALL = range(4)
"""What an event does: look for a group, be put on a line, have those who have waited less look, look for a
group of fewer than all seats."""
LAST = 1 << 30
"""Order of what is done after all else of the same moment."""
Event = tuple[float, int, float, int, Waiting, Key, int]
"""When, order, since, running number, whose, on which line, what."""


class Matcher:
    """Tickets come by `add` and go by `remove` or in a group of `take`. The times given may not go back.

    Each ticket is on one line per combination of region and values it can play with, sorted by rating. For
    each it is known when the best group of those before it fits; a heap holds these moments. They only grow
    later as others leave, so one that has come is looked at again, and a group that fits is never missed.
    `turn`: a number that says who sits first.
    """

    def __init__(self, rules: QueueRules, turn: int = 0) -> None:
        self.rules = rules
        self._search = Search(rules)
        self._lines: dict[Key, Line] = {}
        self._waiting: dict[str, Waiting] = {}
        self._events: list[Event] = []
        self._count = itertools.count()
        self._made = turn

    def __len__(self) -> int:
        return len(self._waiting)

    def __contains__(self, ticket: str) -> bool:
        return ticket in self._waiting

    def add(self, ticket: Ticket, now: float, crowd: bool = False) -> None:
        """Put a ticket into the pool. Raises ValueError where it is there already, or no match of this queue
        could hold it. `crowd`: all who wait here come before the next `take`, so that each will look."""
        if ticket.id in self._waiting or not 1 <= ticket.size <= self.rules.largest:
            raise ValueError(f"not a ticket of this queue: {ticket.id}")
        one = Waiting(ticket)
        keys = list(itertools.islice(self._keys(ticket), LINES + 1))
        if len(keys) > LINES:
            raise ValueError(f"too many values: {ticket.id}")
        self._waiting[ticket.id] = one
        for key, after in keys:
            if after == math.inf:
                continue
            if ticket.since + after <= now:
                self._join(one, key, now, crowd)
            else:
                self._push(ticket.since + after, one, key, JOIN)

    def remove(self, ticket: str) -> bool:
        """Take a ticket out; False where it does not wait here."""
        one = self._waiting.pop(ticket, None)
        if one is None:
            return False
        one.gone = True
        for key in one.lines:
            line = self._lines[key]
            line.remove(one)
            if not len(line):
                del self._lines[key]
        return True

    def near(self, rating: float) -> Iterator[Ticket]:
        """The tickets that wait, nearest to this rating first, where the queue has no rules but ratings."""
        for line in self._lines.values():
            for _, one in line.nearest(rating):
                yield one.ticket

    def due(self) -> float:
        """When `take` may find something without anybody coming; infinite for never."""
        while self._events and self._events[0][4].gone:
            heapq.heappop(self._events)
        return self._events[0][0] if self._events else math.inf

    def take(self, now: float, looks: int | None = None) -> list[Group]:
        """The groups that fit by now, in the order in which they came to fit; their tickets are out. `looks`:
        after so many stop for now; the rest is due."""
        groups: list[Group] = []
        for _ in itertools.count() if looks is None else range(looks):
            if self.due() > now:
                break
            _, _, _, _, one, key, what = heapq.heappop(self._events)
            if what == JOIN:
                self._join(one, key, now)
                continue
            if what == WAKE:
                self._wake(one, key, now)
                continue
            at, members = self._search.best(one, self._lines[key], now, small=what == SMALL)
            if members is None and what == LOOK and self._search.shrinks:
                self._push(now, one, key, SMALL)
            if members is None:
                if at < math.inf:
                    self._push(max(at, now + 1e-6), one, key)
                continue
            group = self._grouped(members, key)
            if group is None:
                self._push(now + AGAIN, one, key)
                continue
            groups.append(group)
            for member in members:
                self.remove(member.ticket.id)
        return groups

    def _grouped(self, members: list[Waiting], key: Key) -> Group | None:
        tickets = tuple(w.ticket for w in sorted(members, key=lambda w: w.rank))
        seats = seated(tickets, self.rules, self._made)
        if seats is None:
            return None
        self._made += 1
        ratings = [w.rating for w in members]
        names = [rule.name for rule in self.rules.rules if isinstance(rule, Equal | Common)]
        common = {name: value for name, value in zip(names, key[1:], strict=True) if value != ANY}
        return Group(tickets, seats, max(ratings) - min(ratings), key[0], common)

    def _join(self, one: Waiting, key: Key, now: float, crowd: bool = False) -> None:
        line = self._lines.setdefault(key, Line())
        line.add(one)
        one.lines.append(key)
        if crowd:
            self._push(now, one, key)
        else:
            self._wake(one, key, now)
        shrink = self.rules.shrink
        for missing in range(1, self.rules.high - self.rules.low + 1):
            at = one.since + shrink.wait(missing)
            if at > now and (missing == 1 or shrink.step):
                self._push(at, one, key, WAKE)

    def _wake(self, one: Waiting, key: Key, now: float) -> None:
        """Have it look, and those near who have waited less: a group with them is theirs to find."""
        self._push(now, one, key)
        for _, other in itertools.islice(self._lines[key].nearest(one.rating), POKED):
            if other.rank > one.rank:
                self._push(now, other, key)

    def _push(self, at: float, one: Waiting, key: Key, what: int = LOOK) -> None:
        small = what == SMALL  # who came last sees the most seats filled
        order, since = (LAST, -one.since) if small else (-one.ticket.priority, one.since)
        heapq.heappush(self._events, (at, order, since, next(self._count), one, key, what))

    def _keys(self, ticket: Ticket) -> Iterator[tuple[Key, float]]:
        """The lines a ticket may be on, and after how long a wait."""
        options = [self._regions(ticket)]
        named = [rule for rule in self.rules.rules if isinstance(rule, Equal | Common)]
        options.extend(self._values(ticket, rule) for rule in named)
        for choice in itertools.product(*options):
            yield tuple(value for value, _ in choice), max(after for _, after in choice)

    def _regions(self, ticket: Ticket) -> list[tuple[str, float]]:
        region = self.rules.region
        if region is None:
            return [("", 0.0)]
        return [
            (name, region.wait(ticket.latencies[name]) if name in ticket.latencies else 0.0)
            for name in region.names
            if name in ticket.latencies or not ticket.latencies
        ]

    def _values(self, ticket: Ticket, rule: Equal | Common) -> list[tuple[str, float]]:
        value = ticket.values.get(rule.name, "")
        values = value if isinstance(value, tuple) else (str(value),)
        options = [(each, 0.0) for each in dict.fromkeys(values)]
        return options if rule.optional is None else [*options, (ANY, rule.optional)]
