"""The accept step: all or none, and who refuses is out for a while."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from lobby.rules import proposals
from lobby.rules import queue_events as events
from lobby.rules.matching import QueueRules
from lobby.rules.queue import Queue as Live
from lobby.rules.queue_events import Seeker, Ticket
from tests.support.queues import Queue, loaded, step

DUEL = QueueRules("g", "m", 2, 2, accept=10.0)
PAIRS = QueueRules("g", "m", 4, 4, 2, accept=10.0)


def ticket(id: str, since: float = 0.0, party: str = "") -> Ticket:
    return Ticket(id, [Seeker(player, player, 1500) for player in id], since, party)


def proposed(*ids: str, rules: QueueRules = DUEL) -> tuple[Queue, str]:
    queue = Queue()
    for id in ids:
        queue, effects = step(queue, events.Entered(ticket(id)), rules, 0.0)
    (effect,) = effects
    assert isinstance(effect, events.Proposed)
    assert sorted(effect.players) == sorted("".join(ids))
    return queue, effect.claim


def test_the_match_is_made_when_all_have_accepted() -> None:
    queue, claim = proposed("a", "b")
    queue, effects = step(queue, events.Accepted("a", claim), DUEL, 1.0)
    assert effects == [events.Answered(["a", "b"])]
    assert step(queue, events.Accepted("a", claim), DUEL, 1.5) == (queue, []), "said again"
    queue, (_, made) = step(queue, events.Accepted("b", claim), DUEL, 2.0)
    assert isinstance(made, events.Made)
    assert (made.claim, sorted(seat.player for seat in made.seats)) == (claim, ["a", "b"])
    assert step(queue, events.Accepted("b", claim), DUEL, 2.5) == (queue, []), "said again when it is decided"
    with pytest.raises(events.NotProposed):
        step(queue, events.Declined("a", claim), DUEL, 2.5)
    assert step(queue, events.Settled(claim), DUEL, 3.0)[0].tickets == []


def test_a_match_proposed_to_one_who_blocks_the_other_is_off_and_nobody_is_to_blame() -> None:
    queue, claim = proposed("a", "b")
    queue, effects = step(queue, events.Parted("b", "a"), DUEL, 1.0)
    assert effects == [events.Proposed("", ["a", "b"])]
    assert [(t.id, t.since, t.claim) for t in queue.tickets] == [("a", 0.0, ""), ("b", 0.0, "")]
    assert (queue.penalties, queue.proposals) == ({}, [])
    with pytest.raises(events.NotProposed):
        step(queue, events.Accepted("a", claim), DUEL, 2.0)


def test_who_declines_is_out_and_the_others_keep_place_and_time() -> None:
    queue, claim = proposed("a", "b")
    queue, _ = step(queue, events.Accepted("a", claim), DUEL, 1.0)
    queue, effects = step(queue, events.Declined("b", claim), DUEL, 2.0)
    assert [(t.id, t.since, t.claim) for t in queue.tickets] == [("a", 0.0, "")]
    (dropped, told) = effects
    assert isinstance(dropped, events.Dropped)
    assert (dropped.ticket.id, dropped.code, dropped.player) == ("b", "declined", "b")
    assert told == events.Proposed("", ["a"])
    with pytest.raises(events.Penalised) as refused:
        step(queue, events.Entered(ticket("b", 3.0)), DUEL, 3.0)
    assert (refused.value.player, refused.value.seconds) == ("b", 9.0)
    again, _ = step(queue, events.Entered(ticket("b", 12.0)), DUEL, 12.0)
    assert len(again.proposals) == 1


def test_leaving_while_asked_is_declining() -> None:
    queue, _ = proposed("a", "b")
    queue, _ = step(queue, events.Left("b"), DUEL, 2.0)
    assert [t.id for t in queue.tickets] == ["a"]
    assert queue.penalties["b"].count == 1


def test_leaving_by_another_s_doing_is_not() -> None:
    queue, _ = proposed("a", "b")
    queue, effects = step(queue, events.Left("b", excused=True), DUEL, 2.0)
    assert [(t.id, t.since, t.claim) for t in queue.tickets] == [("a", 0.0, "")]
    assert (queue.penalties, queue.proposals) == ({}, [])
    assert effects == [events.Proposed("", ["a"])]


def test_who_has_been_away_for_long_when_a_match_is_off_is_out() -> None:
    live = Live(DUEL)
    for id in "ab":
        effects = live.step(events.Entered(ticket(id)), 0.0)
    (asked,) = effects
    assert isinstance(asked, events.Proposed)
    assert live.step(events.Away("a"), 1.0) == live.step(events.Swept(), 7.0) == []
    told = live.step(events.Declined("b", asked.claim), 8.0)
    assert [(e.ticket.id, e.code) for e in told if isinstance(e, events.Dropped)] == [
        ("b", "declined"),
        ("a", "away"),
    ]


def test_who_does_not_answer_is_out_at_the_deadline() -> None:
    queue, claim = proposed("a", "b")
    queue, _ = step(queue, events.Accepted("a", claim), DUEL, 1.0)
    assert step(queue, events.Swept(), DUEL, 9.9)[0] == queue
    queue, (dropped, *_) = step(queue, events.Swept(), DUEL, 10.0)
    assert isinstance(dropped, events.Dropped)
    assert (dropped.code, dropped.player) == ("missed", "b")
    assert [t.id for t in queue.tickets] == ["a"]
    with pytest.raises(events.NotProposed):
        step(queue, events.Accepted("b", claim), DUEL, 10.0)


def test_a_party_goes_as_a_whole_because_of_one() -> None:
    queue, claim = proposed("ab", "cd", rules=PAIRS)
    for player in "abc":
        queue, _ = step(queue, events.Accepted(player, claim), PAIRS, 1.0)
    queue, effects = step(queue, events.Declined("d", claim), PAIRS, 2.0)
    assert [t.id for t in queue.tickets] == ["ab"]
    assert [(e.ticket.id, e.player) for e in effects if isinstance(e, events.Dropped)] == [("cd", "d")]
    assert set(queue.penalties) == {"d"}, "the other of the party has done nothing"


def test_penalties_grow_and_are_forgotten() -> None:
    queue, now, seconds = Queue(), 0.0, []
    for _ in range(8):
        for id in "ab":
            queue, _ = step(queue, events.Entered(ticket(id, now)), DUEL, now)
        queue, _ = step(queue, events.Declined("b", queue.proposals[0].claim), DUEL, now)
        seconds.append(queue.penalties["b"].until - now)
        now = queue.penalties["b"].until
    assert seconds == [10, 20, 40, 80, 160, 320, 600, 600]
    queue, _ = step(queue, events.Swept(), DUEL, now + proposals.FORGET)
    assert queue.penalties == {}


def test_someone_else_cannot_answer() -> None:
    queue, claim = proposed("a", "b")
    for event in (events.Accepted("c", claim), events.Declined("c", claim), events.Accepted("a", "other")):
        with pytest.raises(events.NotProposed):
            step(queue, event, DUEL, 1.0)


def test_the_estimate_is_what_nine_of_ten_had_waited() -> None:
    assert loaded(Queue(waits=[1.0] * 4), DUEL, 0.0).estimate() is None
    assert loaded(Queue(waits=[float(n) for n in range(1, 21)]), DUEL, 0.0).estimate() == 19.0


class AcceptMachine(RuleBasedStateMachine):
    """Whatever is said in whatever order: tickets are kept, let go once, or in one match."""

    def __init__(self) -> None:
        super().__init__()
        self.queue, self.now, self.count = Queue(), 0.0, 0
        self.inside: set[str] = set()
        self.claims: list[str] = []

    def apply(self, event: events.Event) -> None:
        before = {t.id: t.since for t in self.queue.tickets}
        try:
            self.queue, effects = step(self.queue, event, PAIRS, self.now)
        except (events.NotProposed, events.Penalised):
            return
        if isinstance(event, events.Entered):
            self.inside = {id for id in self.inside if id in {t.id for t in self.queue.tickets}}
            self.inside |= {t.id for t in self.queue.tickets}
        for effect in effects:
            if isinstance(effect, events.Dropped):
                assert effect.ticket.id in self.inside
                self.inside.discard(effect.ticket.id)
            elif isinstance(effect, events.Made):
                players = sorted(player for t in effect.tickets for player in t.players)
                assert players == sorted(seat.player for seat in effect.seats)
            elif isinstance(effect, events.Proposed) and effect.claim:
                self.claims.append(effect.claim)
        if isinstance(event, events.Settled | events.Left):
            self.inside &= {t.id for t in self.queue.tickets}
        for t in self.queue.tickets:
            assert t.since == before.get(t.id, t.since), "the time waited is kept"

    @rule(id=st.sampled_from(["a", "b", "c", "d", "ef", "gh"]))
    def enter(self, id: str) -> None:
        self.count += 1
        seekers = [Seeker(player, player, 1500) for player in id]
        self.apply(events.Entered(Ticket(f"{id}{self.count}", seekers, self.now, id if id[1:] else "")))

    @rule(player=st.sampled_from("abcdefgh"), take=st.booleans(), data=st.data())
    def answer(self, player: str, take: bool, data: st.DataObject) -> None:
        if self.claims:
            claim = data.draw(st.sampled_from(self.claims[-3:]))
            self.apply(events.Accepted(player, claim) if take else events.Declined(player, claim))

    @rule(player=st.sampled_from("abcdefgh"))
    def leave(self, player: str) -> None:
        self.apply(events.Left(player))

    @rule(player=st.sampled_from("abcdefgh"), other=st.sampled_from("abcdefgh"))
    def part(self, player: str, other: str) -> None:
        if player != other:
            self.apply(events.Parted(player, other))

    @rule(seconds=st.floats(0, 12))
    def sweep(self, seconds: float) -> None:
        self.now += seconds
        self.apply(events.Swept())

    @rule(works=st.booleans())
    def finish(self, works: bool) -> None:
        if self.claims:
            claim = self.claims[-1]
            if self.queue.proposal(claim) is None:
                self.apply(events.Settled(claim) if works else events.Failed(claim))

    @invariant()
    def conserved(self) -> None:
        assert {t.id for t in self.queue.tickets} == self.inside
        players = [player for t in self.queue.tickets for player in t.players]
        assert len(players) == len(set(players))
        for proposal in self.queue.proposals:
            asked = {p for t in self.queue.tickets if t.claim == proposal.claim for p in t.players}
            assert asked == {seat.player for seat in proposal.seats}
            for t in self.queue.tickets:
                if t.claim == proposal.claim:
                    assert t.blocks.isdisjoint(asked.difference(t.players)), "asked with one blocked"


TestAcceptMachine = AcceptMachine.TestCase
