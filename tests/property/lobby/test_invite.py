"""Whatever is said of invites, in whatever order: each is decided once, and carried out once."""

from hypothesis import given
from hypothesis import strategies as st

from lobby.rules import invite as rules
from lobby.rules.invite import CARRY, OF_ONE, PENDING, Event, Inbox, Invite, Outcome, Refused, step

who = st.sampled_from("abc")
ids = st.sampled_from([f"i{n}" for n in range(6)])
what = st.sampled_from(["p", "q"])
sent = st.builds(
    lambda id, sender, what: rules.Sent(
        Invite(id + sender + what, "party", what, sender, "N", "", "", 0.0), friend=sender == "c"
    ),
    *(ids, who, what),
)
named = st.builds(lambda id, sender, what: id + sender + what, ids, who, what)
said = st.one_of(
    sent,
    st.builds(rules.Accepted, named),
    st.builds(rules.Declined, named),
    st.builds(rules.Cancelled, named, who),
    st.builds(rules.Finished, named, st.sampled_from(["", "party-full"])),
    st.builds(rules.Parted, who),
    st.just(rules.Swept()),
)


def timed(event: Event, now: float) -> Event:
    if not isinstance(event, rules.Sent):
        return event
    return rules.Sent(rules._with(event.invite, until=now + 60.0), event.friend)


@given(st.lists(st.tuples(said, st.floats(0, 20)), max_size=60))
def test_each_is_decided_once(sequence: list[tuple[Event, float]]) -> None:
    inbox, now = Inbox(), 0.0
    decided: dict[str, Outcome] = {}
    carried: dict[str, float] = {}
    used: set[str] = set()
    for event, passed in sequence:
        now += passed
        event = timed(event, now)
        if isinstance(event, rules.Sent) and event.invite.id in used:
            continue  # ids are never used again
        before = inbox
        try:
            inbox, effects = step(inbox, event, now)
        except Refused:
            continue
        for effect in effects:
            match effect:
                case rules.Stands(invite):
                    used.add(invite.id)
                case rules.Decided(invite):
                    assert invite.id not in decided
                    decided[invite.id] = invite.outcome
                case rules.Carry(invite):
                    found = before.find(invite.id)
                    assert found is not None
                    assert found.code is None
                    assert now - carried.get(invite.id, -CARRY) >= CARRY
                    carried[invite.id] = now
        assert len(inbox.pending) <= PENDING
        assert all(sum(one.sender == w for one in inbox.pending) <= OF_ONE for w in "abc")
        assert all(one.until > now for one in inbox.pending)
        for one in inbox.invites:
            assert one.outcome is decided.get(one.id, Outcome.PENDING)
        assert all(decided[id] is Outcome.ACCEPTED for id in carried)
