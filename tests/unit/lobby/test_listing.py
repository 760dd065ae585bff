"""The list of rooms: what is in it, how it is filtered and sorted, and how a page is told."""

from typing import Any

import msgspec
import pytest

from lobby.rules import listing
from lobby.rules import room as rules
from lobby.rules.listing import LEASE, Entry, Filter, Query, entry_of, fits, page
from lobby.rules.pages import MOST, MOST_RANKINGS, Index
from tests.unit.lobby.test_room import after, room


def entry(code: str = "AAAAAA", version: int = 1, **fields: Any) -> Entry:
    plain = Entry(
        code, version, "arena", "ffa", "", "Ann", 4, 3, 0, 0, False, False, "open", 1.0, {}, 100.0 + LEASE
    )
    return msgspec.structs.replace(plain, **fields)


def test_an_entry_tells_no_secret() -> None:
    start = after(room(4), rules.Changed("a", rules.Choice(password="hash", access=rules.Access.PUBLIC)))
    start = after(
        start, rules.Described("a", "lobby", {"note": 1}), rules.Described("a", "search", {"map": "ice"})
    )
    told = listing.row(entry_of(start, 7, 100.0))
    assert told["password"] is True
    assert told["search"] == {"map": "ice"}
    assert (told["owner"], told["seats"], told["free"]) == ("Ann", 4, 3)
    assert set(told) == set(Entry.__struct_fields__) - {"version", "until", "friends_of", "by"} | {"access"}
    assert listing.listed(start)
    assert not listing.listed(after(start, rules.Changed("a", rules.Choice(access=rules.Access.PRIVATE))))


def test_a_room_for_friends_is_told_to_them_alone() -> None:
    start = after(room(4), rules.Changed("a", rules.Choice(access=rules.Access.FRIENDS)))
    assert listing.listed(start)
    held = entry_of(start, 7, 100.0)
    assert (held.friends_of, listing.row(held)["access"]) == ("a", "friends")
    assert page([held], Query(Filter()), 100.0, frozenset({"b"})) == page([], Query(Filter()), 100.0)
    assert page([held], Query(Filter()), 100.0, frozenset({"a"})).codes == [held.code]


@pytest.mark.parametrize(
    ("wanted", "fields", "found"),
    [
        ({}, {"locked": True, "password": True, "phase": "playing"}, True),
        ({"game": "arena"}, {}, True),
        ({"game": "connect-four"}, {}, False),
        ({"mode": "teams"}, {}, False),
        ({"free": 3}, {}, True),
        ({"free": 4}, {}, False),
        ({"no_password": True}, {"password": True}, False),
        ({"open": True}, {"locked": True}, False),
        ({"open": True}, {"phase": "playing"}, False),
        ({"open": True}, {"phase": "countdown"}, True),
        ({"search": {"map": "ice"}}, {"search": {"map": "ice", "rank": 1}}, True),
        ({"search": {"map": "ice"}}, {"search": {"map": "fire"}}, False),
        ({"search": {"rank": 1}}, {"search": {"rank": True}}, False),
        ({"search": {"rank": 1}}, {}, False),
    ],
)
def test_a_filter(wanted: dict[str, Any], fields: dict[str, Any], found: bool) -> None:
    assert fits(entry(**fields), Filter(**wanted)) is found


def test_the_orders_and_pages() -> None:
    entries = [
        entry(code, free=free, created=at) for code, free, at in (("A", 0, 1.0), ("B", 2, 2.0), ("C", 1, 3.0))
    ]
    told = {sort: page(entries, Query(Filter(), sort), 100.0).codes for sort in ("new", "old", "free")}
    assert told == {"new": ["C", "B", "A"], "old": ["A", "B", "C"], "free": ["C", "B", "A"]}
    second = page(entries, Query(Filter(), "old", 1, 2), 100.0)
    assert (second.codes, second.total) == (["C"], 3)
    assert page(entries, Query(Filter()), 100.0 + LEASE).codes == [], "leases that ran out are not shown"


def test_a_newer_version_wins_and_what_is_gone_stays_gone() -> None:
    index = Index()
    index.put(entry(version=5, free=1), 100.0)
    index.put(entry(version=4, free=2), 100.0)
    assert index.entries["AAAAAA"].free == 1
    index.drop("AAAAAA", 4, 100.0)
    assert "AAAAAA" in index.entries
    index.drop("AAAAAA", 6, 100.0)
    index.put(entry(version=6), 100.0)
    assert index.entries == {}
    index.put(entry(version=7), 100.0)
    assert "AAAAAA" in index.entries


def test_a_reading_of_the_store_heals_what_was_not_heard() -> None:
    index = Index()
    index.put(entry("LOST"), 90.0)
    index.put(entry("NEWS"), 101.0)
    index.sync([entry("KEPT"), entry("DEAD", until=99.0)], 100.0, 102.0)
    assert set(index.entries) == {"KEPT", "NEWS"}
    index.sync([entry("KEPT")], 103.0, 100.0 + LEASE)
    assert index.entries == {}, "a lease that nobody renewed has run out"


def test_the_list_and_its_views_are_bounded() -> None:
    index = Index()
    for n in range(MOST + 5):
        index.put(entry(f"R{n}"), 100.0)
    assert len(index.entries) == MOST
    views = [index.look(Query(Filter(mode=f"m{n}"))) for n in range(MOST_RANKINGS + 1)]
    assert views[-1] is None
    assert index.look(Query(Filter(mode="m0"))) is views[0], "who looks at the same page shares it"
    second = index.look(Query(Filter(mode="m0"), page=1))
    assert second is not None, "there are as many pages of a list as sockets"
    first = views[0]
    assert first is not None
    assert second.ranking is first.ranking, "which is sorted once for all its pages"
    for _ in range(2):
        index.leave(first)
    index.leave(second)
    assert index.look(Query(Filter(mode="new"))) is not None, "what nobody looks at is forgotten"


def test_a_change_concerns_the_lists_of_its_game_alone() -> None:
    index = Index()
    arena, chess = (index.look(Query(Filter(game=game))) for game in ("arena", "chess"))
    assert arena is not None
    assert chess is not None
    index.put(entry(), 100.0)
    assert (arena.ranking.dirty, chess.ranking.dirty) == (True, False)
    assert [view for view, _ in index.news()] == [arena]
    index.put(entry(until=200.0), 101.0)
    assert not arena.ranking.dirty, "a lease that was renewed is no news"
    assert index.entries["AAAAAA"].until == 200.0
