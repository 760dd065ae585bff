"""Lichess's pool: waves; a pair's score is its rating difference less a bonus for the waves it missed.

Source: lichess-org/lila, `modules/pool` (AGPL; its behaviour is described here, none of its code is used). A
wave every 12 s, or as soon as 30 players wait (the 3+0 pool). Score = |difference| - the smaller of the two's
bonus, 12 for each missed wave and at most 400. A pair is allowed up to 130 where the lower of the two is
below 1000, 100 below 1500, else a fifteenth of his rating. Of all pairings the largest is chosen, and of
these that with the lowest sum. Lichess finds it by weighted matching; here by dynamic programming over the
players sorted by rating, in which partners are at most three places apart, which is the same but for rare
ties of bonus (a test measures it).

Teams and free-for-all, which Lichess does not have: neighbours in rating that fill a match; score = spread -
the smallest bonus, limit by the lowest rating; the lowest scores first; a wave is full with fifteen matches'
worth of players, as there.
"""

from arcade.bench.matchmaker.policy import Group, filled, seated
from arcade.bench.matchmaker.world import REGIONS, Mode, Ticket

EVERY, FULL = 12.0, 15
"""Seconds; matches' worth of players."""
BONUS, BONUS_MOST = 12, 400
AHEAD = 32
NOBODY = -10_000.0
"""What one more pair is worth in the sum of scores."""


def limit(rating: float) -> float:
    """The highest score of a pair whose lower rating this is."""
    return 130 if rating < 1000 else 100 if rating < 1500 else rating / 15


def bonus(missed: int) -> int:
    return min(BONUS * missed, BONUS_MOST)


class Lichess:
    """Each home region is a pool with its own waves."""

    def __init__(self, mode: Mode) -> None:
        self._full = FULL * mode.seats
        self._pools = [_Pool(mode, region) for region in range(len(REGIONS))]

    def arrive(self, ticket: Ticket, now: float) -> None:
        pool = self._pools[ticket.home]
        pool.waiting[ticket.index] = (ticket, pool.waves)
        pool.players += ticket.size
        if pool.players >= self._full:
            pool.next = now

    def leave(self, ticket: Ticket, now: float) -> None:
        pool = self._pools[ticket.home]
        if pool.waiting.pop(ticket.index, None):
            pool.players -= ticket.size

    def due(self) -> float:
        return min(pool.next for pool in self._pools)

    def wake(self, now: float) -> list[Group]:
        return [group for pool in self._pools if pool.next <= now for group in pool.wave(now)]


class _Pool:
    """`waiting`: by ticket, with the number of waves there had been when it came."""

    def __init__(self, mode: Mode, region: int) -> None:
        self._mode, self._region = mode, region
        self.waiting: dict[int, tuple[Ticket, int]] = {}
        self.players, self.waves, self.next = 0, 0, EVERY

    def wave(self, now: float) -> list[Group]:
        line = sorted(self.waiting.values(), key=lambda entry: entry[0].rating)
        tickets = [ticket for ticket, _ in line]
        bonuses = [bonus(self.waves - joined) for _, joined in line]
        if self._mode.seats == 2:
            chosen = [[tickets[a], tickets[b]] for a, b in pairs([t.rating for t in tickets], bonuses)]
        else:
            chosen = self._groups(tickets, bonuses)
        self.waves += 1
        self.next = now + EVERY
        for members in chosen:
            for member in members:
                del self.waiting[member.index]
                self.players -= member.size
        return [seated(self._mode, members, self._region) for members in chosen]

    def _groups(self, tickets: list[Ticket], bonuses: list[int]) -> list[list[Ticket]]:
        scored = []
        extra = {ticket.index: bonus for ticket, bonus in zip(tickets, bonuses, strict=True)}
        for at, first in enumerate(tickets):
            if members := filled(self._mode, tickets[at : at + AHEAD]):
                score = members[-1].rating - first.rating - min(extra[t.index] for t in members)
                if score <= limit(first.rating):
                    scored.append((score, first.index, members))
        scored.sort()
        used: set[int] = set()
        chosen = []
        for _, _, members in scored:
            if used.isdisjoint(t.index for t in members):
                used.update(t.index for t in members)
                chosen.append(members)
        return chosen


Shape = tuple[tuple[int, int], ...]
SHAPES: tuple[Shape, ...] = (((0, 1),), ((0, 2),), ((0, 2), (1, 3)), ((0, 3), (1, 2)))
"""Pairs among neighbours, from the first of them on; who is not named stays alone."""


def pairs(ratings: list[float], bonuses: list[int]) -> list[tuple[int, int]]:
    """As many pairs as can be, with the lowest sum of scores; `ratings` ascend."""

    def score(a: int, b: int) -> float | None:
        value = ratings[b] - ratings[a] - min(bonuses[a], bonuses[b])
        return value if value <= limit(ratings[a]) else None

    count = len(ratings)
    best = [0.0] * (count + 4)
    choice: list[Shape] = [()] * (count + 4)
    for at in range(count - 2, -1, -1):
        best[at] = best[at + 1]
        for shape in SHAPES:
            width = max(b for _, b in shape) + 1
            if at + width > count:
                continue
            scores = [score(at + a, at + b) for a, b in shape]
            value = best[at + width] + sum(NOBODY + s for s in scores if s is not None)
            if None not in scores and value < best[at]:
                best[at], choice[at] = value, shape
    found, at = [], 0
    while at < count:
        shape = choice[at]
        found += [(at + a, at + b) for a, b in shape]
        at += max((b for _, b in shape), default=0) + 1
    return found
