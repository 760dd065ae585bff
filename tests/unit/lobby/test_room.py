"""The life of a room."""

from typing import Any

import pytest

from lobby.rules import room as rules
from lobby.rules.room import Phase, Refused, Room, opened, step


def room(seats: int = 2, team_size: int = 0, **choice: Any) -> Room:
    """Ann's, whose matches start at once unless a countdown is chosen."""
    new = opened("ABCDEF", "arena", rules.Play("ffa", seats, team_size), "a", "Ann")
    return after(new, rules.Changed("a", rules.Choice(**{"countdown": 0, **choice})))


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
        (rules.Sat("c", 0), "no-room"),
        (rules.Swapped("c", 0), "no-room"),
        (rules.Changed("c", rules.Choice()), "no-room"),
        (rules.Changed("b", rules.Choice()), "not-owner"),
        (rules.Described("c", "member", {}), "no-room"),
        (rules.Described("b", "search", {}), "not-owner"),
        (rules.Kicked("b", "a"), "not-owner"),
        (rules.Kicked("a", "a"), "forbidden"),
        (rules.Pardoned("b", "c"), "not-owner"),
        (rules.Given("b", "b"), "not-owner"),
        (rules.Given("a", "c"), "not-member"),
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
    assert effects == [rules.Out("b", "away")]
    assert len(late.people) == 1


def test_nothing_can_be_asked_of_a_room_that_is_gone() -> None:
    gone, _ = step(room(), rules.Left("a"), 0.0)
    asked: list[rules.Event] = [
        rules.Left("a"),
        rules.Readied("a", True),
        rules.BotSet("a", 1),
        rules.Sat("a", 1),
        rules.Swapped("a", 1),
        rules.Changed("a", rules.Choice()),
        rules.Described("a", "lobby", {}),
        rules.Kicked("a", "b"),
        rules.Pardoned("a", "b"),
        rules.Given("a", "b"),
    ]
    for event in asked:
        with pytest.raises(Refused, match="no-room"):
            step(gone, event, 0.0)
    with pytest.raises(Refused, match="room-unknown"):
        step(gone, rules.Joined("a", "Ann"), 0.0)
    told: list[rules.Event] = [
        rules.Swept(),
        rules.Counted(),
        rules.Started("m"),
        rules.Failed(),
        rules.Ended("m"),
    ]
    assert all(step(gone, event, 0.0) == (gone, []) for event in told)


def test_every_phase_and_event_of_the_table_is_known() -> None:
    kinds = set(rules.Event.__args__)
    assert set(rules.PHASES) == set(Phase)
    assert all(set(row) <= kinds for row in rules.PHASES.values())
