"""The life of a ticket."""

import msgspec
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from lobby.rules import queue as times
from lobby.rules import queue_events as rules
from lobby.rules.matching import QueueRules
from lobby.rules.queue_events import Seeker, Ticket
from tests.support.queues import Queue, held, loaded, step

DUEL = QueueRules("g", "m", 2, 2)


def ticket(player: str, since: float = 0.0, rating: int = 1500) -> Ticket:
    return Ticket(f"{player}@{since}", [Seeker(player, player, rating)], since)


def entered(*players: str) -> Queue:
    """Far apart, so that none is matched."""
    queue = Queue()
    for n, player in enumerate(players):
        queue, effects = step(queue, rules.Entered(ticket(player, rating=n * 5000)), DUEL, 0.0)
        assert effects == []
    return queue


def pair() -> tuple[Queue, rules.Made]:
    queue, _ = step(Queue(), rules.Entered(ticket("a", 0.0)), DUEL, 0.0)
    queue, (made,) = step(queue, rules.Entered(ticket("b", 3.0)), DUEL, 3.0)
    assert isinstance(made, rules.Made)
    return queue, made


def test_a_claimed_ticket_stays_until_its_match_exists() -> None:
    queue, made = pair()
    assert {t.claim for t in queue.tickets} == {made.claim}
    queue, effects = step(queue, rules.Swept(), DUEL, 4.0)
    assert effects == []
    assert step(queue, rules.Settled(made.claim), DUEL, 4.0) == (Queue(waits=[4.0, 1.0]), [])


def test_a_match_that_was_late_takes_its_tickets_out_of_the_next() -> None:
    queue, made = pair()
    ids = frozenset(t.id for t in queue.tickets)
    late = 3.0 + times.CLAIM
    queue, (again,) = step(queue, rules.Swept(), DUEL, late)
    assert isinstance(again, rules.Made)
    queue, effects = step(queue, rules.Settled(made.claim, ids), DUEL, late + 1)
    assert (queue.tickets, effects) == ([], [])


def test_a_match_that_was_late_ends_what_was_proposed_meanwhile_and_blames_nobody() -> None:
    asking = msgspec.structs.replace(DUEL, accept=8.0)
    queue, _ = step(Queue(), rules.Entered(ticket("a", 0.0)), asking, 0.0)
    queue, (asked,) = step(queue, rules.Entered(ticket("b", 1.0)), asking, 1.0)
    assert isinstance(asked, rules.Proposed)
    ids = frozenset({"a@0.0"})
    queue, effects = step(queue, rules.Settled("of before", ids), asking, 2.0)
    assert effects == [rules.Proposed("", ["b"])]
    assert [t.player for t in queue.tickets] == ["b"]
    assert (queue.proposals, queue.penalties) == ([], {})


def test_who_inherits_a_match_to_make_has_as_much_time_for_it() -> None:
    queue, _ = pair()
    live = loaded(queue, DUEL, 12.0)
    live.renew(12.0)
    assert live.step(rules.Swept(), 13.5) == []
    assert {t.until for t in held(live).tickets} == {12.0 + times.CLAIM}


def test_after_a_failure_tickets_wait_again_with_their_time() -> None:
    queue, made = pair()
    queue, effects = step(queue, rules.Failed(made.claim), DUEL, 4.0)
    assert effects == []
    assert sorted(t.since for t in queue.tickets) == [0.0, 3.0]
    queue, (again,) = step(queue, rules.Swept(), DUEL, 4.0 + times.HOLD)
    assert isinstance(again, rules.Made)


def test_a_failure_takes_out_who_cannot_play() -> None:
    queue, made = pair()
    queue, _ = step(queue, rules.Failed(made.claim, frozenset({"a@0.0"})), DUEL, 4.0)
    assert [t.player for t in queue.tickets] == ["b"]


def test_who_waits_and_is_blocked_meets_the_other_no_more() -> None:
    queue, _ = step(Queue(), rules.Entered(ticket("a")), DUEL, 0.0)
    queue, _ = step(queue, rules.Parted("a", "b"), DUEL, 0.0)
    queue, effects = step(queue, rules.Entered(ticket("b")), DUEL, 0.0)
    assert effects == []
    assert step(queue, rules.Parted("a", "b"), DUEL, 0.0) == (queue, []), "said again"
    assert step(queue, rules.Parted("c", "a"), DUEL, 0.0) == (queue, []), "of one who does not wait"
    queue, (made,) = step(queue, rules.Entered(ticket("c")), DUEL, 1.0)
    assert isinstance(made, rules.Made)
    assert len({seat.player for seat in made.seats} & {"a", "b"}) == 1


def test_a_party_is_not_parted_by_a_block_inside_of_it() -> None:
    both = Ticket("t", [Seeker(player, player, 1500) for player in "ab"], 0.0, "party")
    queue, _ = step(Queue(), rules.Entered(both), DUEL, 0.0)
    assert step(queue, rules.Parted("a", "b"), DUEL, 0.0)[0] == queue


def test_the_claim_of_a_dead_node_ends_by_itself() -> None:
    queue, made = pair()
    queue, (again,) = step(queue, rules.Swept(), DUEL, 3.0 + times.CLAIM)
    assert isinstance(again, rules.Made)
    assert again.claim != made.claim
    assert step(queue, rules.Settled(made.claim), DUEL, 13.5)[0] == queue


def test_a_ticket_outlives_a_short_absence_but_not_a_long_one() -> None:
    queue = entered("a", "b")
    queue, _ = step(queue, rules.Away("a"), DUEL, 1.0)
    queue, effects = step(queue, rules.Swept(), DUEL, 5.9)
    assert effects == []
    back, effects = step(queue, rules.Back("a"), DUEL, 5.95)
    assert (len(back.tickets), effects) == (2, [])
    queue, (dropped,) = step(queue, rules.Swept(), DUEL, 6.0)
    assert isinstance(dropped, rules.Dropped)
    assert [t.player for t in queue.tickets] == ["b"]


def test_nobody_is_matched_with_someone_who_is_away() -> None:
    queue = entered("a")
    queue, _ = step(queue, rules.Away("a"), DUEL, 1.0)
    queue, effects = step(queue, rules.Entered(ticket("b", 1.0, rating=0)), DUEL, 1.0)
    assert effects == []
    queue, (made,) = step(queue, rules.Back("a"), DUEL, 2.0)
    assert isinstance(made, rules.Made)


def test_the_computer_is_offered_once() -> None:
    queue = entered("a")
    assert step(queue, rules.Swept(), DUEL, 9.9)[1] == []
    queue, effects = step(queue, rules.Swept(), DUEL, 10.0)
    assert effects == [rules.Offered("a")]
    assert step(queue, rules.Swept(), DUEL, 11.0)[1] == []


def test_a_second_wish_keeps_the_time_waited() -> None:
    queue, _ = step(entered("a"), rules.Entered(ticket("a", 7.0, rating=9)), DUEL, 7.0)
    assert [(t.id, t.since) for t in queue.tickets] == [("a@7.0", 0.0)]


def test_a_queue_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(times, "LIMIT", 2)
    with pytest.raises(rules.QueueFull):
        step(entered("a", "b"), rules.Entered(ticket("c", rating=50000)), DUEL, 0.0)


class QueueMachine(RuleBasedStateMachine):
    """Whatever happens in whatever order: one ticket per player, and no player in two matches at once."""

    def __init__(self) -> None:
        super().__init__()
        self.queue, self.now, self.count = Queue(), 0.0, 0
        self.open: dict[str, rules.Made] = {}

    def apply(self, event: rules.Event) -> None:
        self.queue, effects = step(self.queue, event, DUEL, self.now)
        for effect in effects:
            if isinstance(effect, rules.Made):
                ids = {t.id for t in effect.tickets}
                for claim, other in list(self.open.items()):
                    if ids & {t.id for t in other.tickets}:
                        assert other.tickets[0].until <= self.now, "a ticket is in two live claims"
                        del self.open[claim]
                self.open[effect.claim] = effect

    @rule(player=st.sampled_from("abcdef"), rating=st.integers(0, 3000))
    def enter(self, player: str, rating: int) -> None:
        self.count += 1
        self.apply(rules.Entered(Ticket(f"{player}{self.count}", [Seeker(player, player, rating)], self.now)))

    @rule(player=st.sampled_from("abcdef"))
    def leave(self, player: str) -> None:
        self.apply(rules.Left(player))
        assert all(t.player != player for t in self.queue.tickets)

    @rule(player=st.sampled_from("abcdef"))
    def away(self, player: str) -> None:
        self.apply(rules.Away(player))

    @rule(player=st.sampled_from("abcdef"))
    def back(self, player: str) -> None:
        self.apply(rules.Back(player))

    @rule(seconds=st.floats(0, 12))
    def sweep(self, seconds: float) -> None:
        self.now += seconds
        self.apply(rules.Swept())

    @rule(data=st.data(), works=st.booleans())
    def finish(self, data: st.DataObject, works: bool) -> None:
        if self.open:
            claim = data.draw(st.sampled_from(sorted(self.open)))
            made = self.open.pop(claim)
            self.apply(rules.Settled(claim) if works else rules.Failed(claim))
            if works:
                assert not {t.id for t in made.tickets} & {
                    t.id for t in self.queue.tickets if t.claim == claim
                }

    @invariant()
    def one_ticket_each(self) -> None:
        players = [t.player for t in self.queue.tickets]
        assert len(players) == len(set(players))


TestQueueMachine = QueueMachine.TestCase
