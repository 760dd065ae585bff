"""One queue: tickets that wait, are proposed or claimed for a match, and leave.

    waiting ──a group fits──> proposed ──all accept──> claimed ──Settled──> out
       │  ^                     │  └──own refusal, or none in time──> out, with a penalty
       │  ├──another's refusal──┘                        │
       │  └──────────────Failed, deadline────────────────┘
       └──Left, away too long──> out

Without an accept step a group is claimed at once. Who waits again keeps his place and the time waited. A
claimed ticket stays in the queue until its match exists, so a node that dies in between loses nobody: after
the deadline the ticket waits again. Times are Unix seconds.

The queue is kept in memory, indexed, so an event costs the tickets it is about and not all of them; what each
changes is told part by part (`lobby.rules.queue_book`), and from the parts it is what it was.
"""

from collections.abc import Mapping

import msgspec

from lobby.rules import proposals
from lobby.rules.matching import QueueRules
from lobby.rules.matching.openings import Openings
from lobby.rules.queue_book import Book, Change
from lobby.rules.queue_events import (
    Accepted,
    Answered,
    Away,
    Back,
    Declined,
    Dropped,
    Effect,
    Entered,
    Event,
    Failed,
    Filled,
    Left,
    Made,
    Making,
    NotProposed,
    Offered,
    Opened,
    Parted,
    Penalised,
    Proposal,
    Proposed,
    QueueFull,
    Settled,
    Swept,
    Ticket,
    Told,
)

LIMIT = 20_000
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
WAITS = 200
"""How many of the last waits are kept, to tell who comes how long it takes."""


class Queue(Book):
    """`step` is one event and what time has brought; or `apply` several, then `advance` once."""

    def __init__(self, rules: QueueRules, turn: int = 0) -> None:
        super().__init__(rules, turn)
        self._doubted: set[str] = set()
        self._claims = 0
        self._openings = Openings(self.matcher)

    def load(self, parts: Mapping[str, bytes], now: float) -> None:
        """Take in what was kept of it, some parts or all."""
        super().load(parts, now)
        for part in parts:
            if part.startswith("t:"):
                self.plan(now, part)
                self._watch(self.tickets[part[2:]])
            elif part.startswith("n:"):
                self.plan(self.penalties[part[2:]].until + proposals.FORGET, part)

    def step(self, event: Event, now: float) -> list[Effect]:
        """What is to be done. Raises as `apply`."""
        effects = self.apply(event, now)
        return effects + self.advance(now)

    def apply(self, event: Event, now: float) -> list[Effect]:
        """Take in what happened. Raises `QueueFull`, `Penalised` and `Unfit` on `Entered`, `NotProposed` on
        `Accepted` and `Declined`; then nothing has changed."""
        match event:
            case Entered(new):
                self._entered(new, now)
            case Left(player, id, excused):
                return self._left(player, id, excused, now)
            case Away(player) | Back(player):
                self._marked(player, isinstance(event, Away), now)
            case Parted(player, other):
                self._parted(player, other, now)
            case Accepted(player, claim):
                if proposals.accepted(self, player, claim):
                    self._doubted.add(claim)
                    return [Answered([seat.player for seat in self.proposals[claim].seats])]
            case Declined(player, claim):
                ticket = self.of(player)
                if claim not in self.proposals or ticket is None or ticket.claim != claim:
                    raise NotProposed
                return proposals.refused(self, claim, frozenset({player}), "declined", now)
            case Settled(claim, ids):
                self._settled(claim, ids, now)
            case Failed(claim, out):
                self._failed(claim, out, now)
            case Opened(opening):
                if self.rules.refills:
                    self._openings.offer(opening, now)
            case Told(ticket):
                self.told(ticket)
            case Swept():
                pass
        return []

    def advance(self, now: float, looks: int | None = None) -> list[Effect]:
        """What time has brought: answers that are late, claims that end, absences, offers; and matches.
        `looks`: after so many looks for a match stop for now; the rest is due."""
        effects: list[Effect] = []
        planned = self.planned(now)
        for part in planned:
            if part.startswith("p:"):
                self._doubted.add(part[2:])
        for claim in sorted(self._doubted):
            effects += self._judged(claim, now)
        self._doubted.clear()
        looked = list(dict.fromkeys([*planned, *self.planned(now)]))
        for part in looked:
            if part.startswith("n:"):
                penalty = self.penalties.get(part[2:])
                if penalty is not None and penalty.until + proposals.FORGET <= now:
                    self.punish(part[2:], None)
            elif part.startswith("t:") and (ticket := self.tickets.get(part[2:])) is not None:
                effects += self._looked_at(ticket, now)
        effects += self._matched(now, looks)
        return effects + [offer for part in looked for offer in self._offers(part, now)]

    def estimate(self) -> float | None:
        """Seconds within which nine of ten of the last matched had their match; None where too few were."""
        waits = sorted(self.waits)
        return waits[min(len(waits) - 1, len(waits) * 9 // 10)] if len(waits) >= 5 else None

    def changed(self) -> Change:
        """The parts that changed since the last call."""
        return self.changes(self.estimate())

    # --- what happened --------------------------------------------------------------------------------

    def _entered(self, new: Ticket, now: float) -> None:
        """A second wish of the same player renews the first, which keeps its place and time; while a match of
        it is being agreed on or made, it changes nothing. The same ticket again changes nothing."""
        for player in new.players:
            penalty = self.penalties.get(player)
            if penalty is not None and penalty.until > now:
                raise Penalised(player, penalty.until - now)
        held = {t.id: t for t in map(self.of, new.players) if t is not None}
        if any(t.id == new.id or t.claim in self.proposals for t in held.values()):
            return
        free = [t.since for t in held.values() if not t.claim and t.players == new.players]
        new = msgspec.structs.replace(new, since=min([new.since, *free]))
        if not held and len(self.tickets) >= LIMIT:
            raise QueueFull
        self.put(new, now)
        for ticket in held.values():
            self.drop(ticket)
        self._watch(new)

    def _left(self, player: str, id: str, excused: bool, now: float) -> list[Effect]:
        ticket = self.of(player)
        if ticket is None or id not in ("", ticket.id):
            return []
        if ticket.claim in self.proposals and not excused:
            return proposals.refused(self, ticket.claim, frozenset({player}), "declined", now)
        self.drop(ticket)
        self._doubted.add(ticket.claim)
        return []

    def _marked(self, player: str, away: bool, now: float) -> None:
        ticket = self.of(player)
        if ticket is None or (player in ticket.away) == away:
            return
        since = now if away else None
        members = [
            msgspec.structs.replace(m, away=since) if m.player == player else m for m in ticket.members
        ]
        new = msgspec.structs.replace(ticket, members=members)
        self.put(new, now)
        self._watch(new)

    def _parted(self, player: str, other: str, now: float) -> None:
        ticket = self.of(player)
        if ticket is None or other in ticket.players or other in ticket.blocks:
            return
        self.put(msgspec.structs.replace(ticket, blocks=ticket.blocks | {other}), now)
        self._doubted.add(ticket.claim)

    def renew(self, now: float) -> None:
        """Matches that another was to make are made from now on: their claims hold as long as ever."""
        for making in list(self.makings.values()):
            for ticket in self.claimed(making.claim):
                new = msgspec.structs.replace(ticket, until=now + CLAIM)
                self.put(new, now)
                self._watch(new)

    def _settled(self, claim: str, ids: frozenset[str], now: float) -> None:
        again = [self.tickets[id] for id in sorted(ids) if id in self.tickets]
        tickets = list({t.id: t for t in [*self.claimed(claim), *again]}.values())
        if tickets:
            waits = [round(max(0.0, now - t.since), 1) for t in tickets]
            self.waited([*self.waits, *waits][-WAITS:])
        for ticket in tickets:
            self.drop(ticket)
            self._doubted.add(ticket.claim)
        self._doubted.add(claim)
        self._openings.decided(claim, taken=True)
        self.made(claim)

    def _failed(self, claim: str, out: frozenset[str], now: float) -> None:
        gone = [self.tickets[id] for id in sorted(out) if id in self.tickets]
        for ticket in gone:
            self.drop(ticket)
            self._doubted.add(ticket.claim)
        if claim not in self.proposals:
            for ticket in self.claimed(claim):
                new = msgspec.structs.replace(ticket, claim="", until=now + HOLD)
                self.put(new, now)
                self._watch(new)
        self._openings.decided(claim, taken=False)
        self.made(claim)

    # --- what time brings -----------------------------------------------------------------------------

    def _watch(self, ticket: Ticket) -> None:
        """Plan when the ticket is to be looked at."""
        moments = [m.away + self._grace(ticket) for m in ticket.members if m.away is not None]
        moments += [ticket.until] if ticket.until else []
        moments += [ticket.since + BOT_AFTER] if not (ticket.offered or ticket.party) else []
        for at in moments:
            self.plan(at, f"t:{ticket.id}")

    def _grace(self, ticket: Ticket) -> float:
        return PARTY_GRACE if ticket.party else GRACE

    def _judged(self, claim: str, now: float) -> list[Effect]:
        """A proposal that all have accepted, or that is late, or cannot be any more."""
        proposal = self.proposals.get(claim)
        if proposal is None:
            return []
        if proposals.all_accept(proposal):
            return [proposals.agreed(self, proposal, now + CLAIM, now)]
        if proposal.until <= now:
            late = {seat.player for seat in proposal.seats}.difference(proposal.accepted)
            return proposals.refused(self, claim, frozenset(late), "missed", now)
        if not proposals.whole(self, proposal):
            return proposals.refused(self, claim, frozenset(), "missed", now)
        return []

    def _looked_at(self, ticket: Ticket, now: float) -> list[Effect]:
        """Its claim ends, its rest, its grace."""
        if ticket.claim and (ticket.claim in self.proposals or ticket.until > now):
            return []
        if ticket.claim:
            self.made(ticket.claim)
            ticket = msgspec.structs.replace(ticket, claim="")
        gone = [
            m.player for m in ticket.members if m.away is not None and now - m.away >= self._grace(ticket)
        ]
        if gone:
            self.drop(self.tickets[ticket.id])
            return [proposals.dropped(self, Dropped(ticket, "away", gone[0]))]
        if ticket != self.tickets[ticket.id] or (ticket.free(now) and ticket.id not in self.matcher):
            self.put(ticket, now)
        return []

    def _offers(self, part: str, now: float) -> list[Effect]:
        ticket = self.tickets.get(part[2:]) if part.startswith("t:") else None
        if ticket is None or ticket.offered or ticket.party or not ticket.free(now):
            return []
        if now - ticket.since < BOT_AFTER:
            return []
        self.put(msgspec.structs.replace(ticket, offered=True), now)
        return [Offered(ticket.player)]

    def _matched(self, now: float, looks: int | None) -> list[Effect]:
        first = self.rules.backfill == "first"
        effects: list[Effect] = self._filled(now) if first else []
        for group in self.matcher.take(now, looks):
            claim = self._claim(group.tickets[0].id, now)
            seats, until = list(group.seats), now + (self.rules.accept or CLAIM)
            for wish in group.tickets:
                self.put(msgspec.structs.replace(self.tickets[wish.id], claim=claim, until=until), now)
                self.plan(until, f"t:{wish.id}")
            if self.rules.accept:
                self.propose(Proposal(claim, until, seats, []))
                effects.append(Proposed(claim, [seat.player for seat in seats]))
            else:
                self.making(Making(claim, seats))
                effects.append(Made(claim, self.claimed(claim), seats))
        return effects if first else [*effects, *self._filled(now)]

    def _claim(self, ticket: str, now: float) -> str:
        self._claims = max(self._claims + 1, int(now * 1000))
        return f"{ticket}@{self._claims}"

    def _filled(self, now: float) -> list[Effect]:
        """Tickets for leavers' seats of running matches. There is no accept step: the seat waits for him."""
        effects: list[Effect] = []
        for wish, seat, opening in self._openings.take(now):
            claim, until = self._claim(wish.id, now), now + CLAIM
            ticket = msgspec.structs.replace(self.tickets[wish.id], claim=claim, until=until)
            self.put(ticket, now)
            self.plan(until, f"t:{wish.id}")
            self._openings.sent(claim, seat, until)
            effects.append(Filled(claim, ticket, seat, opening.players))
        if (at := self._openings.due(now)) is not None:
            self.plan(at, "o:")
        return effects
