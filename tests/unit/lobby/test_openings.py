"""Leavers' seats of running matches, and who of a queue is sent there."""

import math

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lobby.rules import queue as times
from lobby.rules import queue_events as events
from lobby.rules.matching import Equal, Matcher, QueueRules, Window
from lobby.rules.matching import Ticket as Wish
from lobby.rules.matching.openings import KEPT, LOOK, Opening, Openings
from lobby.rules.matching.ticket import Member
from lobby.rules.queue import Queue

FFA = QueueRules("arena", "ffa", 4, 4, window=Window(100, 100, 1000, None))
OPEN = Opening("m", ((2, 2),), (1500, 1550), frozenset({"p", "q"}), frozenset({"p", "q", "left"}))


def ticket(player: str, rating: int = 1500, since: float = 0.0, **more: object) -> events.Ticket:
    return events.Ticket(player, [events.Seeker(player, player, rating)], since, **more)  # type: ignore[arg-type]


def queue(*tickets: events.Ticket, rules: QueueRules = FFA) -> Queue:
    made = Queue(rules)
    for one in tickets:
        assert made.step(events.Entered(one), one.since) == []
    return made


def filled(effects: list[events.Effect]) -> list[tuple[str, str, int]]:
    return [(e.ticket.player, e.seat.match, e.seat.number) for e in effects if isinstance(e, events.Filled)]


def test_a_seat_that_falls_free_goes_to_who_waits() -> None:
    waits = queue(ticket("a"))
    (effect,) = waits.step(events.Opened(OPEN), 1.0)
    assert filled([effect]) == [("a", "m", 2)]
    assert isinstance(effect, events.Filled)
    assert effect.players == {"p", "q"}
    assert waits.tickets["a"].claim == effect.claim
    assert waits.step(events.Settled(effect.claim), 1.1) == []
    assert waits.tickets == {}
    assert waits.waits == [1.1]


def test_who_comes_later_is_sent_too() -> None:
    waits = queue()
    waits.step(events.Opened(OPEN), 1.0)
    assert filled(waits.step(events.Entered(ticket("a", since=2.0)), 2.0)) == [("a", "m", 2)]


def test_a_seat_is_offered_to_one_at_a_time() -> None:
    waits = queue(ticket("a"), ticket("b"))
    (first,) = waits.step(events.Opened(OPEN), 1.0)
    assert isinstance(first, events.Filled)
    assert waits.step(events.Opened(OPEN), 1.1) == []
    (second,) = waits.step(events.Failed(first.claim), 1.2)
    assert {first.ticket.player, second.ticket.player} == {"a", "b"}  # type: ignore[union-attr]
    assert waits.tickets[first.ticket.id].since == 0.0
    assert waits.step(events.Settled(second.claim), 1.3) == []  # type: ignore[union-attr]
    assert waits.step(events.Swept(), 1.3 + times.HOLD) == []


def test_an_answer_that_never_comes_frees_both() -> None:
    waits = queue(ticket("a"))
    waits.step(events.Opened(OPEN), 1.0)
    waits.step(events.Opened(OPEN), 1.0 + times.CLAIM - 1)
    late = waits.step(events.Swept(), 1.1 + times.CLAIM)
    assert filled(late) == [("a", "m", 2)]


def test_an_offer_is_forgotten_unless_said_again_and_none_takes_it_back() -> None:
    waits = queue()
    waits.step(events.Opened(OPEN), 1.0)
    assert waits.step(events.Entered(ticket("a", since=1.0 + KEPT)), 1.0 + KEPT) == []
    waits = queue()
    waits.step(events.Opened(OPEN), 1.0)
    waits.step(events.Opened(msgspec.structs.replace(OPEN, seats=())), 1.1)
    assert waits.step(events.Entered(ticket("a", since=1.2)), 1.2) == []


@pytest.mark.parametrize(
    "one",
    [ticket("left"), ticket("p"), ticket("a", blocks=frozenset({"q"})), ticket("a", rating=1400)],
)
def test_who_does_not_fit_is_not_sent(one: events.Ticket) -> None:
    assert queue(one).step(events.Opened(OPEN), 0.0) == []


def test_a_party_waits_for_a_match_of_its_own() -> None:
    pair = events.Ticket("t", [events.Seeker("a", "A", 1500), events.Seeker("b", "B", 1500)], 0.0, "party")
    rules = msgspec.structs.replace(FFA, parties=msgspec.structs.replace(FFA.parties, most=4))
    assert queue(pair, rules=rules).step(events.Opened(OPEN), 0.0) == []


def test_the_window_widens_and_the_queue_looks_again() -> None:
    waits = queue(ticket("a", rating=1400))
    waits.step(events.Opened(OPEN), 0.0)
    assert waits.due() <= LOOK
    assert waits.step(events.Swept(), 0.4) == []
    assert filled(waits.step(events.Swept(), 0.5)) == [("a", "m", 2)]


def test_the_nearest_is_sent_first() -> None:
    waits = queue(ticket("far", rating=1595), ticket("near", rating=1520))
    assert filled(waits.step(events.Opened(OPEN), 0.0)) == [("near", "m", 2)]


def test_of_two_matches_the_first_to_wait_comes_first() -> None:
    waits = queue()
    waits.step(events.Opened(OPEN), 0.0)
    waits.step(events.Opened(msgspec.structs.replace(OPEN, match="n")), 0.1)
    waits.step(events.Opened(OPEN), 0.2)
    assert filled(waits.step(events.Entered(ticket("a", since=0.3)), 0.3)) == [("a", "m", 2)]


@pytest.mark.parametrize(("backfill", "sent"), [("first", 1), ("last", 0), ("never", 0)])
def test_before_or_after_new_matches(backfill: str, sent: int) -> None:
    rules = msgspec.structs.replace(FFA, backfill=backfill)
    waits = queue(*(ticket(player) for player in "abc"), rules=rules)
    waits.apply(events.Opened(OPEN), 1.0)
    effects = waits.step(events.Entered(ticket("d", since=1.0)), 1.0)
    assert len(filled(effects)) == sent
    assert sum(isinstance(effect, events.Made) for effect in effects) == 1 - sent


def test_queues_that_ask_for_more_than_ratings_fill_none() -> None:
    rules = msgspec.structs.replace(FFA, rules=(Equal("map"),))
    waits = queue(ticket("a", values={"map": "x"}), rules=rules)
    assert waits.step(events.Opened(OPEN), 1.0) == []


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_nobody_is_sent_twice_and_no_seat_is_sent_two(data: st.DataObject) -> None:
    """Any order of tickets, offers, answers and time: each seat and each ticket has one claim at most."""
    rules = msgspec.structs.replace(FFA, window=Window(math.inf, 0, math.inf, None))
    matcher = Matcher(rules)
    openings, now = Openings(matcher), 0.0
    under_way: dict[str, tuple[str, str, int]] = {}
    gone: set[tuple[str, int]] = set()
    for n in range(data.draw(st.integers(1, 25))):
        now += data.draw(st.sampled_from([0.0, 0.1, 1.0]))
        kind = data.draw(st.integers(0, 3))
        if kind == 0:
            matcher.add(Wish(f"t{n}", (Member(f"p{n}"),), now), now)
        elif kind == 1:
            match = f"m{data.draw(st.integers(0, 2))}"
            free = tuple((seat, seat) for seat in range(3) if (match, seat) not in gone)
            openings.offer(Opening(match, free), now)
        elif under_way:
            claim = data.draw(st.sampled_from(sorted(under_way)))
            player, match, seat = under_way.pop(claim)
            openings.decided(claim, taken=kind == 2)
            if kind == 2:
                gone.add((match, seat))
            else:
                matcher.add(Wish(player, (Member(player),), now), now)
        for wish, seat, _ in openings.take(now):
            matcher.remove(wish.id)
            claim = f"{wish.id}@{n}"
            openings.sent(claim, seat, now + 100)
            under_way[claim] = wish.id, seat.match, seat.number
        seats = [(match, seat) for _, match, seat in under_way.values()]
        assert len(set(seats)) == len(seats)
        assert gone.isdisjoint(seats)
        assert len({player for player, _, _ in under_way.values()}) == len(under_way)
