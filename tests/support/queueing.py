"""Tickets of the simulated world, made by hand, and what a policy does with them."""

from collections.abc import Iterable

from arcade.bench.matchmaker.policy import Group, Policy
from arcade.bench.matchmaker.world import Ticket

EVERYWHERE = (30.0, 30.0, 30.0)


def ticket(
    index: int,
    rating: float = 1500.0,
    *,
    at: float = 0.0,
    size: int = 1,
    home: int = 0,
    latencies: tuple[float, float, float] = EVERYWHERE,
    leaves: float = 1e9,
) -> Ticket:
    regions = sum(1 << region for region, ms in enumerate(latencies) if ms <= 120)
    ratings, sigmas = (rating,) * size, (2.0,) * size
    return Ticket(index, at, ratings, sigmas, rating, size, home, latencies, regions, leaves)


def played(policy: Policy, tickets: Iterable[Ticket], until: float) -> list[tuple[float, list[int]]]:
    """When each match was made, and the numbers of its tickets."""
    found: list[tuple[float, list[int]]] = []
    for one in tickets:
        found += _woken(policy, one.at)
        policy.arrive(one, one.at)
    return found + _woken(policy, until)


def _woken(policy: Policy, until: float) -> list[tuple[float, list[int]]]:
    found = []
    while (now := policy.due()) <= until:
        found += [(now, numbers(group)) for group in policy.wake(now)]
    return found


def numbers(group: Group) -> list[int]:
    return sorted(ticket.index for team in group.teams for ticket in team)
