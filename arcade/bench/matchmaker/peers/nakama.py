"""Nakama: every 15 s each new ticket searches the pool once, greedily.

Source: "Matchmaker" (heroiclabs.com/docs/nakama/concepts/multiplayer/matchmaker) and
`server/matchmaker_process.go` (heroiclabs/nakama, Apache-2.0). At each interval the active tickets are gone
through in no order. Those that its query finds come best score first, which is equal for ranges, then oldest
first; they are put together until the count is reached. The query is that of the searcher alone
(`rev_precision` is off by default). A ticket with equal least and most count is active for one interval;
later it can only be found.

The query is the docs' own kind: the same region and a range of skill, here 100 points up and down. As the
docs advise where criteria are narrow, the client asks anew after each 30 s (two intervals, `max_intervals`),
with 100 more. Nakama counts players and knows no teams; a combination that cannot be split into them is not
made, as one writes it in the matchmaker's override hook.
"""

import heapq
import random
from collections.abc import Iterator
from operator import itemgetter

from arcade.bench.matchmaker.policy import Group, fits, seated
from arcade.bench.matchmaker.world import Mode, Ticket

EVERY = 15.0
RANGE = 100.0
AGAIN = 30.0
BUCKET = 25.0
"""Rating points of one bucket of the index."""
Entry = tuple[float, int, Ticket]
"""When it was submitted, a number, the ticket."""


class Nakama:
    def __init__(self, mode: Mode) -> None:
        self._mode = mode
        self._pool: dict[int, Ticket] = {}
        self._submitted: dict[int, float] = {}
        self._active: list[Ticket] = []
        self._next = EVERY
        self._random = random.Random(0)  # noqa: S311 - a simulation

    def arrive(self, ticket: Ticket, now: float) -> None:
        self._pool[ticket.index] = ticket
        self._submitted[ticket.index] = now
        self._active.append(ticket)

    def leave(self, ticket: Ticket, now: float) -> None:
        self._pool.pop(ticket.index, None)
        self._submitted.pop(ticket.index, None)

    def due(self) -> float:
        return self._next

    def wake(self, now: float) -> list[Group]:
        self._next += EVERY
        for ticket in self._pool.values():
            if now - self._submitted[ticket.index] >= AGAIN:
                self._submitted[ticket.index] = now
                self._active.append(ticket)
        index = self._index()
        self._random.shuffle(self._active)
        found: list[Group] = []
        for ticket in self._active:
            if ticket.index in self._pool and (members := self._search(ticket, index, now)):
                found.append(seated(self._mode, members, ticket.home))
                for member in members:
                    self.leave(member, now)
        self._active.clear()
        return found

    def _index(self) -> dict[tuple[int, int], list[Entry]]:
        """By home and rating, oldest last."""
        buckets: dict[tuple[int, int], list[Entry]] = {}
        for ticket in self._pool.values():
            entry = (self._submitted[ticket.index], ticket.index, ticket)
            buckets.setdefault((ticket.home, int(ticket.rating // BUCKET)), []).append(entry)
        for bucket in buckets.values():
            bucket.sort(reverse=True)
        return buckets

    def _hits(
        self, low: float, high: float, home: int, index: dict[tuple[int, int], list[Entry]]
    ) -> Iterator[Ticket]:
        waiting = self._pool
        lines = []
        for bucket in range(int(low // BUCKET), int(high // BUCKET) + 1):
            if line := index.get((home, bucket)):
                while line and line[-1][1] not in waiting:
                    line.pop()
                lines.append(reversed(line))
        for _, number, ticket in heapq.merge(*lines, key=itemgetter(0, 1)):
            if number in waiting and low <= ticket.rating <= high:
                yield ticket

    def _search(
        self, seeker: Ticket, index: dict[tuple[int, int], list[Entry]], now: float
    ) -> list[Ticket] | None:
        reach = RANGE * (1 + (now - seeker.at) // AGAIN)
        start = fits(self._mode, 1, 0, seeker.size)
        combinations: list[tuple[list[Ticket], int, int]] = []
        for hit in self._hits(seeker.rating - reach, seeker.rating + reach, seeker.home, index):
            if hit is seeker:
                continue
            for place, (members, sums, taken) in enumerate(combinations):
                if more := fits(self._mode, sums, taken, hit.size):
                    members.append(hit)
                    combinations[place] = (members, more, taken + hit.size)
                    break
            else:
                place = len(combinations)
                if not (more := fits(self._mode, start, seeker.size, hit.size)):
                    continue
                combinations.append(([seeker, hit], more, seeker.size + hit.size))
            if combinations[place][2] == self._mode.seats:
                return combinations[place][0]
        return None
