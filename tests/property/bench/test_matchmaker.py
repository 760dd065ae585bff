"""Whoever matches: no ticket twice, no party split, no server too far; the simulation itself would say so."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arcade.bench.matchmaker.cells import POLICIES
from arcade.bench.matchmaker.policy import Group, Policy
from arcade.bench.matchmaker.simulate import Unfair, simulate
from arcade.bench.matchmaker.world import MODES, Mode, Ticket, stream
from tests.support.queueing import ticket

MODE = st.sampled_from(sorted(MODES))


@pytest.mark.parametrize("name", POLICIES)
@given(mode=MODE, rate=st.sampled_from([0.5, 3, 20]), seed=st.integers(0, 10**6))
@settings(max_examples=15, deadline=None)
def test_tickets_are_conserved(name: str, mode: str, rate: float, seed: int) -> None:
    tickets = stream(MODES[mode], rate, 200, seed)
    run = simulate(POLICIES[name](MODES[mode]), tickets, MODES[mode], 260)
    matched = [t.index for group in run.groups for team in group.teams for t in team]
    assert len(matched) == len(set(matched)) == sum(made is not None for made in run.matched)
    for one in tickets:
        if made := run.matched[one.index]:
            assert one.at <= made[0] <= one.leaves


class Fixed:
    """Gives one group, whatever came."""

    def __init__(self, *groups: Group) -> None:
        self._groups = list(groups)
        self._due = float("inf")

    def arrive(self, ticket: Ticket, now: float) -> None:
        self._due = now

    def leave(self, ticket: Ticket, now: float) -> None: ...

    def due(self) -> float:
        return self._due

    def wake(self, now: float) -> list[Group]:
        self._due = float("inf")
        return [self._groups.pop(0)] if self._groups else []


def _told(policy: Policy, mode: Mode, *tickets: Ticket) -> Callable[[], Any]:
    return lambda: simulate(policy, tickets, mode, 10)


def test_the_simulation_sees_what_is_unfair() -> None:
    one, two = MODES["1v1"], MODES["2v2"]
    a, b, far = ticket(0, at=1), ticket(1, at=2), ticket(1, at=2, latencies=(200, 200, 20))
    again = Group([[a], [b]], 0)
    for policy, mode, tickets in (
        (Fixed(Group([[a], [a]], 0)), one, (a, b)),
        (Fixed(again, again), one, (a, b)),
        (Fixed(Group([[a], [far]], 0)), one, (a, far)),
        (Fixed(Group([[a], [b]], 0)), two, (a, b)),
        (Fixed(Group([[a, b]], 0)), two, (a, b)),
    ):
        with pytest.raises(Unfair):
            _told(policy, mode, *tickets)()
