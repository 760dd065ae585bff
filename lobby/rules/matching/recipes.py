"""Which sizes of parties fill the teams of a match: the recipes."""

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations_with_replacement

Counts = tuple[int, ...]
"""How many tickets of size 1, 2, …"""


@lru_cache(maxsize=64)
def recipes(seats: int, team_size: int, largest: int) -> tuple[tuple[int, Counts], ...]:
    """All ways to fill the seats, as (difference of the teams' largest parties, tickets by size); the
    smallest difference first, and each way once, by its smallest difference."""
    if not team_size:
        tallies = [Counter(way) for way in _parts(seats, largest)]
        return tuple(sorted((0, tuple(t[size] for size in range(1, largest + 1))) for t in tallies))
    ways = [way for way in _parts(team_size, largest) if way]
    best: dict[Counts, int] = {}
    for teams in combinations_with_replacement(ways, seats // team_size):
        tally = Counter(size for team in teams for size in team)
        counts = tuple(tally[size] for size in range(1, largest + 1))
        uneven = max(team[0] for team in teams) - min(team[0] for team in teams)
        best[counts] = min(uneven, best.get(counts, uneven))
    return tuple(sorted((uneven, counts) for counts, uneven in best.items()))


def _parts(total: int, most: int) -> Iterator[tuple[int, ...]]:
    """The ways to write a number as a sum, largest part first."""
    if total == 0:
        yield ()
    for part in range(min(total, most), 0, -1):
        for rest in _parts(total - part, part):
            yield (part, *rest)


class Cook:
    """What can be made of so many tickets of each size, remembered."""

    def __init__(self, seats: int, team_size: int, largest: int) -> None:
        self.seats = seats
        self.caps = tuple(seats // size for size in range(1, largest + 1))
        self._all = recipes(seats, team_size, largest)
        self._known: dict[Counts, tuple[tuple[int, Counts], ...]] = {}

    def makes(self, counts: list[int]) -> tuple[tuple[int, Counts], ...]:
        """The recipes for which these are enough."""
        have = tuple(map(min, counts, self.caps))
        known = self._known.get(have)
        if known is None:
            known = tuple(r for r in self._all if all(a <= b for a, b in zip(r[1], have, strict=True)))
            self._known[have] = known
        return known
