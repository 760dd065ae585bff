"""The waiting tickets by rating, of one place where they can meet."""

from bisect import bisect_left, insort
from collections.abc import Iterator

from lobby.rules.matching.ticket import Ticket

Key = tuple[str, ...]
"""What all on a line have in common: the region, and the values of the rules."""


class Waiting:
    """A ticket in the pool, with what is asked of it often."""

    __slots__ = ("gone", "lines", "order", "players", "rank", "rating", "since", "size", "ticket")

    def __init__(self, ticket: Ticket) -> None:
        self.ticket = ticket
        self.rating = ticket.rating
        self.since = ticket.since
        self.size = ticket.size
        self.players = frozenset(member.player for member in ticket.members)
        self.rank = (ticket.since, ticket.id)
        self.order = (-ticket.priority, ticket.since, ticket.id)
        self.lines: list[Key] = []
        self.gone = False

    def blocks(self, other: "Waiting") -> bool:
        """True if the two may never meet."""
        mine, theirs = self.ticket.blocks, other.ticket.blocks
        return not (mine.isdisjoint(other.players) and theirs.isdisjoint(self.players))


class Line:
    """Sorted by rating."""

    def __init__(self) -> None:
        self._keys: list[tuple[float, str]] = []
        self._at: dict[str, Waiting] = {}

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[Waiting]:
        return (self._at[id] for _, id in self._keys)

    def add(self, one: Waiting) -> None:
        insort(self._keys, (one.rating, one.ticket.id))
        self._at[one.ticket.id] = one

    def remove(self, one: Waiting) -> None:
        del self._keys[bisect_left(self._keys, (one.rating, one.ticket.id))]
        del self._at[one.ticket.id]

    def nearest(self, rating: float) -> Iterator[tuple[float, Waiting]]:
        """(distance, ticket) from a rating outwards."""
        keys, at = self._keys, self._at
        high = bisect_left(keys, (rating, ""))
        low = high - 1
        most = len(keys)
        while low >= 0 or high < most:
            if high >= most or (low >= 0 and rating - keys[low][0] <= keys[high][0] - rating):
                yield rating - keys[low][0], at[keys[low][1]]
                low -= 1
            else:
                yield keys[high][0] - rating, at[keys[high][1]]
                high += 1
