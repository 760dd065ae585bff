"""A queue that is kept in memory and part by part does what the plain one does, whatever happens in whatever
order and however often another node takes it over; and nobody is lost on the way."""

from typing import ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from lobby.rules import queue as rules
from lobby.rules import queue_events as events
from lobby.rules.matching import Matcher, QueueRules, Window
from lobby.rules.queue_events import Effect, Event, Proposal, Seeker, Ticket
from tests.support.queue_model import Model
from tests.support.queues import held

PLAYERS = "abcdefgh"
IDS = st.sampled_from([*PLAYERS[:5], "fg", "gh", "ab"])
NARROW = Window(100, 20, 400, 15.0)


class Machine(RuleBasedStateMachine):
    """`parts` is what a store would have."""

    declared: ClassVar[QueueRules]

    def __init__(self) -> None:
        super().__init__()
        self.now, self.count = 1000.0, 0
        self.live, self.model = rules.Queue(self.declared), Model(self.declared)
        self.parts: dict[str, bytes] = {}
        self.claims: list[str] = []
        self.inside: set[str] = set()

    def apply(self, event: Event) -> None:
        before = held(self.live)
        try:
            found = self.live.step(event, self.now)
        except (events.NotProposed, events.Penalised) as error:
            assert held(self.live) == before, "what is refused changes nothing"
            self.refused(event, type(error))
            return
        expected = self.model.step(event, self.now, found)
        for effect in expected:
            if isinstance(effect, events.Proposed) and effect.claim:
                self.take_seats(effect.claim)
        assert sorted(map(repr, found)) == sorted(map(repr, expected))
        assert held(self.live) == self.model.held()
        self.write()
        self.conserve(event, found)

    def refused(self, event: Event, kind: type[Exception]) -> None:
        try:
            self.model.step(event, self.now, [])
        except kind:
            return
        raise AssertionError("the plain one takes it")

    def take_seats(self, claim: str) -> None:
        """Who sits where is the queue's to say."""
        seats, until = self.live.proposals[claim].seats, self.now + self.declared.accept
        self.model.proposals.append(Proposal(claim, until, seats, []))
        self.claims.append(claim)

    def write(self) -> None:
        change = self.live.changed()
        assert not set(change.put) & set(change.gone)
        self.parts |= change.put
        for part in change.gone:
            del self.parts[part]
        assert {part for part in change.put if part.startswith("t:")} == set(change.since)

    def conserve(self, event: Event, found: list[Effect]) -> None:
        now = set(self.live.tickets)
        out = {e.ticket.id for e in found if isinstance(e, events.Dropped)}
        assert out <= self.inside | now
        if not isinstance(event, events.Left | events.Settled | events.Entered | events.Failed):
            assert self.inside - out == now, "a ticket came or went by itself"
        self.inside = now
        self.claims += [e.claim for e in found if isinstance(e, events.Made)]

    @rule(id=IDS, rating=st.sampled_from([1000, 1080, 1200, 1500]))
    def enter(self, id: str, rating: int) -> None:
        self.count += 1
        seekers = [Seeker(player, player, rating) for player in id[: self.declared.largest]]
        party = "party" if len(seekers) > 1 else ""
        self.apply(events.Entered(Ticket(f"{id}{self.count}", seekers, self.now, party)))

    @rule(player=st.sampled_from(PLAYERS), kind=st.sampled_from([events.Left, events.Away, events.Back]))
    def come_and_go(self, player: str, kind: type[events.Left | events.Away | events.Back]) -> None:
        self.apply(kind(player))

    @rule(player=st.sampled_from(PLAYERS), take=st.integers(0, 4), data=st.data())
    def answer(self, player: str, take: int, data: st.DataObject) -> None:
        if self.claims:
            claim = data.draw(st.sampled_from(self.claims[-3:]))
            self.apply(events.Accepted(player, claim) if take else events.Declined(player, claim))

    @rule()
    def all_accept(self) -> None:
        for proposal in list(self.live.proposals.values())[:1]:
            for seat in proposal.seats:
                self.apply(events.Accepted(seat.player, proposal.claim))

    @rule(player=st.sampled_from(PLAYERS), other=st.sampled_from(PLAYERS))
    def part(self, player: str, other: str) -> None:
        if player != other:
            self.apply(events.Parted(player, other))

    @rule(seconds=st.floats(0, 12))
    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.apply(events.Swept())

    @rule(works=st.booleans(), data=st.data())
    def finish(self, works: bool, data: st.DataObject) -> None:
        made = [claim for claim in self.claims[-3:] if claim not in self.live.proposals]
        if made:
            claim = data.draw(st.sampled_from(made))
            out = frozenset(t.id for t in self.live.claimed(claim)[: data.draw(st.integers(0, 1))])
            self.apply(events.Settled(claim) if works else events.Failed(claim, out))

    @rule()
    def take_over(self) -> None:
        """The node is dead; another has what was written."""
        before = held(self.live)
        self.live = rules.Queue(self.declared)
        self.live.load(self.parts, self.now)
        assert held(self.live) == before

    @invariant()
    def nobody_who_fits_waits(self) -> None:
        fresh = Matcher(self.declared)
        for ticket in self.live.tickets.values():
            assert (ticket.id in self.live.matcher) == ticket.free(self.now)
            if ticket.free(self.now):
                fresh.add(ticket.wish(), self.now)
        assert fresh.take(self.now) == []

    @invariant()
    def nobody_is_there_twice(self) -> None:
        players = [player for t in self.live.tickets.values() for player in t.players]
        assert len(players) == len(set(players)) == self.live.players
        for each in (*self.live.proposals.values(), *self.live.makings.values()):
            claimed = [player for t in self.live.claimed(each.claim) for player in t.players]
            assert set(claimed) <= {seat.player for seat in each.seats}, "the match of another"


class Duels(Machine):
    declared = QueueRules("g", "m", 2, 2, window=NARROW)


class AskedDuels(Machine):
    declared = QueueRules("g", "m", 2, 2, window=NARROW, accept=10.0)


class AskedPairs(Machine):
    declared = QueueRules("g", "m", 4, 4, 2, window=Window(100, 50), accept=10.0)


MANY = settings(max_examples=15, stateful_step_count=40)
for machine in (Duels, AskedDuels, AskedPairs):
    machine.TestCase.settings = MANY
TestDuels, TestAskedDuels, TestAskedPairs = Duels.TestCase, AskedDuels.TestCase, AskedPairs.TestCase
