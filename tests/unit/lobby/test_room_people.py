"""Who comes into a room, who is sent out, and whose it is."""

import pytest

from lobby.rules import room as rules
from lobby.rules.room import Access, Choice, Phase, Refused, Room, step
from tests.unit.lobby.test_room import after, room


def changed(start: Room, **choice: object) -> Room:
    return after(start, rules.Changed("a", Choice(**choice)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("choice", "event", "code"),
    [
        ({"locked": True}, rules.Joined("b", "Bob"), "room-locked"),
        ({"locked": True}, rules.Joined("b", "Bob", invited=True), "room-locked"),
        ({"access": Access.FRIENDS}, rules.Joined("b", "Bob"), "room-friends"),
        ({"access": Access.FRIENDS}, rules.Joined("b", "Bob", friend_of="c"), "room-friends"),
        ({"access": Access.FRIENDS}, rules.Joined("b", "Bob", friend_of="a"), None),
        ({"access": Access.FRIENDS}, rules.Joined("b", "Bob", invited=True), None),
        ({"password": "hash"}, rules.Joined("b", "Bob"), "room-password"),
        ({"password": "hash"}, rules.Joined("b", "Bob", passed="older"), "room-password"),
        ({"password": "hash"}, rules.Joined("b", "Bob", passed="hash"), None),
        ({"password": "hash"}, rules.Joined("b", "Bob", invited=True), None),
        ({}, rules.Joined("b", "Bob", watch=True), "room-full"),
        ({"places": 1}, rules.Joined("b", "Bob", watch=True), None),
    ],
)
def test_who_may_come_in(choice: dict[str, object], event: rules.Joined, code: str | None) -> None:
    start = changed(room(), **choice)
    if code is not None:
        with pytest.raises(Refused, match=code):
            step(start, event, 0.0)
        return
    inside = after(start, event)
    assert [m.player for m in inside.people] == ["a", "b"]
    assert bool(inside.watchers) == event.watch
    assert after(inside, event) == inside, "said again it is as it was"
    assert after(changed(inside, locked=True), rules.Joined("b", "Bob")).member("b") is not None


def test_who_is_kicked_may_come_back_and_who_is_banned_may_not() -> None:
    both = after(room(), rules.Joined("b", "Bob"))
    kicked, effects = step(both, rules.Kicked("a", "b"), 0.0)
    assert effects == [rules.Out("b", "kicked")]
    assert after(kicked, rules.Kicked("a", "b")) == kicked
    assert after(kicked, rules.Joined("b", "Bob")) == both
    banned, effects = step(both, rules.Kicked("a", "b", True), 0.0)
    assert effects == [rules.Out("b", "banned")]
    assert banned.banned == [rules.Banned("b", "Bob")]
    assert after(banned, rules.Kicked("a", "b", True)) == banned
    with pytest.raises(Refused, match="room-banned"):
        step(banned, rules.Joined("b", "Bob", invited=True), 0.0)
    pardoned = after(banned, rules.Pardoned("a", "b"))
    assert after(pardoned, rules.Pardoned("a", "b")) == pardoned
    assert after(pardoned, rules.Joined("b", "Bob")) == both


def test_a_watcher_is_kicked_too_and_a_stranger_can_be_banned() -> None:
    watched = after(changed(room(), places=1), rules.Joined("w", "Wim", watch=True))
    assert after(watched, rules.Kicked("a", "w")).watchers == []
    assert after(watched, rules.Kicked("a", "x", True)).banned == [rules.Banned("x", "")]


def test_the_owner_gives_the_room_away_once() -> None:
    both = after(room(), rules.Joined("b", "Bob"))
    given = after(both, rules.Given("a", "b"))
    assert given.owner == "b"
    assert after(given, rules.Given("a", "b")) == given
    with pytest.raises(Refused, match="not-owner"):
        step(given, rules.Given("a", "a"), 0.0)


def test_the_room_moves_on_to_a_seat_before_a_watcher() -> None:
    start = after(changed(room(3), places=2), rules.Joined("w", "Wim", watch=True), rules.Joined("b", "Bob"))
    assert after(start, rules.Left("a")).owner == "b"
    assert after(start, rules.Left("a"), rules.Left("b")).owner == "w"


@pytest.mark.parametrize("away", [False, True])
def test_a_room_that_does_not_move_on_closes_with_its_owner(away: bool) -> None:
    start = after(changed(room(3), places=2, moves_on=False), rules.Joined("b", "Bob"))
    start = after(start, rules.Joined("w", "Wim", watch=True))
    assert after(start, rules.Left("b")).phase is Phase.OPEN
    if away:
        start = after(start, rules.Swept(frozenset("a")))
    event: rules.Event = rules.Swept(frozenset("a")) if away else rules.Left("a")
    gone, effects = step(start, event, rules.GRACE)
    assert (gone.phase, gone.people) == (Phase.GONE, [])
    assert effects == [
        rules.Out("a", "away" if away else "left"),
        rules.Out("b", "closed"),
        rules.Out("w", "closed"),
    ]
