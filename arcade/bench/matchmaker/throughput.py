"""How fast one core matches a crowd that is already there."""

import time
from collections.abc import Callable
from typing import Any

from arcade.bench.matchmaker.policy import Policy
from arcade.bench.matchmaker.world import MODES, Mode, Ticket, stream

WAITING = 10_000


def throughput(
    make: Callable[[Mode], Policy], mode: Mode = MODES["5v5"], waiting: int = WAITING
) -> dict[str, Any]:
    """`waiting` tickets, parties among them, stand in the queue before the first pass; it is called until it
    finds no more. Counted is the CPU of entering them and of all passes."""
    rate = 1000.0
    tickets: list[Ticket] = []
    seconds = waiting / rate * mode.mean_party
    while len(tickets) < waiting:
        seconds *= 1.05
        tickets = stream(mode, rate, seconds, 0)[:waiting]
    policy = make(mode)
    now = tickets[-1].at
    began = time.process_time()
    for ticket in tickets:
        policy.arrive(ticket, ticket.at)
    entered = time.process_time()
    matched = matches = 0
    while found := policy.wake(max(now, policy.due()) if policy.due() < now + 60 else now):
        matches += len(found)
        matched += sum(len(team) for group in found for team in group.teams)
    ended = time.process_time()
    return {
        "waiting": waiting,
        "matched": matched,
        "matches": matches,
        "enter_seconds": round(entered - began, 4),
        "match_seconds": round(ended - entered, 4),
        "tickets_per_second": round(matched / (ended - began), 1),
    }
