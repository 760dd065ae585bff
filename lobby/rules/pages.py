"""The list of rooms as one node knows it, and pages of it that are told by what changes.

A newer version of a room replaces an older; a room that was taken out comes back with a newer version alone.
Rooms are sorted once for each filter and order that somebody looks at, and a change is looked at only by
those it may concern; a page is a window on that. Rooms for friends are sorted into the pages of those alone
who are told of them: their circle.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Set
from typing import Any

import msgspec

from lobby.rules.listing import LEASE, Diff, Entry, Filter, Key, Query, Sort, fits, order, row

MOST = 10_000
"""Rooms in the list; others are found by their codes alone."""
MOST_RANKINGS = 256
"""Different filters and orders that one node's sockets look at; pages of them are as many as sockets."""

Row = dict[str, Any]
Circle = frozenset[str]
"""Codes of rooms for friends, that one is told of."""


class Told:
    """A page as it was told once. `frame` is kept for whoever encodes it."""

    __slots__ = ("codes", "frame", "rows", "total")

    def __init__(self, total: int, rows: dict[str, Row]) -> None:
        self.total = total
        self.rows = rows
        self.codes = list(rows)
        self.frame: bytes | None = None

    def full(self) -> Diff:
        """All of it."""
        return Diff(self.total, self.codes, list(self.rows.values()), True)

    def since(self, old: "Told") -> Diff | None:
        """What to tell who was told `old`; None: nothing."""
        if old is self:
            return None
        held = old.rows
        news = [told for code, told in self.rows.items() if held.get(code) is not told]
        news = [told for told in news if held.get(told["code"]) != told]
        codes = self.codes if self.codes != old.codes else None
        if not news and codes is None and self.total == old.total:
            return None
        return Diff(self.total, codes, news, False)


class Ranking:
    """The rooms for all that a filter lets through, in one order. `dirty`: another than at the last look."""

    def __init__(self, wanted: Filter, sort: Sort, entries: Iterable[Entry]) -> None:
        self.wanted = wanted
        self.sort = sort
        self.keys: list[Key] = sorted(k for e in entries if (k := self._key(e)) is not None)
        self.views: dict[tuple[int, int, Circle], View] = {}
        self.dirty = False

    def changed(self, old: Entry | None, new: Entry | None) -> None:
        """A room is another one."""
        was, now = self._key(old), self._key(new)
        if was is None and now is None:
            return
        self.dirty = True
        if was == now:
            return
        if was is not None:
            at = bisect_left(self.keys, was)
            if at < len(self.keys) and self.keys[at] == was:
                del self.keys[at]
        if now is not None:
            insort(self.keys, now)

    def slice(self, start: int, size: int, more: list[Key]) -> list[Key]:
        """A page of these with others between them; both are sorted."""
        ranks = [(bisect_left(self.keys, key) + n, key) for n, key in enumerate(more)]
        before = sum(rank < start for rank, _ in ranks)
        mine = [key for rank, key in ranks if start <= rank < start + size]
        others = self.keys[start - before : start - before + size - len(mine)]
        return sorted([*others, *mine]) if mine else others

    def _key(self, entry: Entry | None) -> Key | None:
        """None where it does not belong here."""
        if entry is None or entry.friends_of or not fits(entry, self.wanted):
            return None
        return order(entry, self.sort)


class View:
    """A page that somebody looks at. `told` is what they were told last; `users`: how many they are."""

    def __init__(self, index: "Index", ranking: Ranking, query: Query, circle: Circle) -> None:
        self.ranking = ranking
        self.query = query
        self.circle = circle
        self.users = 0
        self._index = index
        self.told = self.now()

    def news(self) -> Diff | None:
        """What has changed since, which is told by this; None: nothing."""
        old, now = self.told, self.now()
        diff = now.since(old)
        if diff is not None:
            self.told = now
        return diff

    def now(self) -> Told:
        """As it is."""
        query, ranking, index = self.query, self.ranking, self._index
        theirs = [index.entries[code] for code in self.circle if code in index.entries]
        more = sorted(order(e, query.sort) for e in theirs if e.friends_of and fits(e, query.filter))
        keys = ranking.slice(query.page * query.size, query.size, more)
        return Told(len(ranking.keys) + len(more), {key[2]: index.rows[key[2]] for key in keys})


class Index:
    """The entries and the views of them."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.rows: dict[str, Row] = {}
        """The entries, as they are told."""
        self._of: dict[str, set[str]] = {}
        """By player, the codes of his rooms for friends."""
        self.parted: set[str] = set()
        """Players whose rooms for friends are other ones since this was last looked at and emptied."""
        self._touched: set[str] = set()
        """Codes of rooms for friends that are told otherwise."""
        self._rankings: dict[str, dict[bytes, Ranking]] = {}
        """By the game that is asked for, "" where any is."""
        self._heard: dict[str, float] = {}
        self._gone: dict[str, tuple[int, float]] = {}

    def circle(self, friends: Set[str]) -> Circle:
        """The rooms for friends that one is told of who is a friend of these."""
        return frozenset(code for player in self._of.keys() & friends for code in self._of[player])

    def look(self, query: Query, circle: Circle = frozenset()) -> View | None:
        """One more looks at this page; None where too many different lists are looked at."""
        mine = self._rankings.setdefault(query.filter.game, {})
        key = msgspec.json.encode((query.filter, query.sort), order="deterministic")
        ranking = mine.get(key)
        if ranking is None:
            if sum(map(len, self._rankings.values())) >= MOST_RANKINGS:
                return None
            ranking = mine[key] = Ranking(query.filter, query.sort, self.entries.values())
        place = query.page, query.size, circle
        view = ranking.views.get(place)
        if view is None:
            view = ranking.views[place] = View(self, ranking, query, circle)
        view.users += 1
        return view

    def leave(self, view: View) -> None:
        """One looks at it no more."""
        view.users -= 1
        ranking = view.ranking
        if not view.users:
            del ranking.views[view.query.page, view.query.size, view.circle]
        if not ranking.views:
            mine = self._rankings[ranking.wanted.game]
            self._rankings[ranking.wanted.game] = {k: r for k, r in mine.items() if r is not ranking}

    def news(self) -> Iterator[tuple[View, Diff]]:
        """What has changed in each view since it was told last, which is told by this."""
        touched, self._touched = self._touched, set()
        for ranking in [r for rankings in self._rankings.values() for r in rankings.values()]:
            dirty, ranking.dirty = ranking.dirty, False
            for view in ranking.views.values():
                if dirty or not touched.isdisjoint(view.circle):
                    diff = view.news()
                    if diff is not None:
                        yield view, diff

    def put(self, entry: Entry, now: float) -> None:
        old = self.entries.get(entry.code)
        gone = self._gone.get(entry.code)
        if gone is not None and gone[0] >= entry.version:
            return
        if old is None and len(self.entries) >= MOST:
            return
        if old is not None and (entry.version, entry.until) <= (old.version, old.until):
            if entry.version == old.version:
                self._heard[entry.code] = now
            return
        self._set(entry.code, old, entry)
        self._heard[entry.code] = now

    def drop(self, code: str, version: int, now: float) -> None:
        """Out of the list, as of this version of the room."""
        old = self.entries.get(code)
        if old is not None and old.version > version:
            return
        self._gone[code] = (version, now)
        self._set(code, old, None)

    def sync(self, entries: Iterable[Entry], began: float, now: float) -> None:
        """All there are in the store, read since `began`; whoever was not told since is out."""
        kept = {entry.code: entry for entry in entries}
        for entry in kept.values():
            if entry.until > now:
                self.put(entry, now)
        for code, old in list(self.entries.items()):
            if old.until <= now or (code not in kept and self._heard.get(code, 0.0) < began):
                self._set(code, old, None)
        self._gone = {code: gone for code, gone in self._gone.items() if now - gone[1] < 2 * LEASE}

    def _set(self, code: str, old: Entry | None, new: Entry | None) -> None:
        if new is None:
            self.entries.pop(code, None)
            self._heard.pop(code, None)
            self.rows.pop(code, None)
        else:
            self.entries[code] = new
            told = row(new)
            if self.rows.get(code) == told and old is not None and old.friends_of == new.friends_of:
                return  # a lease was renewed, no more
            self.rows[code] = told
        self._move(code, old.friends_of if old else "", new.friends_of if new else "")
        for game in {"", *(e.game for e in (old, new) if e is not None)}:
            for ranking in self._rankings.get(game, {}).values():
                ranking.changed(old, new)

    def _move(self, code: str, before: str, now: str) -> None:
        """A room is for the friends of another player, or for all."""
        if before or now:
            self._touched.add(code)
        if before == now:
            return
        if before:
            self._of[before].discard(code)
            if not self._of[before]:
                del self._of[before]
        if now:
            self._of.setdefault(now, set()).add(code)
        self.parted |= {before, now} - {""}
