"""Notices that wait."""

from lobby.rules.notices import MOST, Gone, Looked, Notice, Seen, Sent, Tell, step


def notice(n: int, until: float = 100) -> Notice:
    return Notice(f"n{n}", "news", f"News {n}", {}, 0, until)


def test_a_new_one_is_kept_and_told_once() -> None:
    box, told = step([], Sent(notice(1)), 1)
    assert (box, told) == ([notice(1)], [Tell(notice(1))])
    assert step(box, Sent(notice(1)), 1) == (box, [])


def test_one_that_has_run_out_is_neither_kept_nor_told() -> None:
    assert step([], Sent(notice(1, until=5)), 5) == ([], [])
    assert step([notice(1, until=5)], Looked(), 4.9) == ([notice(1, until=5)], [])
    assert step([notice(1, until=5)], Looked(), 5) == ([], [])


def test_beyond_the_bound_the_oldest_are_forgotten() -> None:
    box = [notice(n) for n in range(MOST)]
    after, told = step(box, Sent(notice(MOST)), 1)
    assert [kept.id for kept in after] == [f"n{n}" for n in range(1, MOST + 1)]
    assert told == [Tell(notice(MOST))]


def test_what_one_device_has_seen_is_gone_for_all_and_told_once() -> None:
    box = [notice(1), notice(2), notice(3)]
    after, told = step(box, Seen(["n1", "n3", "unknown"]), 1)
    assert (after, told) == ([notice(2)], [Gone(["n1", "n3"])])
    assert step(after, Seen(["n1"]), 1) == (after, [])
