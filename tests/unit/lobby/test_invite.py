"""The life of an invite, row by row."""

import pytest

from lobby.rules import invite as rules
from lobby.rules.invite import (
    COOL,
    COOLS,
    DECIDED,
    KEPT,
    OF_ONE,
    PENDING,
    Event,
    Inbox,
    Invite,
    Outcome,
    Refused,
    step,
)


def made(id: str = "i1", sender: str = "a", what: str = "p1", until: float = 100.0) -> Invite:
    return Invite(id, "party", what, sender, sender.title(), "arena", "teams", until)


def after(inbox: Inbox, *said: Event, now: float = 0.0) -> Inbox:
    for event in said:
        inbox, _ = step(inbox, event, now)
    return inbox


SENT = after(Inbox(), rules.Sent(made()))


def refusal(inbox: Inbox, event: Event, now: float = 0.0) -> tuple[str, float | None]:
    with pytest.raises(Refused) as caught:
        step(inbox, event, now)
    return caught.value.code, caught.value.wait


def outcome(inbox: Inbox, id: str = "i1") -> Outcome:
    found = inbox.find(id)
    assert found is not None
    return found.outcome


def test_the_same_invite_again_is_the_one_that_waits() -> None:
    again, effects = step(SENT, rules.Sent(made("i2")), 1.0)
    assert (again, effects) == (SENT, [rules.Stands(made())])
    other, effects = step(SENT, rules.Sent(made("i2", what="p2")), 1.0)
    assert [one.id for one in other.pending] == ["i1", "i2"]


def test_the_first_to_accept_has_it_carried_out_and_the_sender_told() -> None:
    taken, effects = step(SENT, rules.Accepted("i1"), 5.0)
    (carry, decided) = effects
    assert isinstance(carry, rules.Carry)
    assert decided == rules.Decided(carry.invite)
    assert (outcome(taken), taken.pending) == (Outcome.ACCEPTED, [])
    assert refusal(taken, rules.Accepted("i1"), 6.0) == ("busy", rules.CARRY - 1)
    done = after(taken, rules.Finished("i1"), now=6.0)
    assert step(done, rules.Accepted("i1"), 7.0) == (done, [])


def test_what_a_death_left_undone_is_carried_out_by_who_asks_again() -> None:
    taken = after(SENT, rules.Accepted("i1"))
    again, effects = step(taken, rules.Accepted("i1"), rules.CARRY)
    assert [type(effect) for effect in effects] == [rules.Carry]
    assert refusal(again, rules.Accepted("i1"), rules.CARRY + 1)[0] == "busy"


def test_what_could_not_be_carried_out_says_why_each_time() -> None:
    failed = after(SENT, rules.Accepted("i1"), rules.Finished("i1", "party-full"))
    assert refusal(failed, rules.Accepted("i1")) == ("party-full", None)
    assert after(failed, rules.Finished("i1")) == failed


@pytest.mark.parametrize(
    ("event", "ends"),
    [
        (rules.Accepted("i1"), Outcome.ACCEPTED),
        (rules.Declined("i1"), Outcome.DECLINED),
        (rules.Cancelled("i1", "a"), Outcome.CANCELLED),
    ],
)
def test_it_is_decided_once(event: Event, ends: Outcome) -> None:
    over = after(SENT, event)
    assert outcome(over) is ends
    for other in (rules.Accepted("i1"), rules.Declined("i1"), rules.Cancelled("i1", "a")):
        if type(other) is not type(event):
            assert refusal(over, other)[0] == "invite-over"
        elif ends is not Outcome.ACCEPTED:
            assert step(over, other, 1.0) == (over, [])


def test_its_time_ends_it_and_the_sender_hears() -> None:
    late, effects = step(SENT, rules.Swept(), 100.0)
    (decided,) = effects
    assert isinstance(decided, rules.Decided)
    assert (decided.invite.outcome, outcome(late)) == (Outcome.EXPIRED, Outcome.EXPIRED)
    assert refusal(SENT, rules.Accepted("i1"), 100.0)[0] == "invite-over"
    assert step(SENT, rules.Swept(), 99.9) == (SENT, [])


@pytest.mark.parametrize("event", [rules.Declined("i1"), rules.Cancelled("i1", "a")])
def test_after_one_that_came_to_nothing_the_sender_waits(event: Event) -> None:
    over = after(SENT, event, now=10.0)
    assert refusal(over, rules.Sent(made("i2")), 15.0) == ("too-many", COOL - 5)
    assert after(over, rules.Sent(made("i2", "b")), now=15.0).pending[0].sender == "b"
    assert after(over, rules.Sent(made("i2")), now=10.0 + COOL).pending[0].id == "i2"


def test_only_the_sender_takes_it_back_and_only_what_there_is_is_answered() -> None:
    assert refusal(SENT, rules.Cancelled("i1", "b"))[0] == "invite-over"
    for event in (rules.Accepted("i9"), rules.Declined("i9"), rules.Cancelled("i9", "a")):
        assert refusal(SENT, event)[0] == "invite-over"
    assert after(SENT, rules.Finished("i9"), rules.Finished("i1")) == SENT


def test_so_many_wait_and_what_is_decided_is_forgotten() -> None:
    own = after(Inbox(), *[rules.Sent(made(f"i{n}", what=f"p{n}")) for n in range(OF_ONE)])
    assert refusal(own, rules.Sent(made("x", what="y")))[0] == "too-many-invites"
    full = after(Inbox(), *[rules.Sent(made(f"i{n}", f"s{n}")) for n in range(PENDING)])
    assert refusal(full, rules.Sent(made("x", "z")))[0] == "too-many-invites"
    assert after(SENT, rules.Declined("i1"), now=1.0).invites
    forgotten = after(after(SENT, rules.Declined("i1"), now=1.0), rules.Swept(), now=1.0 + KEPT)
    assert forgotten == Inbox()


def test_who_was_not_answered_waits_from_then_on_not_from_when_he_asks_again() -> None:
    """The one invited is away, so nothing was noticed at its time."""
    assert refusal(SENT, rules.Sent(made("i2", until=999)), 110.0) == ("too-many", COOL - 10)
    again = after(SENT, rules.Sent(made("i2", until=999)), now=100.0 + COOL)
    assert [one.id for one in again.pending] == ["i2"]


def test_a_crowd_that_sends_and_takes_back_leaves_a_small_document() -> None:
    inbox = Inbox()
    for n in range(3000):
        inbox = after(inbox, rules.Sent(made(f"i{n}", f"s{n}", until=9e9)), now=float(n) / 100)
        inbox = after(inbox, rules.Cancelled(f"i{n}", f"s{n}"), now=float(n) / 100)
    assert len(inbox.invites) <= DECIDED + 1
    assert len(inbox.cools) <= COOLS
    assert refusal(inbox, rules.Sent(made("x", "s2950")), 30.0)[0] == "too-many"


def test_what_waits_of_one_who_was_blocked_is_taken_back() -> None:
    both = after(SENT, rules.Sent(made("i2", "b")))
    parted, effects = step(both, rules.Parted("a"), 5.0)
    assert ([one.id for one in parted.pending], outcome(parted)) == (["i2"], Outcome.CANCELLED)
    assert [type(effect) for effect in effects] == [rules.Decided]
    assert step(parted, rules.Parted("a"), 5.0) == (parted, [])


def test_what_was_accepted_is_undone_until_somebody_said_how_it_went() -> None:
    taken = after(SENT, rules.Accepted("i1"))
    assert [one.id for one in taken.undone] == ["i1"]
    assert after(taken, rules.Finished("i1")).undone == []


def test_a_crowd_of_strangers_leaves_room_for_a_friend() -> None:
    full = after(Inbox(), *[rules.Sent(made(f"i{n}", f"s{n}")) for n in range(PENDING)])
    there, effects = step(full, rules.Sent(made("x", "z"), friend=True), 1.0)
    assert [one.id for one in there.pending] == [*[f"i{n}" for n in range(1, PENDING)], "x"]
    assert [type(effect) for effect in effects] == [rules.Stands, rules.Decided]
    assert outcome(there, "i0") is Outcome.EXPIRED
    own = after(full, *[rules.Sent(made(f"x{n}", "z", f"p{n}"), friend=True) for n in range(OF_ONE)])
    assert refusal(own, rules.Sent(made("y", "z", "q"), friend=True))[0] == "too-many-invites"
