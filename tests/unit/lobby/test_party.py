"""The life of a party, row by row of its table."""

import pytest

from lobby.rules import party_events as events
from lobby.rules.party import ASK_SECONDS, ASKS, GRACE, OUT, PHASES, STAY, founded, step
from lobby.rules.party_events import Event, Out, Party, Phase, Reason, Refused
from lobby.rules.wishes import Wish

CHOSEN = events.Chosen("a", "arena", "duo", 3)


def after(start: Party, *said: Event, now: float = 0.0) -> Party:
    for event in said:
        start, _ = step(start, event, now)
    return start


def party(*said: Event) -> Party:
    """Ann's, who has chosen a game for three; Bob is in and ready."""
    ours = founded("p1", "a", "Ann", 0.0)
    return after(ours, CHOSEN, events.Joined("b", "Bob"), events.Readied("b", True), *said)


def queued() -> Party:
    return party(events.Queued("a", "t1"))


def playing() -> Party:
    return after(queued(), events.Matched("t1", "m1"))


def refusal(state: Party, event: Event, now: float = 0.0) -> str:
    with pytest.raises(Refused) as caught:
        step(state, event, now)
    return caught.value.code


def test_the_owner_takes_a_ready_party_into_the_queue_as_one_ticket() -> None:
    entered, effects = step(party(), events.Queued("a", "t1"), 5.0)
    assert (entered.phase, entered.ticket, entered.since) == (Phase.QUEUED, "t1", 5.0)
    assert effects == [events.Enter("t1")]
    assert step(entered, events.Queued("a", "t2"), 6.0) == (entered, [])


def test_who_may_not_queue_is_told_why() -> None:
    assert refusal(party(), events.Queued("b", "t1")) == "not-owner"
    assert refusal(party(), events.Queued("z", "t1")) == "no-party"
    assert refusal(party(events.Readied("b", False)), events.Queued("a", "t1")) == "not-ready"
    assert refusal(party(events.Swept(frozenset("b"))), events.Queued("a", "t1")) == "not-ready"
    assert refusal(playing(), events.Queued("a", "t2")) == "in-match"
    assert refusal(founded("p1", "a", "Ann", 0.0), events.Queued("a", "t1")) == "game-unknown"


def test_a_match_takes_the_party_and_gives_it_back_unready() -> None:
    assert (playing().phase, playing().match, playing().ticket) == (Phase.PLAYING, "m1", "")
    assert step(playing(), events.Matched("t1", "m2"), 1.0) == (playing(), [])
    assert step(queued(), events.Matched("old", "m2"), 1.0) == (queued(), [])
    assert step(playing(), events.Ended("old"), 1.0) == (playing(), [])
    back = after(playing(), events.Ended("m1"))
    assert (back.phase, back.match) == (Phase.OPEN, "")
    assert [m.ready for m in back.members] == [False, False]
    assert step(party(), events.Ended("m1"), 1.0) == (party(), [])


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (events.Stopped("b"), Reason("stopped", "b", "Bob")),
        (events.Dropped("t1", "declined", "b"), Reason("declined", "b", "Bob")),
        (events.Dropped("t1", "failed"), Reason("failed")),
        (events.Joined("c", "Cid"), Reason("joined", "c", "Cid")),
        (events.Left("a"), Reason("left", "a", "Ann")),
        (events.Left("b"), Reason("left", "b", "Bob")),
        (events.Kicked("a", "b"), Reason("kicked", "b", "Bob")),
        (events.Readied("b", False), Reason("unready", "b", "Bob")),
        (events.Chosen("a", "arena", "trio", 4), Reason("changed", "a", "Ann")),
        (events.Swept(strayed=frozenset("b")), Reason("left", "b", "Bob")),
    ],
)
def test_what_takes_it_out_of_the_queue_is_told_to_all(event: Event, reason: Reason) -> None:
    out, effects = step(queued(), event, 1.0)
    assert (out.phase, out.ticket, out.reason) == (Phase.OPEN, "", reason)
    assert effects[0] == events.Withdraw("t1")
    again = after(out, *[events.Readied(m.player, True) for m in out.members])
    if len(again.members) <= again.size:
        assert after(again, events.Queued(again.owner, "t2")).reason is None


def test_the_queue_is_left_by_members_while_it_is_on() -> None:
    assert refusal(party(), events.Stopped("a")) == "not-queued"
    assert refusal(playing(), events.Stopped("a")) == "not-queued"
    assert refusal(queued(), events.Stopped("z")) == "no-party"
    assert step(queued(), events.Dropped("old", "failed"), 1.0) == (queued(), [])
    assert step(party(), events.Dropped("t1", "failed"), 1.0) == (party(), [])


def test_a_member_who_drops_has_a_grace_in_the_queue_and_a_longer_one_in_the_party() -> None:
    away = events.Swept(frozenset("b"))
    gone = after(queued(), away, now=10.0)
    assert after(gone, events.Swept()) == queued()
    assert after(gone, away, now=10.0 + GRACE - 0.1).phase is Phase.QUEUED
    out, effects = step(gone, away, 10.0 + GRACE)
    assert (out.phase, out.reason, effects) == (
        Phase.OPEN,
        Reason("away", "b", "Bob"),
        [events.Withdraw("t1")],
    )
    assert len(after(out, away, now=10.0 + STAY - 0.1).members) == 2
    rest, effects = step(out, away, 10.0 + STAY)
    assert ([m.player for m in rest.members], effects) == (["a"], [Out("b", "away")])


def test_who_is_away_while_the_match_runs_stays() -> None:
    away = events.Swept(frozenset("b"))
    assert len(after(after(playing(), away, now=0.0), away, now=STAY).members) == 2


def test_the_longest_member_follows_the_owner_and_the_last_one_closes() -> None:
    three = party(events.Joined("c", "Cid"))
    rest, effects = step(three, events.Left("a"), 1.0)
    assert (rest.owner, effects) == ("b", [Out("a", "left")])
    assert after(three, events.Left("b"), events.Left("a")).owner == "c"
    stray = after(three, events.Swept(strayed=frozenset("ab")))
    assert (stray.owner, len(stray.members)) == ("c", 1)
    gone, effects = step(after(rest, events.Left("b")), events.Left("c"), 2.0)
    assert (gone.phase, effects) == (Phase.GONE, [Out("c", "left")])
    alone = after(founded("p1", "a", "Ann", 0.0), CHOSEN, events.Queued("a", "t1"))
    assert step(alone, events.Left("a"), 1.0)[1] == [events.Withdraw("t1"), Out("a", "left")]


def test_a_party_that_is_gone_takes_nothing_more() -> None:
    gone = after(party(), events.Left("a"), events.Left("b"))
    assert refusal(gone, events.Joined("c", "Cid")) == "party-unknown"
    assert refusal(gone, events.Asked("c", "Cid")) == "party-unknown"
    assert refusal(gone, events.Left("a")) == "no-party"
    assert refusal(gone, events.Queued("a", "t1")) == "no-party"
    for late in (events.Ended("m1"), events.Matched("t1", "m1"), events.Dropped("t1", "x"), events.Swept()):
        assert step(gone, late, 9.0) == (gone, [])


def test_the_owner_puts_out_and_promotes_once() -> None:
    out, effects = step(party(), events.Kicked("a", "b"), 1.0)
    assert (effects, out.out) == ([Out("b", "kicked")], ["b"])
    assert step(out, events.Kicked("a", "b"), 1.0) == (out, [])
    assert refusal(party(), events.Kicked("b", "a")) == "not-owner"
    assert refusal(party(), events.Kicked("a", "a")) == "forbidden"
    assert refusal(party(), events.Kicked("a", "z")) == "not-member"
    new = after(party(), events.Promoted("a", "b"))
    assert new.owner == "b"
    assert step(new, events.Promoted("a", "b"), 1.0) == (new, [])
    assert refusal(new, events.Promoted("a", "a")) == "not-owner"
    assert refusal(party(), events.Promoted("a", "z")) == "not-member"
    assert refusal(party(), events.Promoted("z", "a")) == "no-party"


def test_who_was_put_out_may_not_ask_but_be_let_in_again() -> None:
    out = after(party(), events.Kicked("a", "b"))
    assert refusal(out, events.Asked("b", "Bob")) == "party-unknown"
    assert after(out, events.Joined("b", "Bob")).out == []
    for n in range(OUT + 1):
        out = after(out, events.Joined(f"x{n}", "X"), events.Kicked("a", f"x{n}"))
    assert len(out.out) == OUT


def test_a_request_to_join_is_answered_once() -> None:
    asked = after(party(), events.Asked("c", "Cid"))
    assert after(asked, events.Asked("c", "Cid"), now=5.0) == asked
    assert refusal(asked, events.Answered("b", "c", True)) == "not-owner"
    let, effects = step(asked, events.Answered("a", "c", True), 1.0)
    assert ([m.player for m in let.members], let.asks, effects) == (["a", "b", "c"], [], [events.In("c")])
    assert step(let, events.Answered("a", "c", True), 1.0) == (let, [])
    denied, effects = step(asked, events.Answered("a", "c", False), 1.0)
    assert (denied, effects) == (party(), [events.Denied("c")])
    assert step(denied, events.Answered("a", "c", False), 1.0) == (denied, [])
    assert refusal(denied, events.Answered("a", "c", True)) == "invite-over"
    assert refusal(asked, events.Answered("a", "c", True, free=False)) == "invite-over"
    assert refusal(asked, events.Answered("a", "c", True), ASK_SECONDS) == "invite-over"
    assert after(asked, events.Swept(), now=ASK_SECONDS).asks == []


def test_there_is_room_for_so_many() -> None:
    full = party(events.Joined("c", "Cid"))
    assert refusal(full, events.Joined("d", "Dan")) == "party-full"
    assert refusal(full, events.Asked("d", "Dan")) == "party-full"
    assert after(full, events.Joined("c", "Cee")).members[2].name == "Cee"
    assert refusal(full, events.Chosen("a", "arena", "solo", 2)) == "party-too-large"
    assert step(full, CHOSEN, 1.0) == (full, [])
    assert refusal(full, events.Chosen("b", "arena", "duo", 8)) == "not-owner"
    asked = party(*[events.Asked(f"x{n}", "X") for n in range(ASKS)])
    assert refusal(asked, events.Asked("y", "Y")) == "too-many-invites"
    assert len(after(asked, events.Asked("y", "Y"), now=ASK_SECONDS).asks) == 1


def test_every_phase_says_what_becomes_of_every_event() -> None:
    """What has no entry is refused by name or is late news of the queue, a match, the clock."""
    every = set(PHASES[Phase.OPEN]) | set(PHASES[Phase.QUEUED]) | set(PHASES[Phase.PLAYING])
    assert every == set(Event.__args__)


def test_a_wish_is_said_with_being_ready_and_forgotten_with_the_mode() -> None:
    tank = Wish(roles=("tank",))
    ours = party(events.Readied("b", True, tank), events.Queued("a", "t1", Wish(roles=("healer",))))
    assert [m.wish.roles for m in ours.members] == [("healer",), ("tank",)]
    again = after(ours, events.Readied("b", False))
    assert (again.phase, again.members[1].wish) == (Phase.OPEN, tank)
    other = after(again, events.Readied("b", True, tank), events.Chosen("a", "arena", "ffa", 4))
    assert [(m.ready, m.wish) for m in other.members] == [(False, Wish())] * 2
