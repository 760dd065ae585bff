"""The best group around one ticket.

A group belongs to the one of its tickets that came last: all the others have wider windows, so it fits as
soon as its distance is within that one's window. So only those who came before are looked at.
"""

import math
from collections.abc import Iterator, Sequence

from lobby.rules.matching.declared import Difference, QueueRules
from lobby.rules.matching.line import Line, Waiting
from lobby.rules.matching.recipes import Cook, Counts
from lobby.rules.matching.teams import split

LOOKED = 400
"""Tickets that are looked at around one."""
NEAR = 128
"""The same where more than two are wanted; who sees no group among so many looks again a little later."""
AGAIN = 0.25
"""Seconds until a group is looked for anew that failed by a rule between two others."""


class Search:
    """Searches by the rules of one queue."""

    def __init__(self, rules: QueueRules) -> None:
        self._rules = rules
        self._sizes = rules.sizes()
        self._cooks = [Cook(size, rules.team_size, rules.largest) for size in self._sizes]
        self._differences = [rule for rule in rules.rules if isinstance(rule, Difference)]
        self._pairs = self._sizes == [2] and not rules.roles

    @property
    def shrinks(self) -> bool:
        return len(self._sizes) > 1

    def best(
        self, one: Waiting, line: Line, now: float, small: bool = False
    ) -> tuple[float, list[Waiting] | None]:
        """When a group around this ticket fits (inf: not by those who wait now), and the group if now.
        `small`: one with fewer than all seats."""
        if self._pairs:
            return self._pair(one, line, now)
        soon = math.inf
        for cook in self._cooks[1:] if small else self._cooks[:1]:
            at, group = self._group(one, line, now, cook)
            if group is not None:
                return now, group
            soon = min(soon, at)
        return soon, None

    def _pair(self, one: Waiting, line: Line, now: float) -> tuple[float, list[Waiting] | None]:
        soon, window = math.inf, self._rules.window
        for looked, (gap, other) in enumerate(line.nearest(one.rating)):
            at = one.since + window.wait(gap)
            if at >= soon or looked > LOOKED:
                break
            if other.rank >= one.rank or one.blocks(other):
                continue
            at = max(at, self._ready(one, other))
            if at <= now:
                return now, [one, other]
            soon = min(soon, at)
        return soon, None

    def _ready(self, one: Waiting, other: Waiting) -> float:
        """From when the rules of difference let two play."""
        at = -math.inf
        for rule in self._differences:
            gap = abs(_number(one, rule.name) - _number(other, rule.name))
            at = max(at, max(one.since, other.since) + rule.window.wait(gap))
        return at

    def _group(self, one: Waiting, line: Line, now: float, cook: Cook) -> tuple[float, list[Waiting] | None]:
        missing = self._sizes[0] - cook.seats
        patient = now - self._rules.shrink.wait(missing) if missing else math.inf
        near, later = self._near(one, line, now, cook, patient)
        banned: set[str] = set()
        for _ in range(8):
            span = self._span(one, near, cook, patient)
            if span is None:
                return later, None
            low, high, uneven = span
            inside = near[low : high + 1]
            spread = inside[-1].rating - inside[0].rating
            at = one.since + self._rules.window.wait(spread + uneven * self._rules.parties.gap)
            if at > now:
                return min(at, later), None
            group = self._chosen(one, inside, cook, patient)
            if group is None:
                return now + AGAIN, None
            bad = self._conflict(one, group, now)
            if bad is None:
                return now, group
            banned.add(bad.ticket.id)
            near = [w for w in near if w.ticket.id not in banned]
        return now + AGAIN, None

    def _near(
        self, one: Waiting, line: Line, now: float, cook: Cook, patient: float
    ) -> tuple[list[Waiting], float]:
        """Those around the ticket within the distance at which a group can be made of them, by rating; and
        when somebody more would be among them."""
        counts = [0] * len(cook.caps)
        counts[one.size - 1] += 1
        near, later, within, old = [one], math.inf, math.inf, _patient(one, (), patient)
        limit = self._reach()
        for looked, (gap, other) in enumerate(line.nearest(one.rating)):
            if gap > within or gap > limit:
                break
            if looked >= NEAR:
                if within == math.inf:
                    later = min(later, now + 4 * AGAIN)
                break
            if other.rank >= one.rank or one.blocks(other):
                continue
            if self._differences and (at := self._ready(one, other)) > now:
                later = min(later, at)
                continue
            near.append(other)
            counts[other.size - 1] += 1
            if old is not None and other.since <= patient:
                old.add(other.size)
            if within == math.inf and any(_makes(one, counts, cook, old)):
                within = 2 * gap if self._rules.parties.gap or self._rules.roles else gap
        near.sort(key=lambda w: (w.rating, w.ticket.id))
        return near, later

    def _reach(self) -> float:
        window = self._rules.window
        return math.inf if window.optional is not None else window.limit

    def _span(
        self, one: Waiting, near: Sequence[Waiting], cook: Cook, patient: float
    ) -> tuple[int, int, int] | None:
        """The cheapest run of `near` with the ticket in it from which a group can be made: first and last
        index, and how uneven the parties of its teams are."""
        penalty = self._rules.parties.gap
        me = next(i for i, w in enumerate(near) if w is one)
        counts = [0] * len(cook.caps)
        for w in near[: me + 1]:
            counts[w.size - 1] += 1
        best: tuple[float, int, int, int] | None = None
        high = me
        for low in range(me + 1):
            while True:
                uneven = self._made(one, near[low : high + 1], counts, cook, patient)
                spread = near[high].rating - near[low].rating
                if uneven is not None:
                    cost = spread + uneven * penalty
                    if best is None or cost < best[0]:
                        best = (cost, low, high, uneven)
                    if not penalty or not uneven:
                        break
                if high + 1 >= len(near) or (best and near[high + 1].rating - near[low].rating >= best[0]):
                    break
                high += 1
                counts[near[high].size - 1] += 1
            if uneven is None and high + 1 >= len(near):
                break
            counts[near[low].size - 1] -= 1
        return best[1:] if best else None

    def _made(
        self, one: Waiting, run: Sequence[Waiting], counts: list[int], cook: Cook, patient: float
    ) -> int | None:
        """The least unevenness of a group from this run; None where there is none."""
        first = next(_makes(one, counts, cook, _patient(one, run, patient)), None)
        if first is None or (self._rules.roles and self._chosen(one, run, cook, patient) is None):
            return None
        return first[0]

    def _chosen(
        self, one: Waiting, run: Sequence[Waiting], cook: Cook, patient: float
    ) -> list[Waiting] | None:
        """The group: with the ticket and, where it can be, the one that is first by priority and waiting; the
        least uneven recipe; of each size the first."""
        counts = [0] * len(cook.caps)
        for w in run:
            counts[w.size - 1] += 1
        rest = sorted((w for w in run if w is not one), key=lambda w: w.order)
        old = _patient(one, run, patient)
        makes = list(_makes(one, counts, cook, old))
        if old is not None:
            rest.sort(key=lambda w: w.since > patient)
        for first in (*rest[:3], one):
            need = 2 if first.size == one.size and first is not one else 1
            for _, counted in makes:
                if counted[first.size - 1] < need:
                    continue
                group = _picked(one, rest, counted)
                if not self._rules.roles:
                    return group
                for other in _role_tries(one, rest, counted, group):
                    if old is not None and all(w.since > patient for w in other):
                        continue
                    if split([w.ticket for w in other], self._rules.team_size, self._rules.roles):
                        return other
        return None

    def _conflict(self, one: Waiting, group: Sequence[Waiting], now: float) -> Waiting | None:
        """Who cannot be in this group because of another than the ticket itself."""
        for index, a in enumerate(group):
            for b in group[index + 1 :]:
                if (a.ticket.blocks or b.ticket.blocks) and a.blocks(b):
                    return b if a.order < b.order or a is one else a
                if self._differences and self._ready(a, b) > now:
                    return b if a.order < b.order or a is one else a
        return None


def _number(one: Waiting, name: str) -> float:
    value = one.ticket.values.get(name, 0.0)
    return float(value) if isinstance(value, int | float) else 0.0


def _patient(one: Waiting, others: Sequence[Waiting], patient: float) -> set[int] | None:
    """Of which sizes there are others that have waited long enough for a match with free seats; None where
    none is needed: all seats are filled, or the ticket has waited long enough itself."""
    if one.since <= patient:
        return None
    return {w.size for w in others if w.since <= patient}


def _makes(one: Waiting, counts: list[int], cook: Cook, old: set[int] | None) -> Iterator[tuple[int, Counts]]:
    """The recipes with the ticket in them and, where it is needed, one who has waited long enough."""
    mine = one.size
    for recipe in cook.makes(counts):
        counted = recipe[1]
        if counted[mine - 1] and (old is None or any(counted[size - 1] > (size == mine) for size in old)):
            yield recipe


def _picked(one: Waiting, rest: Sequence[Waiting], counted: Counts) -> list[Waiting]:
    left = list(counted)
    left[one.size - 1] -= 1
    group = [one]
    for w in rest:
        if left[w.size - 1]:
            left[w.size - 1] -= 1
            group.append(w)
    return group


def _role_tries(
    one: Waiting, rest: Sequence[Waiting], counted: Counts, group: list[Waiting]
) -> list[list[Waiting]]:
    """The group, and it with one member exchanged for another of its size."""
    tries = [group]
    inside = {w.ticket.id for w in group}
    for out in group[:0:-1]:
        others = [w for w in rest if w.size == out.size and w.ticket.id not in inside]
        tries.extend([new if w is out else w for w in group] for new in others)
    return tries[:60]
