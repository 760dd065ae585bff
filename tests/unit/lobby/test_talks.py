"""What chat keeps for a player."""

import pytest

from lobby.rules.chat import Refused
from lobby.rules.talks import FRESH, MARKS, MUTED, TALKS, Marked, Muted, Talk, Talks, Wrote, step


def talk(n: int, at: int) -> Talk:
    return Talk(f"direct/a.b{n}", f"b{n}", f"B {n}", at)


def test_the_latest_talk_is_first_and_the_last_are_forgotten() -> None:
    kept = Talks()
    for n in range(TALKS + 5):
        kept = step(kept, Wrote(talk(n, n)))
    assert [t.player for t in kept.talks] == [f"b{n}" for n in range(TALKS + 4, 4, -1)]
    again = step(kept, Wrote(talk(7, 100)))
    assert (again.talks[0].player, len(again.talks)) == ("b7", TALKS)


def test_what_was_written_earlier_comes_late_and_changes_nothing() -> None:
    kept = step(step(Talks(), Wrote(talk(1, 5))), Wrote(talk(2, 6)))
    assert step(kept, Wrote(talk(1, 5))) == kept
    assert step(kept, Wrote(talk(1, 4))) == kept


def test_a_lively_talk_is_noted_now_and_then() -> None:
    kept = step(step(Talks(), Wrote(talk(1, 5))), Wrote(talk(2, 6)))
    assert step(kept, Wrote(talk(2, 5 + FRESH))) == kept
    assert step(kept, Wrote(talk(2, 6 + FRESH))).talks[0].at == 6 + FRESH
    assert step(kept, Wrote(talk(1, 7))).talks[0].player == "b1"


def test_a_mark_goes_up_only() -> None:
    kept = step(Talks(), Marked("room/A", 5))
    assert kept.unread_after("room/A") == 5
    assert step(kept, Marked("room/A", 5)) == kept
    assert step(kept, Marked("room/A", 4)) == kept
    assert step(kept, Marked("room/A", 6)).unread_after("room/A") == 6
    assert kept.unread_after("room/B") == 0


def test_of_many_marks_the_latest_are_kept() -> None:
    kept = Talks()
    for n in range(MARKS):
        kept = step(kept, Marked(f"room/{n}", 1))
    kept = step(kept, Marked("room/0", 2))
    kept = step(kept, Marked("room/new", 1))
    assert len(kept.read) == MARKS
    assert (kept.unread_after("room/0"), kept.unread_after("room/1")) == (2, 0)


def test_a_player_is_muted_once_and_heard_again() -> None:
    once = step(Talks(), Muted("bob", True))
    assert once.muted == ["bob"]
    assert step(once, Muted("bob", True)) == once
    heard = step(once, Muted("bob", False))
    assert heard == Talks()
    assert step(heard, Muted("bob", False)) == heard


def test_so_many_are_muted_and_no_more() -> None:
    full = Talks(muted=[f"p{n}" for n in range(MUTED)])
    with pytest.raises(Refused) as error:
        step(full, Muted("one more", True))
    assert error.value.code == "too-many-muted"
    assert step(full, Muted("p3", True)) == full
