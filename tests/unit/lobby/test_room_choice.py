"""What the owner chooses of a room, and the properties of room and members."""

import pytest

from lobby.rules import room as rules
from lobby.rules.room import Choice, Phase, Play, Refused, step
from tests.unit.lobby.test_room import after, room


def test_what_is_not_named_stays() -> None:
    start = after(room(), rules.Changed("a", Choice(title="Friday", places=2, password="hash")))
    again = after(start, rules.Changed("a", Choice(locked=True, password="")))
    assert (again.title, again.places, again.password, again.locked) == ("Friday", 2, "", True)
    assert after(again, rules.Changed("a", Choice(locked=True))) == again


def test_another_mode_makes_everybody_unready_and_the_same_does_not() -> None:
    start = after(room(4), rules.Joined("b", "Bob"), rules.Readied("b", True))
    same = after(start, rules.Changed("a", Choice(), Play("ffa", 4)))
    assert same == start
    for play in (Play("teams", 4, 2), Play("ffa", 4, settings={"seconds": 30}), Play("ffa", 3)):
        other = after(start, rules.Changed("a", Choice(), play))
        assert not any(m.ready for m in other.seated)
        assert (other.mode, len(other.members), other.team_size, other.settings) == (
            play.mode,
            play.seats,
            play.team_size,
            play.settings,
        )


def test_fewer_seats_move_people_down_and_push_nobody_out() -> None:
    start = after(room(4), rules.Joined("b", "Bob"), rules.Sat("b", 3))
    two = after(start, rules.Changed("a", Choice(), Play("duel", 2)))
    assert [m and m.player for m in two.members] == ["a", "b"]
    three = after(start, rules.Joined("c", "Cid"))
    with pytest.raises(Refused, match="room-full"):
        step(three, rules.Changed("a", Choice(), Play("duel", 2)), 0.0)
    watched = after(room(places=2), rules.Joined("w", "Wim", watch=True))
    with pytest.raises(Refused, match="room-full"):
        step(watched, rules.Changed("a", Choice(places=0)), 0.0)


def test_what_is_played_stays_while_it_is_played() -> None:
    playing = after(room(), rules.BotSet("a", 1, "One"), rules.Readied("a", True))
    for phase in (playing, after(playing, rules.Started("m"))):
        with pytest.raises(Refused, match="in-match"):
            step(phase, rules.Changed("a", Choice(), Play("ffa", 3)), 0.0)
        assert after(phase, rules.Changed("a", Choice(locked=True))).locked
    assert after(playing, rules.Started("m")).phase is Phase.PLAYING


def test_properties_are_merged_deleted_and_bounded() -> None:
    start = after(room(), rules.Joined("b", "Bob"))
    told = after(start, rules.Described("a", "search", {"map": "ice", "rank": 3}))
    told = after(told, rules.Described("a", "search", {"map": None, "open": True}))
    assert told.search == {"rank": 3, "open": True}
    assert told.lobby == {}
    mine = after(told, rules.Described("b", "member", {"skin": "red"}))
    assert [m.properties for m in mine.seated] == [{}, {"skin": "red"}]
    assert after(mine, rules.Described("b", "member", {"skin": "red"})) == mine
    many: dict[str, rules.Value | None] = {f"k{n}": n for n in range(17)}
    for scope in ("lobby", "search", "member"):
        with pytest.raises(Refused, match="malformed"):
            step(start, rules.Described("a", scope, many), 0.0)
