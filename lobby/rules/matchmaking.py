"""Who plays with whom: groups of waiting tickets, by rating.

A ticket accepts opponents within a window that widens while it waits; a group forms only if every two of its
members accept each other, so the narrower of two wishes counts. The longest waiting choose first, and choose
the closest. All times are Unix seconds.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Protocol

import msgspec


class Rule(msgspec.Struct, frozen=True):
    """How one queue matches: seats `low` to `high`, `team_size` 0 for everyone for themselves.

    A window of `start` rating points widens by `widen` a second; after `everyone` seconds anyone will do. A
    match with fewer than `high` seats begins once its oldest member has waited `patience` seconds.
    """

    low: int
    high: int
    team_size: int = 0
    start: float = 300
    widen: float = 150
    everyone: float = 8
    patience: float = 5

    def window(self, waited: float) -> float:
        return math.inf if waited >= self.everyone else self.start + self.widen * max(0.0, waited)

    def sizes(self, waited: float) -> Iterator[int]:
        """The numbers of seats a match may have now, largest first."""
        for size in range(self.high, self.low - 1, -1):
            even = not self.team_size or (size % self.team_size == 0 and size > self.team_size)
            if even and (size == self.high or waited >= self.patience):
                yield size


class Rated(Protocol):
    """What matching needs of a ticket."""

    @property
    def id(self) -> str: ...
    @property
    def rating(self) -> int: ...
    @property
    def since(self) -> float: ...


class Group(msgspec.Struct, frozen=True):
    """Tickets that shall play, by seat, and the team of each seat."""

    tickets: list[str]
    teams: list[int]


def groups(tickets: Sequence[Rated], rule: Rule, now: float) -> list[Group]:
    """All matches that can begin now; no ticket is in two of them."""
    pool = sorted(tickets, key=lambda t: (t.rating, t.since, t.id))
    place = {ticket.id: index for index, ticket in enumerate(pool)}
    windows = {ticket.id: rule.window(now - ticket.since) for ticket in pool}
    taken: set[str] = set()
    found = []
    for anchor in sorted(tickets, key=lambda t: (t.since, t.id)):
        if anchor.id in taken:
            continue
        near = list(itertools.islice(_nearest(pool, place[anchor.id], windows, taken), 4 * rule.high))
        for size in rule.sizes(now - anchor.since):
            members = _closest(anchor, near, size, windows)
            if members is not None:
                taken.update(member.id for member in members)
                found.append(_seated(members, rule.team_size, int(now * 1000)))
                break
    return found


def _nearest(pool: list[Rated], at: int, windows: dict[str, float], taken: set[str]) -> Iterator[Rated]:
    """Those who fit `pool[at]` and it them, closest rating first. `pool` is sorted by rating."""
    anchor, low, high = pool[at], at - 1, at + 1
    wish = windows[anchor.id]
    while low >= 0 or high < len(pool):
        below = anchor.rating - pool[low].rating if low >= 0 else math.inf
        above = pool[high].rating - anchor.rating if high < len(pool) else math.inf
        gap = min(below, above)
        if gap > wish:
            return
        if below <= above:
            other, low = pool[low], low - 1
        else:
            other, high = pool[high], high + 1
        if other.id not in taken and gap <= windows[other.id]:
            yield other


def _closest(anchor: Rated, near: list[Rated], size: int, windows: dict[str, float]) -> list[Rated] | None:
    """The group of this size around the anchor with the smallest spread, oldest members first."""
    if len(near) < size - 1:
        return None
    if size <= 2:
        return [anchor, *near[: size - 1]]
    line = sorted([anchor, *near], key=lambda t: (t.rating, t.since, t.id))
    best: list[Rated] | None = None
    least = math.inf
    for low, high in itertools.combinations(range(len(line)), 2):
        spread = line[high].rating - line[low].rating
        if high - low < size - 1 or spread >= least:
            continue
        if not line[low].rating <= anchor.rating <= line[high].rating:
            continue
        fit = [t for t in line[low : high + 1] if windows[t.id] >= spread]
        if len(fit) < size or anchor not in fit:
            continue
        fit.sort(key=lambda t: (t.id != anchor.id, t.since, t.id))
        best, least = fit[:size], spread
    return best


def _seated(members: list[Rated], team_size: int, turn: int) -> Group:
    """Nobody sits first by having waited: `turn`, a running number, says who does."""
    turn %= len(members)
    order = members[turn:] + members[:turn]
    if not team_size:
        return Group([t.id for t in order], list(range(len(order))))
    teams = split([t.rating for t in order], team_size)
    seats = [order[team[row]] for row in range(team_size) for team in teams]
    return Group([t.id for t in seats], seat_teams(len(seats), team_size))


def seat_teams(seats: int, team_size: int) -> list[int]:
    """The team of each seat: neighbours sit in different teams; without teams each seat is its own."""
    return [seat % (seats // team_size) if team_size else seat for seat in range(seats)]


def split(ratings: list[int], team_size: int) -> list[list[int]]:
    """Teams of indexes whose rating sums are as equal as can be: all splits are tried up to eight seats."""
    if len(ratings) > 8:
        return _snake(ratings, team_size)
    whole = tuple(range(len(ratings)))
    return min(_splits(whole, team_size), key=lambda teams: (_unevenness(teams, ratings), teams))


def _unevenness(teams: list[list[int]], ratings: list[int]) -> int:
    sums = [sum(ratings[index] for index in team) for team in teams]
    return max(sums) - min(sums)


def _splits(rest: tuple[int, ...], team_size: int) -> Iterator[list[list[int]]]:
    if not rest:
        yield []
        return
    for others in itertools.combinations(rest[1:], team_size - 1):
        team = (rest[0], *others)
        for more in _splits(tuple(i for i in rest if i not in team), team_size):
            yield [list(team), *more]


def _snake(ratings: list[int], team_size: int) -> list[list[int]]:
    count = len(ratings) // team_size
    teams: list[list[int]] = [[] for _ in range(count)]
    for rank, index in enumerate(sorted(range(len(ratings)), key=lambda i: -ratings[i])):
        row, column = divmod(rank, count)
        teams[column if row % 2 == 0 else count - 1 - column].append(index)
    return teams
