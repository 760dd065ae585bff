"""The accept step: a match is proposed to its players, and begins only if all take it.

Who declines it, leaves, or says nothing in time is out of the queue and stays out for a while, longer each
time; the others wait again as if nothing had happened.
"""

import msgspec

from lobby.rules.queue_book import Book
from lobby.rules.queue_events import Dropped, Effect, Made, Making, NotProposed, Penalty, Proposal, Proposed

PENALTY, PENALTY_MOST = 10.0, 600.0
"""Seconds without the queue for refusing a match: doubled with each further one, and the most."""
FORGET = 3600.0
"""Seconds after a penalty until it is forgotten."""


def accepted(book: Book, player: str, claim: str) -> bool:
    """Whether this is news. Raises `NotProposed`."""
    proposal = book.proposals.get(claim)
    if proposal is None:
        ticket = book.of(player)
        if claim and ticket is not None and ticket.claim == claim:
            return False  # all have accepted already
        raise NotProposed
    if player not in {seat.player for seat in proposal.seats}:
        raise NotProposed
    if player in proposal.accepted:
        return False
    book.propose(msgspec.structs.replace(proposal, accepted=[*proposal.accepted, player]))
    return True


def all_accept(proposal: Proposal) -> bool:
    return {seat.player for seat in proposal.seats} <= set(proposal.accepted)


def agreed(book: Book, proposal: Proposal, until: float, now: float) -> Made:
    """All have taken it: it is to be made until then."""
    book.unpropose(proposal.claim)
    for ticket in book.claimed(proposal.claim):
        book.put(msgspec.structs.replace(ticket, until=until), now)
        book.plan(until, f"t:{ticket.id}")
    book.making(Making(proposal.claim, proposal.seats))
    return Made(proposal.claim, book.claimed(proposal.claim), proposal.seats)


def refused(book: Book, claim: str, by: frozenset[str], code: str, now: float) -> list[Effect]:
    """The proposal is over: the tickets of those who refused are out, the others wait again."""
    proposal = book.unpropose(claim)
    for player in sorted(by):
        old = book.penalties.get(player, Penalty(0, 0.0))
        count = old.count + 1 if old.until + FORGET > now else 1
        until = now + min(PENALTY_MOST, PENALTY * 2 ** (count - 1))
        book.punish(player, Penalty(count, until), until + FORGET)
    effects: list[Effect] = []
    again: list[str] = []
    inside = {seat.player for seat in proposal.seats}
    for ticket in book.claimed(claim):
        guilty = next((player for player in ticket.players if player in by), None)
        if guilty is not None:
            book.drop(ticket)
            effects.append(dropped(book, Dropped(ticket, code, guilty)))
            continue
        book.put(msgspec.structs.replace(ticket, claim="", until=0.0), now)
        book.plan(now, f"t:{ticket.id}")
        if not inside.isdisjoint(ticket.players):
            again += ticket.players
    return [*effects, Proposed("", again)]


def dropped(book: Book, effect: Dropped) -> Dropped:
    """A ticket was let go, and its players are to be told."""
    book.owe(effect)
    return effect


def whole(book: Book, proposal: Proposal) -> bool:
    """Its players are all there, and none of them does not play with another by now."""
    tickets = book.claimed(proposal.claim)
    there = {player for t in tickets for player in t.players}
    return all(seat.player in there for seat in proposal.seats) and all(
        t.blocks.isdisjoint(there.difference(t.players)) for t in tickets
    )
