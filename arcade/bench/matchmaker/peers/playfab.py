"""PlayFab: seeds by age, candidates by distance, a difference rule that widens linearly.

Source: "How matchmaking works" and "Configuring matchmaking queues" (learn.microsoft.com, PlayFab
Multiplayer). The match loop goes through the tickets, the longest waiting first; the others are ranked by
their distance from that seed and added one at a time, each validated against the group so far. Rules: the
merged (mean) rating of any two tickets differs by at most 0.2 deviations, expanded by 0.1 every 5 s, optional
after 30 s (those who comply are still preferred: they are nearer); a region that all reach. Where two tickets
have expanded differently, each holds its own, so the narrower counts. How often the loop runs is not
published: each second here.

Teams: two of fixed size, a ticket is never split.
"""

import math
from collections.abc import Iterable

from arcade.bench.matchmaker.policy import Group, fits, seated
from arcade.bench.matchmaker.world import DEVIATION, REGIONS, Mode, Ticket

EVERY = 1.0
START, GROWTH, STEP, OPTIONAL = 0.2 * DEVIATION, 0.1 * DEVIATION, 5.0, 30.0
TRIED = 200
"""Candidates of one seed."""


def allowed(waited: float) -> float:
    return math.inf if waited >= OPTIONAL else START + GROWTH * (waited // STEP)


class PlayFab:
    def __init__(self, mode: Mode) -> None:
        self._mode = mode
        self._pool: dict[int, Ticket] = {}
        self._next = EVERY

    def arrive(self, ticket: Ticket, now: float) -> None:
        self._pool[ticket.index] = ticket

    def leave(self, ticket: Ticket, now: float) -> None:
        self._pool.pop(ticket.index, None)

    def due(self) -> float:
        return self._next

    def wake(self, now: float) -> list[Group]:
        self._next += EVERY
        line = _Line(self._pool.values(), now)
        found: list[Group] = []
        for seed in list(self._pool.values()):
            if seed.index in self._pool and (group := self._around(seed, line)):
                members, regions = group
                region = min(
                    (r for r in range(len(REGIONS)) if regions >> r & 1),
                    key=lambda r: sum(t.latencies[r] * t.size for t in members),
                )
                found.append(seated(self._mode, members, region))
                for member in members:
                    del self._pool[member.index]
                    line.remove(member)
        return found

    def _around(self, seed: Ticket, line: "_Line") -> tuple[list[Ticket], int] | None:
        mode, limits = self._mode, line.limits
        members, regions, taken = [seed], seed.regions, seed.size
        sums = fits(mode, 1, 0, seed.size)
        low = high = seed.rating
        limit = limits[seed.index]
        before, after, tickets = line.before, line.after, line.tickets
        below, above = before[line.at[seed.index]], after[line.at[seed.index]]
        for _ in range(TRIED):
            down = seed.rating - tickets[below].rating
            up = tickets[above].rating - seed.rating
            nearest = min(down, up)
            if nearest > limit or nearest == math.inf:
                return None
            if down <= up:
                other, below = tickets[below], before[below]
            else:
                other, above = tickets[above], after[above]
            common = regions & other.regions
            if not common:
                continue
            least, most = min(low, other.rating), max(high, other.rating)
            if most - least > min(limit, limits[other.index]):
                continue
            place = fits(mode, sums, taken, other.size)
            if not place:
                continue
            members.append(other)
            regions, sums, taken, low, high = common, place, taken + other.size, least, most
            limit = min(limit, limits[other.index])
            if taken == mode.seats:
                return members, regions
        return None


class _Line:
    """Tickets by rating, linked to the next lower and higher, between two who are too far for anyone.

    `limits`: by ticket, what its rule allows now.
    """

    def __init__(self, tickets: Iterable[Ticket], now: float) -> None:
        ordered = sorted(tickets, key=lambda ticket: ticket.rating)
        self.tickets = [_end(-math.inf), *ordered, _end(math.inf)]
        self.limits = {ticket.index: allowed(now - ticket.at) for ticket in ordered}
        self.at = {ticket.index: place for place, ticket in enumerate(ordered, 1)}
        self.before = [0, *range(len(ordered) + 1)]
        self.after = [*range(1, len(ordered) + 2), len(ordered) + 1]

    def remove(self, ticket: Ticket) -> None:
        place = self.at[ticket.index]
        before, after = self.before[place], self.after[place]
        self.after[before], self.before[after] = after, before


def _end(rating: float) -> Ticket:
    return Ticket(-1, 0, (), (), rating, 0, 0, (), 0, 0)
