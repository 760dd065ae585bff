"""What the simulation asks of a matchmaker, and what the peers share: filling seats with whole parties."""

import itertools
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from arcade.bench.matchmaker.world import Mode, Ticket


class Group(NamedTuple):
    """A match: the tickets of each team, and the server's region."""

    teams: list[list[Ticket]]
    region: int


class Policy(Protocol):
    """Times are seconds of the simulation and never go back."""

    def arrive(self, ticket: Ticket, now: float) -> None: ...

    def leave(self, ticket: Ticket, now: float) -> None:
        """It gave up; it is waiting."""
        ...

    def due(self) -> float:
        """When `wake` is wanted next; infinity: not before something happens."""
        ...

    def wake(self, now: float) -> list[Group]: ...


def fits(mode: Mode, sums: int, taken: int, size: int) -> int:
    """Whether a party of `size` has a place beside `taken` seats; 0 where it has none.

    Bit n of `sums`: the parties so far can be dealt so that n seats of the first of two teams are taken. The
    answer is `sums` with that party; start with 1.
    """
    if taken + size > mode.seats:
        return 0
    if mode.team_size == 1:
        return 1
    least = max(0, taken + size - mode.team_size)
    return (sums | sums << size) & ((1 << (mode.team_size + 1)) - 1) & -(1 << least)


def filled(mode: Mode, tickets: Iterable[Ticket]) -> list[Ticket] | None:
    """The first tickets, in this order, that fill a match; those that have no place are skipped."""
    if mode.team_size == 1:
        first = list(itertools.islice(tickets, mode.seats))
        return first if len(first) == mode.seats else None
    members: list[Ticket] = []
    sums, taken = 1, 0
    for ticket in tickets:
        if place := fits(mode, sums, taken, ticket.size):
            sums, taken = place, taken + ticket.size
            members.append(ticket)
            if taken == mode.seats:
                return members
    return None


def seated(mode: Mode, members: Sequence[Ticket], region: int) -> Group:
    """Every policy's groups are dealt into teams alike: the most even way that splits no party."""
    if mode.team_size == 1:
        return Group([[ticket] for ticket in members], region)
    first = _even(members, mode.team_size)
    inside = {ticket.index for ticket in first}
    return Group([first, [t for t in members if t.index not in inside]], region)


def _even(members: Sequence[Ticket], team_size: int) -> list[Ticket]:
    """The team of the first member, such that the teams' sums of ratings are as equal as can be."""
    weights = [ticket.rating * ticket.size for ticket in members]
    half = sum(weights) / 2
    best, least = [members[0]], float("inf")
    stack: list[tuple[int, int, float, tuple[int, ...]]] = [(1, members[0].size, weights[0], (0,))]
    while stack:
        at, taken, weight, chosen = stack.pop()
        if taken == team_size:
            if abs(weight - half) < least:
                best, least = [members[n] for n in chosen], abs(weight - half)
            continue
        stack.extend(
            (n + 1, taken + members[n].size, weight + weights[n], (*chosen, n))
            for n in range(at, len(members))
            if taken + members[n].size <= team_size
        )
    return best
