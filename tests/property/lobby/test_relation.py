"""Whatever two players do to each other, in any order and however often."""

from hypothesis import given
from hypothesis import strategies as st

from lobby.rules.relation import QUIET, Event, Refused, Relation, Side, Tie, mirrored, seen, step

Doing = tuple[Event, Side, float]
doings = st.lists(
    st.tuples(st.sampled_from(Event), st.sampled_from(Side), st.floats(0, 2 * QUIET)), max_size=12
)
PAIRS = {("", ""), ("asked", "asks"), ("asks", "asked"), ("friend", "friend")} | {
    ("blocked", ""),
    ("", "blocked"),
    ("blocked", "blocked"),
}


def after(doings: list[Doing]) -> tuple[Relation, float]:
    relation, now = Relation(), 0.0
    for event, by, passed in doings:
        now += passed
        try:
            relation = step(relation, event, by, now)
        except Refused:
            continue
    return relation, now


@given(doings)
def test_a_block_leaves_no_tie_and_the_sides_are_told_what_fits(doings: list[Doing]) -> None:
    relation, _ = after(doings)
    assert relation.tie is Tie.NONE or not any(relation.blocks)
    assert (seen(relation, Side.A), seen(relation, Side.B)) in PAIRS


def done(relation: Relation, event: Event, by: Side, now: float) -> Relation | str:
    """The relation after it, or the error."""
    try:
        return step(relation, event, by, now)
    except Refused as refused:
        return refused.code


@given(doings, st.sampled_from(Event), st.sampled_from(Side))
def test_said_again_it_changes_nothing_and_is_answered_alike(
    doings: list[Doing], event: Event, by: Side
) -> None:
    relation, now = after(doings)
    once = done(relation, event, by, now)
    assert done(relation if isinstance(once, str) else once, event, by, now) == once


@given(doings, st.sampled_from(Event), st.sampled_from(Side))
def test_both_sides_have_the_same_rules(doings: list[Doing], event: Event, by: Side) -> None:
    relation, now = after(doings)
    here, there = done(relation, event, by, now), done(mirrored(relation), event, by.other, now)
    assert here == (there if isinstance(there, str) else mirrored(there))


@given(doings)
def test_both_asking_makes_friends_whoever_was_first(doings: list[Doing]) -> None:
    """Unless a block or a decline stands in between."""
    relation, now = after(doings)
    if any(relation.blocks) or any(until > now for until in relation.quiet):
        return
    for first in Side:
        asked = step(relation, Event.ASKED, first, now)
        assert step(asked, Event.ASKED, first.other, now).tie is Tie.FRIENDS


@given(doings, st.sampled_from(Side))
def test_friends_are_made_by_both(doings: list[Doing], lonely: Side) -> None:
    """Nobody gets a friend who never asked or accepted."""
    willing = (Event.ASKED, Event.ACCEPTED)
    relation, _ = after([d for d in doings if not (d[0] in willing and d[1] is lonely)])
    assert relation.tie is not Tie.FRIENDS
