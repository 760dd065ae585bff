"""Whoever follows a page by its diffs sees what a fresh look would show."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lobby.rules.listing import Diff, Entry, Filter, Query, page
from lobby.rules.pages import Index, View

entries = st.builds(
    Entry,
    st.sampled_from([f"R{n}" for n in range(12)]),
    st.integers(1, 20),
    st.sampled_from(["arena", "connect-four"]),
    st.just("ffa"),
    st.just(""),
    st.sampled_from(["Ann", "Bob"]),
    st.just(4),
    st.integers(0, 3),
    st.just(0),
    st.just(0),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["open", "playing"]),
    st.sampled_from([1.0, 2.0, 3.0]),
    st.dictionaries(st.just("map"), st.sampled_from(["ice", "fire"])),
    st.just(1000.0),
    st.sampled_from(["", "", "ann", "bob"]),
)
steps = st.one_of(
    st.tuples(st.just("put"), entries),
    st.tuples(st.just("drop"), entries),
    st.tuples(st.just("sync"), st.lists(entries, max_size=4)),
    st.tuples(st.just("flush"), st.none()),
)
queries = st.builds(
    Query,
    st.builds(
        Filter,
        game=st.sampled_from(["", "arena"]),
        free=st.integers(0, 2),
        no_password=st.booleans(),
        open=st.booleans(),
        search=st.sampled_from([{}, {"map": "ice"}]),
    ),
    st.sampled_from(["new", "old", "free"]),
    st.integers(0, 1),
    st.integers(1, 4),
)


class Client:
    """Keeps a page as the wire's page says."""

    def __init__(self, diff: Diff) -> None:
        self.total = 0
        self.codes: list[str] = []
        self.rows: dict[str, dict[str, Any]] = {}
        self.take(diff)

    def take(self, diff: Diff | None) -> None:
        if diff is None:
            return
        if diff.full:
            self.rows = {}
        self.total = diff.total
        self.rows |= {row["code"]: row for row in diff.rows}
        self.codes = self.codes if diff.codes is None else diff.codes
        self.rows = {code: self.rows[code] for code in self.codes}


def follow(index: Index, clients: dict[View, Client]) -> None:
    """What has changed is told, and each page then is what one sees who comes now."""
    for view, diff in index.news():
        clients[view].take(diff)
    for view, client in clients.items():
        late = Client(view.told.full())
        assert (late.total, late.codes, late.rows) == (client.total, client.codes, client.rows)


def seek(index: Index, query: Query, friends: frozenset[str]) -> View:
    view = index.look(query, index.circle(friends))
    assert view is not None
    return view


def rove(index: Index, place: int, views: list[View], clients: list[Client], friends: frozenset[str]) -> None:
    """Who has other friends, or friends with other rooms, hears how his page differs from the former."""
    before = views[place]
    views[place] = seek(index, before.query, friends)
    clients[place].take(views[place].told.since(before.told))
    index.leave(before)


FRIENDS = st.sampled_from([frozenset(), frozenset({"ann"}), frozenset({"bob"}), frozenset({"ann", "bob"})])


@given(
    queries,
    st.lists(FRIENDS, min_size=1, max_size=3),
    st.lists(st.one_of(steps, st.tuples(st.just("friends"), FRIENDS)), max_size=30),
)
def test_diffs_lead_each_to_what_he_may_see(
    query: Query, theirs: list[frozenset[str]], happened: list[tuple[str, Any]]
) -> None:
    index, now = Index(), 10.0
    views = [seek(index, query, friends) for friends in theirs]
    clients = [Client(view.told.full()) for view in views]
    for what, given_ in [*happened, ("flush", None)]:
        now += 1
        if what == "put":
            index.put(given_, now)
        elif what == "drop":
            index.drop(given_.code, given_.version, now)
        elif what == "sync":
            index.sync(given_, now, now)
        elif what == "friends":
            theirs[0] = given_
            rove(index, 0, views, clients, given_)
        else:
            for place, friends in enumerate(theirs):
                if not index.parted.isdisjoint(friends):
                    rove(index, place, views, clients, friends)
            index.parted = set()
            for view, diff in index.news():
                for place in (n for n, mine in enumerate(views) if mine is view):
                    clients[place].take(diff)
    for client, friends in zip(clients, theirs, strict=True):
        fresh = page(index.entries.values(), query, now, friends)
        held = client.total, client.codes, list(client.rows.values())
        assert held == (fresh.total, fresh.codes, fresh.rows)
        owners = {index.entries[code].friends_of for code in client.codes}
        assert owners <= {"", *friends}, "nobody is told of a stranger's room"


@given(st.lists(queries, min_size=1, max_size=4), st.lists(steps, max_size=30))
def test_diffs_lead_to_what_is_there(asked: list[Query], happened: list[tuple[str, Any]]) -> None:
    index, now = Index(), 10.0
    clients: dict[View, Client] = {}
    views = []
    for number, (what, given_) in enumerate([*happened, ("flush", None)]):
        if number < len(asked):  # some come while it changes
            view = index.look(asked[number])
            assert view is not None
            views.append((view, asked[number]))
            clients.setdefault(view, Client(view.told.full()))
        now += 1
        if what == "put":
            index.put(given_, now)
        elif what == "drop":
            index.drop(given_.code, given_.version, now)
        elif what == "sync":
            index.sync(given_, now, now)
        else:
            follow(index, clients)
    for view, query in views:
        client, fresh = clients[view], page(index.entries.values(), query, now)
        held = client.total, client.codes, list(client.rows.values())
        assert held == (fresh.total, fresh.codes, fresh.rows)
    assert list(index.news()) == []
