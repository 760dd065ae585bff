"""Whatever happens to a room, it is sound."""

from hypothesis import given
from hypothesis import strategies as st

from lobby.rules import room as rules
from lobby.rules.room import Choice, Phase, Play, Refused, Room, step

players = st.sampled_from("abcdef")
matches = st.sampled_from(["m1", "m2"])
seats = st.none() | st.integers(-1, 5)
values = st.none() | st.booleans() | st.integers(0, 3) | st.text("xy", max_size=2)
plays = st.sampled_from(
    [Play("ffa", 2), Play("ffa", 4), Play("teams", 4, 2), Play("ffa", 2, settings={"s": 1})]
)
choices = st.builds(
    Choice,
    title=st.none() | st.just("Title"),
    access=st.none() | st.sampled_from(rules.Access),
    password=st.sampled_from([None, "", "hash"]),
    locked=st.none() | st.booleans(),
    places=st.none() | st.integers(0, 3),
    countdown=st.none() | st.integers(0, 9),
    moves_on=st.none() | st.booleans(),
)
joins = st.builds(
    rules.Joined,
    players,
    st.just("x"),
    watch=st.booleans(),
    passed=st.sampled_from(["", "hash"]),
    friend_of=players,
    invited=st.booleans(),
)
events = st.one_of(
    joins,
    joins,
    st.builds(rules.Left, players),
    st.builds(rules.Readied, players, st.booleans()),
    st.builds(rules.Readied, players, st.just(True)),
    st.builds(rules.BotSet, players, st.integers(0, 2), st.just("Computer"), seats),
    st.builds(rules.Sat, players, seats, st.none() | st.integers(-1, 2)),
    st.builds(rules.Swapped, players, st.integers(-1, 5)),
    st.builds(rules.Changed, players, choices, st.none() | plays),
    st.builds(
        rules.Described,
        players,
        st.sampled_from(["lobby", "member", "search"]),
        st.dictionaries(st.sampled_from(["k1", "k2"]), values),
    ),
    st.builds(rules.Kicked, players, players, st.booleans()),
    st.builds(rules.Pardoned, players, players),
    st.builds(rules.Given, players, players),
    st.just(rules.Counted()),
    st.builds(rules.Started, matches),
    st.just(rules.Failed()),
    st.builds(rules.Ended, matches),
    st.builds(rules.Swept, st.frozensets(players)),
)


def sound(room: Room, before: Room, effects: list[rules.Effect]) -> None:
    people = [m.player for m in room.people]
    assert None not in people
    assert len(people) == len(set(people)), "everybody is there once"
    assert len(room.watchers) <= room.places or room.places >= before.places
    assert (room.phase is Phase.GONE) == (not people)
    assert not people or room.owner in people, "one owner, who is in the room"
    assert all(m is None or (m.player is None) == (m.bot is not None) for m in room.members)
    assert all(w.player is not None and not w.ready for w in room.watchers)
    assert not {banned.player for banned in room.banned} & (set(people) - {m.player for m in before.people})
    starts = [e for e in effects if isinstance(e, rules.Start)]
    assert bool(starts) == (room.phase is Phase.STARTING and before.phase is not Phase.STARTING)
    for start in starts:
        assert list(start.members) == room.members, "a match is of all seats"
    counts = [e for e in effects if isinstance(e, rules.Count)]
    assert bool(counts) == (room.phase is Phase.COUNTDOWN and before.phase is not Phase.COUNTDOWN)
    if room.phase is Phase.COUNTDOWN:
        assert all(m is not None and (m.ready or m.bot) for m in room.members)
    outs = {e.player for e in effects if isinstance(e, rules.Out)}
    assert outs >= {m.player for m in before.people} - set(people), "who is out is told"
    assert not outs & set(people)


@given(st.integers(2, 4), st.lists(st.tuples(events, st.sampled_from([0.0, 0.1, 3.0, 40.0])), max_size=60))
def test_whatever_happens_a_room_is_sound(count: int, happened: list[tuple[rules.Event, float]]) -> None:
    now = 0.0
    room = rules.opened("ABCDEF", "arena", Play("ffa", count), "a", "Ann")
    for event, seconds in happened:
        now += seconds
        before = room
        try:
            room, effects = step(room, event, now)
        except Refused:
            continue
        sound(room, before, effects)


@given(st.lists(events, max_size=30), events)
def test_said_twice_at_once_is_as_said_once(happened: list[rules.Event], event: rules.Event) -> None:
    """What is refused the second time was a leaving, a taking out, or a start that is under way."""
    room = rules.opened("ABCDEF", "arena", Play("ffa", 3), "a", "Ann")
    for earlier in happened:
        try:
            room, _ = step(room, earlier, 0.0)
        except Refused:
            continue
    try:
        once, _ = step(room, event, 0.0)
    except Refused:
        return
    if isinstance(event, rules.BotSet):
        return
    try:
        twice, effects = step(once, event, 0.0)
    except Refused as error:
        code = error.code
    else:
        assert (twice, effects) == (once, [])
        return
    assert code in ("no-room", "in-match", "room-unknown")
