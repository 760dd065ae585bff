"""One queue: tickets that wait, are proposed or claimed for a match, and leave.

    waiting ──a group fits──> proposed ──all accept──> claimed ──Settled──> out
       │  ^                     │  └──own refusal, or none in time──> out, with a penalty
       │  ├──another's refusal──┘                        │
       │  └──────────────Failed, deadline────────────────┘
       └──Left, away too long──> out

Without an accept step a group is claimed at once. Who waits again keeps his place and the time waited. A
claimed ticket stays in the document until its match exists, so a node that dies in between loses nobody: the
next step after the deadline lets the ticket wait again. Times are Unix seconds.
"""

from collections.abc import Set

import msgspec

from lobby.rules import proposals
from lobby.rules.matching import Matcher, QueueRules
from lobby.rules.queue_events import (
    Accepted,
    Away,
    Back,
    Declined,
    Dropped,
    Effect,
    Entered,
    Event,
    Failed,
    Left,
    Made,
    NotProposed,
    Offered,
    Parted,
    Penalised,
    Proposal,
    Proposed,
    Queue,
    QueueFull,
    Settled,
    Swept,
    Ticket,
)

LIMIT = 1000
"""Tickets in one queue; who comes then is told `busy`."""
GRACE = 5.0
"""Seconds a ticket is kept whose player is away."""
PARTY_GRACE = 20.0
"""The same of a party, which sees to its members itself."""
CLAIM = 10.0
"""Seconds a match may take to be made."""
HOLD = 1.0
"""Seconds a ticket rests after its match could not be made."""
BOT_AFTER = 10.0
"""Seconds until the computer offers to play."""
WAITS = 50
"""How many of the last waits are kept, to tell who comes how long it takes."""


def step(queue: Queue, event: Event, rules: QueueRules, now: float) -> tuple[Queue, list[Effect]]:
    """The queue after the event and what is to be done.

    Raises `QueueFull` and `Penalised` on `Entered`, `NotProposed` on `Accepted` and `Declined`.
    """
    effects: list[Effect] = []
    claim = _given_up(queue, event)
    if claim and isinstance(event, Declined | Left):
        queue, effects = proposals.refused(queue, claim, frozenset({event.player}), "declined", now)
    else:
        queue = _changed(queue, event, now)
    for proposal in queue.proposals:
        everybody = {seat.player for seat in proposal.seats}
        if everybody <= set(proposal.accepted):
            queue, done = proposals.agreed(queue, proposal, now + CLAIM)
        elif proposal.until <= now or not proposals.whole(queue, proposal):
            late = (
                frozenset(everybody.difference(proposal.accepted)) if proposal.until <= now else frozenset()
            )
            queue, done = proposals.refused(queue, proposal.claim, late, "missed", now)
        else:
            continue
        effects += done
    queue, done = _seen_to(queue, now)
    effects += done
    queue, done = _matched(queue, rules, now)
    effects += done
    queue, done = _offered(queue, now)
    return queue, effects + done


def estimate(queue: Queue) -> float | None:
    """Seconds within which nine of ten of the last matched had their match; None where too few were."""
    waits = sorted(queue.waits)
    return waits[min(len(waits) - 1, len(waits) * 9 // 10)] if len(waits) >= 5 else None


def _changed(queue: Queue, event: Event, now: float) -> Queue:
    match event:
        case Entered(new):
            return _entered(queue, new, now)
        case Left(player, id):
            return proposals.changed(queue, lambda t: None if player in t.players and id in ("", t.id) else t)
        case Away(player):
            return proposals.changed(queue, lambda t: _marked(t, {*t.away, player}, now))
        case Back(player):
            return proposals.changed(queue, lambda t: _marked(t, t.away - {player}, now))
        case Parted(player, other):
            return proposals.changed(queue, lambda t: _parted(t, player, other))
        case Swept(away):
            return proposals.changed(queue, lambda t: _marked(t, away, now))
        case Accepted(player, claim):
            return proposals.accepted(queue, player, claim)
        case Declined():
            raise NotProposed
        case Settled(claim):
            waited = [now - t.since for t in queue.tickets if t.claim == claim]
            waits = [*queue.waits, *(round(max(0.0, w), 1) for w in waited)][-WAITS:]
            return proposals.changed(
                msgspec.structs.replace(queue, waits=waits), lambda t: None if t.claim == claim else t
            )
        case Failed(claim, out):
            return proposals.changed(queue, lambda t: _rested(t, claim, out, now))


def _given_up(queue: Queue, event: Event) -> str:
    """The proposal that ends by this, by the player's own word or by leaving."""
    if not isinstance(event, Declined | Left):
        return ""
    for ticket in queue.tickets:
        if event.player in ticket.players and queue.proposal(ticket.claim) is not None:
            wanted = ticket.claim if isinstance(event, Declined) else ticket.id
            asked = event.claim if isinstance(event, Declined) else event.id or wanted
            return ticket.claim if wanted == asked else ""
    return ""


def _entered(queue: Queue, new: Ticket, now: float) -> Queue:
    """A second wish of the same player renews the first, which keeps its place and time; while a match of it
    is being agreed on or made, it changes nothing. The same ticket again changes nothing."""
    tickets, players = queue.tickets, set(new.players)
    for player in new.players:
        penalty = queue.penalties.get(player)
        if penalty is not None and penalty.until > now:
            raise Penalised(player, penalty.until - now)
    held = [t for t in tickets if not players.isdisjoint(t.players)]
    if any(t.id == new.id or queue.proposal(t.claim) for t in held):
        return queue
    if held:
        free = [t.since for t in held if not t.claim and t.players == new.players]
        new = msgspec.structs.replace(new, since=min([new.since, *free]))
        at = tickets.index(held[0])
        rest = [t for t in tickets if t not in held]
        return msgspec.structs.replace(queue, tickets=[*rest[:at], new, *rest[at:]])
    if len(tickets) >= LIMIT:
        raise QueueFull
    return msgspec.structs.replace(queue, tickets=[*tickets, new])


def _seen_to(queue: Queue, now: float) -> tuple[Queue, list[Effect]]:
    """What only time does: claims end, who is away for long is out, penalties are forgotten."""
    effects: list[Effect] = []

    def kept(ticket: Ticket) -> Ticket | None:
        if ticket.claim and queue.proposal(ticket.claim) is None and ticket.until <= now:
            ticket = msgspec.structs.replace(ticket, claim="")
        grace = PARTY_GRACE if ticket.party else GRACE
        gone = [m.player for m in ticket.members if m.away is not None and now - m.away >= grace]
        if gone and not ticket.claim:
            effects.append(Dropped(ticket, "away", gone[0]))
            return None
        return ticket

    if any(p.until + proposals.FORGET <= now for p in queue.penalties.values()):
        kept_ = {player: p for player, p in queue.penalties.items() if p.until + proposals.FORGET > now}
        queue = msgspec.structs.replace(queue, penalties=kept_)
    return proposals.changed(queue, kept), effects


def _matched(queue: Queue, rules: QueueRules, now: float) -> tuple[Queue, list[Effect]]:
    effects: list[Effect] = []
    matcher = Matcher(rules, turn=int(now * 1000))
    for ticket in sorted(queue.tickets, key=lambda t: (t.since, t.id)):
        if ticket.free(now) and ticket.size <= rules.largest:
            matcher.add(ticket.wish(), now)
    claims: dict[str, tuple[str, float]] = {}
    asked = list(queue.proposals)
    for group in matcher.take(now):
        claim = f"{group.tickets[0].id}@{int(now * 1000)}"
        until = now + (rules.accept or CLAIM)
        claims |= {ticket.id: (claim, until) for ticket in group.tickets}
        if rules.accept:
            asked.append(Proposal(claim, until, list(group.seats), []))
            effects.append(Proposed(claim, [seat.player for seat in group.seats]))
        else:
            effects.append(Made(claim, [], list(group.seats)))
    if not claims:
        return queue, []
    tickets = [
        msgspec.structs.replace(t, claim=claims[t.id][0], until=claims[t.id][1]) if t.id in claims else t
        for t in queue.tickets
    ]
    made = [
        msgspec.structs.replace(e, tickets=[t for t in tickets if t.claim == e.claim])
        if isinstance(e, Made)
        else e
        for e in effects
    ]
    return msgspec.structs.replace(queue, tickets=tickets, proposals=asked), made


def _offered(queue: Queue, now: float) -> tuple[Queue, list[Effect]]:
    effects: list[Effect] = []

    def offered(ticket: Ticket) -> Ticket:
        if ticket.offered or ticket.party or not ticket.free(now) or now - ticket.since < BOT_AFTER:
            return ticket
        effects.append(Offered(ticket.player))
        return msgspec.structs.replace(ticket, offered=True)

    return proposals.changed(queue, offered), effects


def _marked(ticket: Ticket, away: Set[str], now: float) -> Ticket:
    """With exactly these of its members away; who was already is since then."""
    if all((m.player in away) == (m.away is not None) for m in ticket.members):
        return ticket
    members = [
        msgspec.structs.replace(m, away=(now if m.away is None else m.away) if m.player in away else None)
        for m in ticket.members
    ]
    return msgspec.structs.replace(ticket, members=members)


def _parted(ticket: Ticket, player: str, other: str) -> Ticket:
    if player not in ticket.players or other in ticket.players:
        return ticket
    return msgspec.structs.replace(ticket, blocks=ticket.blocks | {other})


def _rested(ticket: Ticket, claim: str, out: frozenset[str], now: float) -> Ticket | None:
    if ticket.id in out:
        return None
    return msgspec.structs.replace(ticket, claim="", until=now + HOLD) if ticket.claim == claim else ticket
