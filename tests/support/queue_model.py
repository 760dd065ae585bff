"""What a queue does, said plainly: lists that are gone through from end to end at each step.

Which groups fit is not the model's to say: it takes those that the queue found, and checks them.
"""

from collections.abc import Callable

from msgspec.structs import replace

from lobby.rules import proposals
from lobby.rules import queue as rules
from lobby.rules import queue_events as events
from lobby.rules.matching import QueueRules
from lobby.rules.queue_events import Effect, Event, Making, Penalty, Proposal, Ticket
from tests.support.queues import Queue

Change = Callable[[Ticket], Ticket | None]


class Model:
    """`step` with what the queue itself answered; AssertionError where it may not."""

    def __init__(self, declared: QueueRules) -> None:
        self.declared = declared
        self.tickets: list[Ticket] = []
        self.proposals: list[Proposal] = []
        self.penalties: dict[str, Penalty] = {}
        self.waits: list[float] = []
        self.makings: dict[str, Making] = {}
        self.effects: list[Effect] = []

    def held(self) -> Queue:
        makings = sorted(self.makings.values(), key=lambda m: m.claim)
        tickets = sorted(self.tickets, key=lambda t: (t.since, t.id))
        asked = sorted(self.proposals, key=lambda p: p.claim)
        return Queue(tickets, asked, dict(self.penalties), list(self.waits), makings)

    def step(self, event: Event, now: float, found: list[Effect]) -> list[Effect]:
        """The effects; `found`: the queue's. Raises as the queue does."""
        self.effects = []
        self._apply(event, now)
        for proposal in list(self.proposals):
            everybody = {seat.player for seat in proposal.seats}
            late = everybody.difference(proposal.accepted)
            if not late:
                self._agreed(proposal, now)
            elif proposal.until <= now:
                self._refused(proposal, late, "missed", now)
            elif not self._whole(proposal):
                self._refused(proposal, set(), "missed", now)
        self.penalties = {p: v for p, v in self.penalties.items() if v.until + proposals.FORGET > now}
        self._each(lambda t: self._seen_to(t, now))
        for effect in found:
            known = {p.claim for p in self.proposals} | set(self.makings)
            if isinstance(effect, events.Made | events.Proposed) and effect.claim not in {"", *known}:
                self._found(effect, now)
        self._each(lambda t: self._offered(t, now))
        return self.effects

    def _each(self, change: Change) -> None:
        self.tickets = [new for new in map(change, self.tickets) if new is not None]

    def _of(self, player: str) -> Ticket | None:
        return next((t for t in self.tickets if player in t.players), None)

    def _proposal(self, claim: str) -> Proposal | None:
        return next((p for p in self.proposals if p.claim == claim), None)

    def _apply(self, event: Event, now: float) -> None:
        match event:
            case events.Entered(new):
                self._entered(new, now)
            case events.Left(player, id):
                ticket = self._of(player)
                if ticket is None or id not in ("", ticket.id):
                    return
                if (proposal := self._proposal(ticket.claim)) is not None:
                    self._refused(proposal, {player}, "declined", now)
                else:
                    self.tickets.remove(ticket)
            case events.Declined(player, claim):
                ticket, proposal = self._of(player), self._proposal(claim)
                if ticket is None or proposal is None or ticket.claim != claim:
                    raise events.NotProposed
                self._refused(proposal, {player}, "declined", now)
            case events.Accepted(player, claim):
                self._accepted(player, claim)
            case events.Away(player) | events.Back(player):
                since = now if isinstance(event, events.Away) else None
                self._each(lambda t: _marked(t, player, since))
            case events.Parted(player, other):
                self._each(
                    lambda t: (
                        replace(t, blocks=t.blocks | {other})
                        if player in t.players and other not in t.players
                        else t
                    )
                )
            case events.Settled(claim):
                waited = [t for t in self.held().tickets if t.claim == claim]
                self.waits += [round(max(0.0, now - t.since), 1) for t in waited]
                self.waits = self.waits[-rules.WAITS :]
                self._each(lambda t: None if t.claim == claim else t)
                self.makings.pop(claim, None)
            case events.Failed(claim, out):
                self._each(lambda t: None if t.id in out else t)
                if self._proposal(claim) is None:
                    rests = {"claim": "", "until": now + rules.HOLD}
                    self._each(lambda t: replace(t, **rests) if t.claim == claim else t)
                self.makings.pop(claim, None)

    def _entered(self, new: Ticket, now: float) -> None:
        for player in new.players:
            if player in self.penalties and self.penalties[player].until > now:
                raise events.Penalised(player, self.penalties[player].until - now)
        held = [t for t in self.tickets if not set(new.players).isdisjoint(t.players)]
        if any(t.id == new.id or self._proposal(t.claim) for t in held):
            return
        same = [t.since for t in held if not t.claim and t.players == new.players]
        self.tickets = [t for t in self.tickets if t not in held]
        self.tickets.append(replace(new, since=min([new.since, *same])))

    def _accepted(self, player: str, claim: str) -> None:
        proposal, ticket = self._proposal(claim), self._of(player)
        if proposal is None:
            if not claim or ticket is None or ticket.claim != claim:
                raise events.NotProposed
            return
        if player not in {seat.player for seat in proposal.seats}:
            raise events.NotProposed
        if player not in proposal.accepted:
            new = replace(proposal, accepted=[*proposal.accepted, player])
            self.proposals[self.proposals.index(proposal)] = new
            self.effects.append(events.Answered([seat.player for seat in proposal.seats]))

    def _agreed(self, proposal: Proposal, now: float) -> None:
        claim = proposal.claim
        self.proposals.remove(proposal)
        self._each(lambda t: replace(t, until=now + rules.CLAIM) if t.claim == claim else t)
        self.makings[claim] = Making(claim, proposal.seats)
        tickets = [t for t in self.held().tickets if t.claim == claim]
        self.effects.append(events.Made(claim, tickets, proposal.seats))

    def _refused(self, proposal: Proposal, by: set[str], code: str, now: float) -> None:
        self.proposals.remove(proposal)
        for player in by:
            old = self.penalties.get(player, Penalty(0, 0.0))
            count = old.count + 1 if old.until + proposals.FORGET > now else 1
            seconds = min(proposals.PENALTY_MOST, proposals.PENALTY * 2 ** (count - 1))
            self.penalties[player] = Penalty(count, now + seconds)
        again: list[str] = []
        for ticket in [t for t in self.held().tickets if t.claim == proposal.claim]:
            guilty = [player for player in ticket.players if player in by]
            self.tickets.remove(ticket)
            if guilty:
                self.effects.append(events.Dropped(ticket, code, guilty[0]))
            else:
                self.tickets.append(replace(ticket, claim="", until=0.0))
                again += ticket.players
        self.effects.append(events.Proposed("", again))

    def _whole(self, proposal: Proposal) -> bool:
        tickets = [t for t in self.tickets if t.claim == proposal.claim]
        there = {player for t in tickets for player in t.players}
        return there == {seat.player for seat in proposal.seats} and all(
            t.blocks.isdisjoint(there.difference(t.players)) for t in tickets
        )

    def _seen_to(self, ticket: Ticket, now: float) -> Ticket | None:
        if ticket.claim and self._proposal(ticket.claim) is None and ticket.until <= now:
            self.makings.pop(ticket.claim, None)
            ticket = replace(ticket, claim="")
        grace = rules.PARTY_GRACE if ticket.party else rules.GRACE
        gone = [m.player for m in ticket.members if m.away is not None and now - m.away >= grace]
        if gone and not ticket.claim:
            self.effects.append(events.Dropped(ticket, "away", gone[0]))
            return None
        return ticket

    def _found(self, effect: events.Made | events.Proposed, now: float) -> None:
        """A group that the queue found: it is of tickets that may be matched and whole."""
        seats = effect.seats if isinstance(effect, events.Made) else effect.players
        players = [seat if isinstance(seat, str) else seat.player for seat in seats]
        tickets = [t for t in self.held().tickets if not set(players).isdisjoint(t.players)]
        assert all(t.free(now) for t in tickets), "somebody was matched who does not wait"
        assert sorted(players) == sorted(p for t in tickets for p in t.players), "a party is split"
        assert len(players) in self.declared.sizes()
        for t in tickets:
            assert t.blocks.isdisjoint(set(players).difference(t.players)), "one was matched with one blocked"
        until = now + (self.declared.accept or rules.CLAIM)
        claimed = {t.id for t in tickets}
        self._each(lambda t: replace(t, claim=effect.claim, until=until) if t.id in claimed else t)
        self.effects.append(effect)
        if isinstance(effect, events.Made):
            assert self.declared.accept == 0
            self.makings[effect.claim] = Making(effect.claim, effect.seats)

    def _offered(self, ticket: Ticket, now: float) -> Ticket:
        late = now - ticket.since >= rules.BOT_AFTER
        if ticket.offered or ticket.party or not ticket.free(now) or not late:
            return ticket
        self.effects.append(events.Offered(ticket.player))
        return replace(ticket, offered=True)


def _marked(ticket: Ticket, player: str, since: float | None) -> Ticket:
    if player not in ticket.players or (player in ticket.away) == (since is not None):
        return ticket
    members = [replace(m, away=since) if m.player == player else m for m in ticket.members]
    return replace(ticket, members=members)
