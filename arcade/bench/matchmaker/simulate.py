"""One policy against one stream of tickets, event by event."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

from arcade.bench.matchmaker.policy import Group, Policy
from arcade.bench.matchmaker.world import Mode, Ticket


@dataclass
class Run:
    """`matched`: by a ticket's index, when its match was made, and which; None where it never was."""

    tickets: Sequence[Ticket]
    ended: float
    matched: list[tuple[float, Group] | None]
    groups: list[Group]
    cpu: float


class Unfair(Exception):
    """The policy broke a rule of the world."""


def simulate(policy: Policy, tickets: Sequence[Ticket], mode: Mode, ended: float) -> Run:
    """Raises `Unfair` where a ticket is matched twice, a party split, or a server too far for somebody."""
    run = Run(tickets, ended, [None] * len(tickets), [], 0.0)
    leaving = sorted(tickets, key=lambda ticket: ticket.leaves)
    coming, going, due = 0, 0, policy.due()
    clock = time.process_time
    while True:
        arrival = tickets[coming].at if coming < len(tickets) else math.inf
        while going < len(leaving) and run.matched[leaving[going].index] is not None:
            going += 1
        leave = leaving[going].leaves if going < len(leaving) else math.inf
        now = min(arrival, leave, due)
        if now >= ended:
            return run
        began = clock()
        if due <= now:
            found = policy.wake(now)
            due = policy.due()
            run.cpu += clock() - began
            for group in found:
                _check(run, group, mode)
                run.groups.append(group)
                for team in group.teams:
                    for ticket in team:
                        run.matched[ticket.index] = (now, group)
            continue
        if leave <= arrival:
            ticket = leaving[going]
            going += 1
            if run.matched[ticket.index] is None:
                policy.leave(ticket, now)
        else:
            policy.arrive(tickets[coming], now)
            coming += 1
        due = policy.due()
        run.cpu += clock() - began


def _check(run: Run, group: Group, mode: Mode) -> None:
    if len(group.teams) * mode.team_size != mode.seats:
        raise Unfair(f"{len(group.teams)} teams")
    seen: set[int] = set()
    for team in group.teams:
        seats = 0
        for ticket in team:
            seats += ticket.size
            if run.matched[ticket.index] is not None or ticket.index in seen:
                raise Unfair(f"ticket {ticket.index} is matched twice")
            if not ticket.regions >> group.region & 1:
                raise Unfair(f"ticket {ticket.index} is too far from its server")
            seen.add(ticket.index)
        if seats != mode.team_size:
            raise Unfair(f"a team of {seats}")
