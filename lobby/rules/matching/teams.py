"""Parting a group into teams: parties whole, as even as can be."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from lobby.rules.matching.ticket import Member, Ticket

TRIED = 4000
"""Ways to part that are tried; 5 against 5 has at most 126."""


def split(
    tickets: Sequence[Ticket], team_size: int, roles: Mapping[str, int] | None = None
) -> list[list[Ticket]] | None:
    """The teams: of all ways with the parties whole and every role filled, first those whose teams have the
    most equal largest parties, then the one with the most equal strengths. None where there is no way."""
    if not team_size:
        return [[ticket] for ticket in tickets]
    order = sorted(tickets, key=lambda t: (-t.size, t.rating, t.id))
    sums = [sum(member.strength[0] for member in ticket.members) for ticket in order]
    best: tuple[int, float] | None = None
    found: tuple[int, ...] | None = None
    sizes = tuple(ticket.size for ticket in order)
    for way in _ways(sizes, team_size):
        mus = [0.0] * (max(way) + 1)
        for team, mu in zip(way, sums, strict=True):
            mus[team] += mu
        score = (_uneven(sizes, way), round(max(mus) - min(mus), 9))
        if best is not None and score >= best:
            continue
        if roles and not all(assign(_members(order, way, team), roles) for team in range(len(mus))):
            continue
        best, found = score, way
    if found is None:
        return None
    teams: list[list[Ticket]] = [[] for _ in range(max(found) + 1)]
    for team, ticket in zip(found, order, strict=True):
        teams[team].append(ticket)
    return teams


def assign(members: Sequence[Member], roles: Mapping[str, int]) -> list[str] | None:
    """A role for each member that the member would play, each role filled as often as named; None where it
    cannot be done."""
    seats = [role for role, count in roles.items() for _ in range(count)]
    holder: dict[int, int] = {}

    def place(who: int, seen: set[int]) -> bool:
        wish = members[who].roles
        for seat, role in enumerate(seats):
            if seat in seen or (wish and role not in wish):
                continue
            seen.add(seat)
            if seat not in holder or place(holder[seat], seen):
                holder[seat] = who
                return True
        return False

    if len(seats) < len(members) or not all(place(who, set()) for who in range(len(members))):
        return None
    given = {who: seats[seat] for seat, who in holder.items()}
    return [given[who] for who in range(len(members))]


def _members(order: Sequence[Ticket], way: Sequence[int], team: int) -> list[Member]:
    return [m for ticket, t in zip(order, way, strict=True) if t == team for m in ticket.members]


def _uneven(sizes: Sequence[int], way: Sequence[int]) -> int:
    largest: dict[int, int] = {}
    for size, team in zip(sizes, way, strict=True):
        largest.setdefault(team, size)
    return max(largest.values()) - min(largest.values())


@lru_cache(maxsize=4096)
def _ways(sizes: tuple[int, ...], team_size: int) -> tuple[tuple[int, ...], ...]:
    """The team of each ticket, in every way that fills all teams; teams have no names, so the first of each
    opens it."""
    ways: list[tuple[int, ...]] = []
    for way in _place(sizes, team_size, [], [0] * (sum(sizes) // team_size)):
        ways.append(way)
        if len(ways) >= TRIED:
            break
    return tuple(ways)


def _place(
    sizes: tuple[int, ...], team_size: int, way: list[int], full: list[int]
) -> Iterator[tuple[int, ...]]:
    if len(way) == len(sizes):
        yield tuple(way)
        return
    size = sizes[len(way)]
    for team, filled in enumerate(full):
        if filled + size <= team_size:
            full[team] += size
            way.append(team)
            yield from _place(sizes, team_size, way, full)
            way.pop()
            full[team] -= size
        if not filled:
            break
