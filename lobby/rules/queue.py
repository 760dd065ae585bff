"""One queue: tickets that wait, are claimed for a match, and leave.

    waiting ──claimed by a group──> claimed ──Settled──> out
       ^  └──Left, away too long──> out │
       └────────Failed, deadline────────┘

A claimed ticket stays in the document until its match exists, so a node that dies in between loses nobody:
the next step after the deadline lets the ticket wait again, with the time it has waited. Times are Unix
seconds.
"""

import msgspec

from lobby.rules.matchmaking import Rule, groups

LIMIT = 1000
"""Tickets in one queue; who comes then is told `busy`."""
GRACE = 5.0
"""Seconds a ticket is kept whose player is away."""
CLAIM = 10.0
"""Seconds a match may take to be made."""
HOLD = 1.0
"""Seconds a ticket rests after its match could not be made."""
BOT_AFTER = 10.0
"""Seconds until the computer offers to play."""


class Ticket(msgspec.Struct, array_like=True, frozen=True):
    """A player's wish. `away`: since when the player has no socket. `claim` with `until`: its match is being
    made; `until` alone: it rests."""

    id: str
    player: str
    name: str
    rating: int
    since: float
    away: float | None = None
    claim: str = ""
    until: float = 0
    offered: bool = False

    def free(self, now: float) -> bool:
        return self.away is None and self.until <= now


class Queue(msgspec.Struct, array_like=True, frozen=True):
    """The document of one (game, mode)."""

    tickets: list[Ticket] = []


class Entered(msgspec.Struct, frozen=True):
    ticket: Ticket


class Left(msgspec.Struct, frozen=True):
    """`id` "" is any ticket of the player."""

    player: str
    id: str = ""


class Away(msgspec.Struct, frozen=True):
    player: str


class Back(msgspec.Struct, frozen=True):
    player: str


class Swept(msgspec.Struct, frozen=True):
    """Time has passed. `away`: those of the queue's players who are not online."""

    away: frozenset[str] = frozenset()


class Settled(msgspec.Struct, frozen=True):
    """The match of this claim exists."""

    claim: str


class Failed(msgspec.Struct, frozen=True):
    """The match of this claim could not be made; the tickets `out` (by id) cannot play at all."""

    claim: str
    out: frozenset[str] = frozenset()


Event = Entered | Left | Away | Back | Swept | Settled | Failed


class Made(msgspec.Struct, frozen=True):
    """Effect: make a match of these tickets, by seat, and say `Settled` or `Failed`."""

    claim: str
    tickets: list[Ticket]
    teams: list[int]


class Dropped(msgspec.Struct, frozen=True):
    """Effect: the ticket's player stayed away and was taken out."""

    ticket: Ticket


class Offered(msgspec.Struct, frozen=True):
    """Effect: offer this player the computer."""

    player: str


Effect = Made | Dropped | Offered


class QueueFull(Exception):
    """The queue has `LIMIT` tickets."""


def step(queue: Queue, event: Event, rule: Rule, now: float) -> tuple[Queue, list[Effect]]:
    """The queue after the event and what is to be done. Raises `QueueFull` on `Entered`."""
    effects: list[Effect] = []
    tickets = _changed(queue.tickets, event, now)
    kept: list[Ticket] = []
    for ticket in tickets:
        if ticket.claim and ticket.until <= now:
            ticket = msgspec.structs.replace(ticket, claim="")
        if not ticket.claim and ticket.away is not None and now - ticket.away >= GRACE:
            effects.append(Dropped(ticket))
            continue
        kept.append(ticket)
    tickets, made = _matched(kept, rule, now)
    effects.extend(made)
    for index, ticket in enumerate(tickets):
        if not ticket.offered and not ticket.claim and ticket.free(now) and now - ticket.since >= BOT_AFTER:
            tickets[index] = msgspec.structs.replace(ticket, offered=True)
            effects.append(Offered(ticket.player))
    return Queue(tickets), effects


def _changed(tickets: list[Ticket], event: Event, now: float) -> list[Ticket]:
    match event:
        case Entered(new):
            return _entered(tickets, new)
        case Left(player, id):
            return [t for t in tickets if t.player != player or (id and t.id != id)]
        case Away(player):
            return [_with(t, away=now) if t.player == player and t.away is None else t for t in tickets]
        case Back(player):
            return [_with(t, away=None) if t.player == player and t.away is not None else t for t in tickets]
        case Swept(away):
            return [_seen(t, t.player in away, now) for t in tickets]
        case Settled(claim):
            return [t for t in tickets if t.claim != claim]
        case Failed(claim, out):
            rested = [
                _with(t, claim="", until=now + HOLD) if t.claim == claim else t
                for t in tickets
                if t.id not in out
            ]
            return rested


def _entered(tickets: list[Ticket], new: Ticket) -> list[Ticket]:
    """A second wish of the same player renews the first, which keeps its place and time."""
    for index, ticket in enumerate(tickets):
        if ticket.player == new.player:
            renewed = new if ticket.claim else _with(new, since=min(ticket.since, new.since))
            return [*tickets[:index], renewed, *tickets[index + 1 :]]
    if len(tickets) >= LIMIT:
        raise QueueFull
    return [*tickets, new]


def _seen(ticket: Ticket, away: bool, now: float) -> Ticket:
    if away and ticket.away is None:
        return _with(ticket, away=now)
    if not away and ticket.away is not None:
        return _with(ticket, away=None)
    return ticket


def _matched(tickets: list[Ticket], rule: Rule, now: float) -> tuple[list[Ticket], list[Made]]:
    made: list[Made] = []
    by_id = {t.id: t for t in tickets}
    for group in groups([t for t in tickets if not t.claim and t.free(now)], rule, now):
        claim = f"{group.tickets[0]}@{int(now * 1000)}"
        for id in group.tickets:
            by_id[id] = _with(by_id[id], claim=claim, until=now + CLAIM)
        made.append(Made(claim, [by_id[id] for id in group.tickets], group.teams))
    return [by_id[t.id] for t in tickets], made


def _with(ticket: Ticket, **changes: object) -> Ticket:
    return msgspec.structs.replace(ticket, **changes)
