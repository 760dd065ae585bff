"""The accept step: a match is proposed to its players, and begins only if all take it.

Who declines it, leaves, or says nothing in time is out of the queue and stays out for a while, longer each
time; the others wait again as if nothing had happened.
"""

from collections.abc import Callable

import msgspec

from lobby.rules.queue_events import (
    Dropped,
    Effect,
    Made,
    NotProposed,
    Penalty,
    Proposal,
    Proposed,
    Queue,
    Ticket,
)

PENALTY, PENALTY_MOST = 10.0, 600.0
"""Seconds without the queue for refusing a match: doubled with each further one, and the most."""
FORGET = 3600.0
"""Seconds after a penalty until it is forgotten."""


def accepted(queue: Queue, player: str, claim: str) -> Queue:
    proposal = queue.proposal(claim)
    if proposal is None:
        if claim and any(t.claim == claim and player in t.players for t in queue.tickets):
            return queue  # all have accepted already
        raise NotProposed
    if player not in {seat.player for seat in proposal.seats}:
        raise NotProposed
    if player in proposal.accepted:
        return queue
    new = msgspec.structs.replace(proposal, accepted=[*proposal.accepted, player])
    return msgspec.structs.replace(queue, proposals=[new if p is proposal else p for p in queue.proposals])


def agreed(queue: Queue, proposal: Proposal, until: float) -> tuple[Queue, list[Effect]]:
    claim = proposal.claim
    queue = msgspec.structs.replace(queue, proposals=[p for p in queue.proposals if p.claim != claim])
    queue = changed(queue, lambda t: msgspec.structs.replace(t, until=until) if t.claim == claim else t)
    return queue, [Made(claim, [t for t in queue.tickets if t.claim == claim], proposal.seats)]


def refused(
    queue: Queue, claim: str, by: frozenset[str], code: str, now: float
) -> tuple[Queue, list[Effect]]:
    """The proposal is over: the tickets of those who refused are out, the others wait again."""
    proposal = queue.proposal(claim)
    effects: list[Effect] = []
    penalties = dict(queue.penalties)
    for player in sorted(by):
        old = penalties.get(player, Penalty(0, 0.0))
        count = old.count + 1 if old.until + FORGET > now else 1
        penalties[player] = Penalty(count, now + min(PENALTY_MOST, PENALTY * 2 ** (count - 1)))

    def freed(ticket: Ticket) -> Ticket | None:
        if ticket.claim != claim:
            return ticket
        guilty = next((player for player in ticket.players if player in by), None)
        if guilty is not None:
            effects.append(Dropped(ticket, code, guilty))
            return None
        return msgspec.structs.replace(ticket, claim="", until=0)

    rest = [p for p in queue.proposals if p is not proposal]
    queue = msgspec.structs.replace(queue, proposals=rest, penalties=penalties)
    queue = changed(queue, freed)
    inside = {seat.player for seat in proposal.seats} if proposal else set()
    again = [t for t in queue.tickets if not inside.isdisjoint(t.players)]
    return queue, [*effects, Proposed("", [player for t in again for player in t.players])]


def whole(queue: Queue, proposal: Proposal) -> bool:
    """Its players are all there, and none of them does not play with another by now."""
    tickets = [t for t in queue.tickets if t.claim == proposal.claim]
    there = {player for t in tickets for player in t.players}
    return all(seat.player in there for seat in proposal.seats) and all(
        t.blocks.isdisjoint(there.difference(t.players)) for t in tickets
    )


def changed(queue: Queue, change: Callable[[Ticket], Ticket | None]) -> Queue:
    tickets = [new for new in map(change, queue.tickets) if new is not None]
    return msgspec.structs.replace(queue, tickets=tickets)
