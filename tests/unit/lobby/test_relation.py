"""What two players are to each other: each row of the table, caps, and being quiet."""

import pytest

from lobby.rules import relation as rules
from lobby.rules.relation import Counts, Event, Refused, Relation, Side, Tie, check, seen, step

NOTHING, BY_A, BY_B, FRIENDS = (Relation(tie) for tie in Tie)

TABLE = [
    (Event.ASKED, [BY_A, BY_A, FRIENDS, FRIENDS]),
    (Event.ACCEPTED, ["no-request", "no-request", FRIENDS, FRIENDS]),
    (Event.DECLINED, [NOTHING, BY_A, Relation(quiet=(0, rules.QUIET)), FRIENDS]),
    (Event.REMOVED, [NOTHING, NOTHING, NOTHING, NOTHING]),
    (Event.BLOCKED, [Relation(blocks=(True, False))] * 4),
    (Event.UNBLOCKED, [NOTHING, BY_A, BY_B, FRIENDS]),
]


@pytest.mark.parametrize("by", Side)
@pytest.mark.parametrize(
    ("event", "before", "after"),
    [(event, Relation(tie), row[n]) for event, row in TABLE for n, tie in enumerate(Tie)],
)
def test_the_table(event: Event, before: Relation, after: Relation | str, by: Side) -> None:
    if by is Side.B:
        before = rules.mirrored(before)
        after = after if isinstance(after, str) else rules.mirrored(after)
    if isinstance(after, str):
        with pytest.raises(Refused, match=after):
            step(before, event, by, 0)
    else:
        assert step(before, event, by, 0) == after


@pytest.mark.parametrize("event", [Event.ASKED, Event.ACCEPTED])
def test_past_a_block_nobody_asks_and_only_who_blocks_is_told_why(event: Event) -> None:
    blocked = step(FRIENDS, Event.BLOCKED, Side.A, 0)
    with pytest.raises(Refused, match=r"^blocked$"):
        step(blocked, event, Side.A, 0)
    with pytest.raises(Refused, match=r"^player-unknown$"):
        step(blocked, event, Side.B, 0)


def test_each_side_takes_back_its_own_block_alone() -> None:
    both = step(step(NOTHING, Event.BLOCKED, Side.A, 0), Event.BLOCKED, Side.B, 0)
    one = step(both, Event.UNBLOCKED, Side.A, 0)
    assert one.blocks == (False, True)
    assert step(one, Event.UNBLOCKED, Side.A, 0) == one


def test_who_was_declined_waits_and_the_other_need_not() -> None:
    declined = step(BY_A, Event.DECLINED, Side.B, 100)
    with pytest.raises(Refused, match="declined") as refused:
        step(declined, Event.ASKED, Side.A, 100 + rules.QUIET - 7)
    assert refused.value.wait == 7
    assert step(declined, Event.ASKED, Side.A, 100 + rules.QUIET).tie is Tie.ASKED_BY_A
    asked = step(declined, Event.ASKED, Side.B, 101)
    assert step(asked, Event.ASKED, Side.A, 102) == FRIENDS


def test_caps() -> None:
    none, full = Counts(), Counts(rules.FRIENDS, rules.ASKING, rules.ASKED, rules.BLOCKS)
    few = Counts(rules.FRIENDS - 1, rules.ASKING - 1, rules.ASKED - 1, rules.BLOCKS - 1)
    for before, after in ((NOTHING, BY_A), (NOTHING, BY_B), (BY_A, FRIENDS)):
        check(before, after, (few, few))
        check(after, after, (full, full))
    for counts in ((full, none), (none, full)):
        with pytest.raises(Refused, match="too-many-friends"):
            check(BY_A, FRIENDS, counts)
    asking, asked = Counts(asking=rules.ASKING), Counts(asked=rules.ASKED)
    for after, counts in ((BY_A, (asking, none)), (BY_A, (none, asked)), (BY_B, (none, asking))):
        with pytest.raises(Refused, match="too-many-friends"):
            check(NOTHING, after, counts)
    check(NOTHING, BY_A, (asked, asking))
    blocked = Relation(blocks=(True, False))
    check(NOTHING, blocked, (few, full))
    check(blocked, NOTHING, (full, full))
    with pytest.raises(Refused, match="too-many-blocks"):
        check(NOTHING, blocked, (full, none))


def test_what_each_side_is_told() -> None:
    assert [seen(Relation(tie), Side.A) for tie in Tie] == ["", "asked", "asks", "friend"]
    assert [seen(Relation(tie), Side.B) for tie in Tie] == ["", "asks", "asked", "friend"]
    blocked = Relation(blocks=(True, False))
    assert (seen(blocked, Side.A), seen(blocked, Side.B)) == ("blocked", "")
