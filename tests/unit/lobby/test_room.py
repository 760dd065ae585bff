"""The life of a room."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lobby.rules import room as rules
from lobby.rules.room import Phase, Refused, Room, opened, step


def room(seats: int = 2) -> Room:
    return opened("ABCDEF", "connect-four", "standard", seats, 0, "a", "Ann")


def after(start: Room, *events: rules.Event, now: float = 0.0) -> Room:
    for event in events:
        start, _ = step(start, event, now)
    return start


def test_the_match_starts_when_every_seat_is_taken_and_ready() -> None:
    full = after(room(), rules.Readied("a", True), rules.Joined("b", "Bob"))
    assert full.phase is Phase.OPEN
    starting, effects = step(full, rules.Readied("b", True), 1.0)
    assert starting.phase is Phase.STARTING
    (start,) = effects
    assert isinstance(start, rules.Start)
    assert [m.player for m in start.members] == ["a", "b"]
    assert start.teams == [0, 1]
    assert after(starting, rules.Started("m1")).phase is Phase.PLAYING


def test_after_the_match_all_are_back_and_not_ready() -> None:
    playing = after(room(), rules.Joined("b", "Bob"), rules.Readied("a", True), rules.Readied("b", True))
    playing = after(playing, rules.Started("m1"))
    assert after(playing, rules.Ended("other")) == playing
    back = after(playing, rules.Ended("m1"))
    assert (back.phase, back.match) == (Phase.OPEN, None)
    assert [m and m.ready for m in back.members] == [False, False]


@pytest.mark.parametrize("event", [rules.Failed(), rules.Swept()])
def test_a_start_that_fails_or_hangs_opens_the_room_again(event: rules.Event) -> None:
    starting = after(room(), rules.Joined("b", "Bob"), rules.Readied("a", True), rules.Readied("b", True))
    back = after(starting, event, now=rules.START)
    assert back.phase is Phase.OPEN
    assert not any(m and m.ready for m in back.members)


def test_a_start_that_hangs_is_over_for_whatever_comes_next() -> None:
    starting = after(room(), rules.Joined("b", "Bob"), rules.Readied("a", True), rules.Readied("b", True))
    with pytest.raises(Refused, match="in-match"):
        step(starting, rules.Readied("a", True), rules.START - 1)
    ready = after(starting, rules.Readied("a", True), now=rules.START)
    assert ready.phase is Phase.OPEN
    assert [m and m.ready for m in ready.members] == [True, False]
    assert after(starting, rules.Left("b"), now=rules.START).phase is Phase.OPEN


def test_the_owner_puts_computers_in_and_out_and_they_are_ready() -> None:
    with_bot = after(room(3), rules.BotSet("a", 2, "Computer 1"))
    assert with_bot.members[1] == rules.Member(None, "Computer 1", True, 2)
    assert after(with_bot, rules.BotSet("a", 0)).members[1] is None
    joined = after(with_bot, rules.Joined("b", "Bob"))
    with pytest.raises(Refused, match="not-owner"):
        step(joined, rules.BotSet("b", 1), 0.0)
    with pytest.raises(Refused, match="room-full"):
        step(joined, rules.BotSet("a", 1), 0.0)
    assert after(joined, rules.Readied("a", True), rules.Readied("b", True)).phase is Phase.STARTING


def test_the_owners_place_moves_on_and_an_empty_room_is_gone() -> None:
    both = after(room(), rules.Joined("b", "Bob"))
    alone = after(both, rules.Left("a"))
    assert alone.owner == "b"
    gone, effects = step(alone, rules.Left("b"), 0.0)
    assert gone.phase is Phase.GONE
    assert effects == [rules.Out("b")]
    bots = after(room(), rules.BotSet("a", 1, "Computer 1"), rules.Left("a"))
    assert bots.phase is Phase.GONE


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (rules.Joined("c", "Cid"), "room-full"),
        (rules.Left("c"), "no-room"),
        (rules.Readied("c", True), "no-room"),
        (rules.BotSet("c", 1), "no-room"),
        (rules.BotSet("a", 0), "no-bot"),
    ],
)
def test_what_is_refused_says_why(event: rules.Event, code: str) -> None:
    with pytest.raises(Refused, match=code):
        step(after(room(), rules.Joined("b", "Bob")), event, 0.0)


def test_who_stays_away_loses_the_seat() -> None:
    both = after(room(), rules.Joined("b", "Bob"))
    away = after(both, rules.Swept(frozenset({"b"})), now=10.0)
    assert len(away.people) == 2
    back = after(away, rules.Swept(), now=20.0)
    assert back == both
    late, effects = step(away, rules.Swept(frozenset({"b"})), 10.0 + rules.GRACE)
    assert effects == [rules.Out("b")]
    assert len(late.people) == 1


def test_every_phase_and_event_of_the_table_is_known() -> None:
    kinds = set(rules.Event.__args__)
    assert set(rules.PHASES) == set(Phase)
    assert all(set(row) <= kinds for row in rules.PHASES.values())


players = st.sampled_from("abcd")
events = st.one_of(
    st.builds(rules.Joined, players, st.just("x")),
    st.builds(rules.Left, players),
    st.builds(rules.Readied, players, st.booleans()),
    st.builds(rules.BotSet, players, st.integers(0, 2), st.just("Computer")),
    st.builds(rules.Started, st.sampled_from(["m1", "m2"])),
    st.builds(rules.Failed),
    st.builds(rules.Ended, st.sampled_from(["m1", "m2"])),
    st.builds(rules.Swept, st.frozensets(players)),
)


@given(st.integers(2, 4), st.lists(st.tuples(events, st.floats(0, 40)), max_size=40))
def test_whatever_happens_a_room_is_sound(seats: int, happened: list[tuple[rules.Event, float]]) -> None:
    now, state = 0.0, room(seats)
    for event, seconds in happened:
        now += seconds
        before = state
        try:
            state, effects = step(state, event, now)
        except Refused:
            assert state == before
            continue
        people = [m.player for m in state.people]
        assert len(people) == len(set(people))
        assert len(state.members) == seats
        assert (state.phase is Phase.GONE) == (not people)
        assert not people or state.owner in people
        assert any(isinstance(e, rules.Start) for e in effects) == (
            state.phase is Phase.STARTING and before.phase is not Phase.STARTING
        )
