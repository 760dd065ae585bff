"""Seats, teams, spectators' places, changing seats, the countdown."""

import pytest

from lobby.rules import room as rules
from lobby.rules.room import Choice, Phase, Refused, Room, step
from tests.unit.lobby.test_room import after, room

SEATS = ["a", "b", None, None]


def players(state: Room) -> list[str | None]:
    return [m.player if m else None for m in state.members]


def four(**choice: object) -> Room:
    """Ann and Bob on the seats 0 and 1; the teams are 0 1 0 1."""
    return after(room(4, 2, **choice), rules.Joined("b", "Bob"))


@pytest.mark.parametrize(
    ("event", "now"),
    [
        (rules.Sat("b", 3), ["a", None, None, "b"]),
        (rules.Sat("b", team=0), ["a", None, "b", None]),
        (rules.Sat("b", team=1), SEATS),
        (rules.Sat("b", 1), SEATS),
        (rules.Sat("b"), ["a", None, None, None]),
        (rules.Swapped("b", 2), ["a", None, "b", None]),
        (rules.Sat("b", 0), "seat-taken"),
        (rules.Sat("b", 4), "seat-unknown"),
        (rules.Sat("b", -1), "seat-unknown"),
        (rules.Sat("b", team=2), "seat-unknown"),
        (rules.Swapped("b", 9), "seat-unknown"),
    ],
)
def test_a_player_changes_the_seat(event: rules.Event, now: list[str | None] | str) -> None:
    start = four(places=1)
    if isinstance(now, str):
        with pytest.raises(Refused, match=now):
            step(start, event, 0.0)
        return
    moved = after(start, event)
    assert players(moved) == now
    assert after(moved, event) == moved
    assert len(moved.people) == 2


def test_a_full_team_and_full_places_take_nobody_in() -> None:
    full = after(four(), rules.Joined("c", "Cid"))
    with pytest.raises(Refused, match="seat-taken"):
        step(full, rules.Sat("b", team=0), 0.0)
    with pytest.raises(Refused, match="room-full"):
        step(full, rules.Sat("b"), 0.0)


def test_a_swap_takes_two_and_makes_both_unready() -> None:
    start = after(four(), rules.Readied("a", True), rules.Readied("b", True))
    asked = after(start, rules.Swapped("b", 0))
    assert players(asked) == SEATS
    assert after(asked, rules.Swapped("b", 0)) == asked
    assert players(after(asked, rules.Swapped("b", 1), rules.Swapped("a", 1))) == SEATS, "taken back"
    done = after(asked, rules.Swapped("a", 1))
    assert players(done) == ["b", "a", None, None]
    assert not any(m.ready or m.swap for m in done.seated)


def test_a_wish_to_swap_ends_with_the_seat_of_either() -> None:
    asked = after(four(places=1), rules.Swapped("b", 0))
    for event in (rules.Left("a"), rules.Sat("a")):
        assert all(m.swap is None for m in after(asked, event).seated)


def test_a_computer_changes_seats_with_whom_it_is_told() -> None:
    start = after(four(), rules.BotSet("a", 1, "Computer 1", seat=3))
    done = after(start, rules.Swapped("b", 3))
    assert [bool(m and m.bot) for m in done.members] == [False, True, False, False]
    assert after(done, rules.BotSet("a", 0, seat=1)).members[1] is None
    with pytest.raises(Refused, match="no-bot"):
        step(done, rules.BotSet("a", 0, seat=2), 0.0)
    with pytest.raises(Refused, match="seat-taken"):
        step(done, rules.BotSet("a", 1, seat=0), 0.0)


def test_watchers_are_not_ready_and_do_not_hold_up_the_start() -> None:
    start = after(room(places=2), rules.Joined("w", "Wim", watch=True), rules.Joined("b", "Bob"))
    with pytest.raises(Refused, match="not-seated"):
        step(start, rules.Readied("w", True), 0.0)
    with pytest.raises(Refused, match="not-seated"):
        step(start, rules.Swapped("w", 0), 0.0)
    assert after(start, rules.Readied("a", True), rules.Readied("b", True)).phase is Phase.STARTING


def counting() -> Room:
    both = after(room(places=1, countdown=5), rules.Joined("b", "Bob"), rules.Readied("a", True))
    counted, effects = step(both, rules.Readied("b", True), 100.0)
    assert counted.phase is Phase.COUNTDOWN
    assert effects == [rules.Count(105.0)]
    return counted


@pytest.mark.parametrize("event", [rules.Counted(), rules.Swept(), rules.Readied("b", True)])
def test_the_match_starts_when_the_countdown_is_over(event: rules.Event) -> None:
    assert after(counting(), event, now=104.9).phase is Phase.COUNTDOWN
    starting, effects = step(counting(), event, 105.0)
    assert starting.phase is Phase.STARTING
    assert [type(e) for e in effects] == [rules.Start]


@pytest.mark.parametrize(
    "event",
    [
        rules.Readied("b", False),
        rules.Left("b"),
        rules.Kicked("a", "b"),
        rules.Sat("b"),
        rules.Changed("a", Choice(), rules.Play("ffa", 3)),
    ],
)
def test_the_countdown_ends_when_somebody_is_not_ready_any_more(event: rules.Event) -> None:
    stopped = after(counting(), event, now=104.0)
    assert stopped.phase is Phase.OPEN
    assert after(stopped, rules.Counted(), now=105.0).phase is Phase.OPEN


def test_nobody_counts_down_alone_and_no_match_is_of_computers_only() -> None:
    alone = after(room(countdown=5), rules.BotSet("a", 1, "Computer 1"), rules.Readied("a", True))
    assert alone.phase is Phase.STARTING
    watched = after(room(places=1), rules.BotSet("a", 1, "One"), rules.Sat("a"), rules.BotSet("a", 1, "Two"))
    assert (watched.phase, watched.free) == (Phase.OPEN, 0)
