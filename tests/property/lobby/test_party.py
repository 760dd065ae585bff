"""Whatever is said to a party, in whatever order, by whomever."""

from hypothesis import given
from hypothesis import strategies as st

from lobby.rules import party_events as events
from lobby.rules.party import founded, step
from lobby.rules.party_events import Event, Party, Phase, Refused

who = st.sampled_from("abcde")
tickets = st.sampled_from(["t1", "t2", "t3"])
matches = st.sampled_from(["m1", "m2"])
some = st.frozensets(who, max_size=2)
said = st.one_of(
    st.builds(events.Joined, who, st.just("N")),
    st.builds(events.Left, who),
    st.builds(events.Kicked, who, who),
    st.builds(events.Promoted, who, who),
    st.builds(events.Asked, who, st.just("N")),
    st.builds(events.Answered, who, who, st.booleans(), st.booleans()),
    st.builds(events.Readied, who, st.just(True)),
    st.builds(events.Readied, who, st.booleans()),
    st.builds(events.Chosen, who, st.just("g"), st.sampled_from("xy"), st.integers(1, 4)),
    st.builds(events.Queued, who, tickets),
    st.builds(events.Stopped, who),
    st.builds(events.Dropped, tickets, st.just("failed"), who),
    st.builds(events.Matched, tickets, matches),
    st.builds(events.Ended, matches),
    st.builds(events.Swept, some, some),
)
sequences = st.lists(st.tuples(said, st.floats(0, 100)), max_size=40)


def tried(party: Party, event: Event, now: float) -> tuple[Party, list[events.Effect]]:
    try:
        return step(party, event, now)
    except Refused:
        return party, []


@given(sequences)
def test_it_keeps_its_shape_its_ticket_and_its_members(sequence: list[tuple[Event, float]]) -> None:
    party, now = founded("p", "a", "N", 0.0), 0.0
    waiting: set[str] = set()
    members = {"a"}
    for event, passed in sequence:
        now += passed
        held = party.ticket
        party, effects = tried(party, event, now)
        for effect in effects:
            match effect:
                case events.Enter(ticket):
                    assert not waiting
                    waiting.add(ticket)
                case events.Withdraw(ticket):
                    waiting.remove(ticket)
                case events.In(player):
                    assert player not in members
                    members.add(player)
                case events.Out(player):
                    members.remove(player)
        if isinstance(event, events.Matched) and event.ticket == held:
            waiting.discard(event.ticket)
        assert waiting == ({party.ticket} if party.phase is Phase.QUEUED else set())
        assert [m.player for m in party.members] == sorted(
            members, key=[m.player for m in party.members].index
        )
        assert len(members) == len(party.members) <= party.size
        assert (party.phase is Phase.GONE) == (not party.members)
        assert party.owner in members or party.phase is Phase.GONE
        assert bool(party.match) == (party.phase is Phase.PLAYING)
        assert not {m.player for m in party.members} & {ask.player for ask in party.asks}


@given(sequences, said, st.floats(0, 100))
def test_what_is_said_twice_changes_nothing_more(
    sequence: list[tuple[Event, float]], event: Event, later: float
) -> None:
    party, now = founded("p", "a", "N", 0.0), 0.0
    for before, passed in sequence:
        now += passed
        party, _ = tried(party, before, now)
    once, _ = tried(party, event, now + later)
    if isinstance(event, events.Queued) and once.phase is not Phase.QUEUED:
        return
    assert tried(once, event, now + later) == (once, [])
