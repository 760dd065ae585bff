"""The list of public rooms as one node knows it, and pages of it that are told by what changes.

A newer version of a room replaces an older; a room that was taken out comes back with a newer version alone.
Rooms are sorted once for each filter and order that somebody looks at, and a change is looked at only by
those it may concern; a page is a window on that.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from lobby.rules.listing import LEASE, Diff, Entry, Filter, Key, Query, Sort, fits, order, row

MOST = 10_000
"""Rooms in the list; others are found by their codes alone."""
MOST_RANKINGS = 256
"""Different filters and orders that one node's sockets look at; pages of them are as many as sockets."""

Row = dict[str, Any]


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
    """The rooms that one filter lets through, in one order. `dirty`: another than at the last look."""

    def __init__(self, wanted: Filter, sort: Sort, entries: Iterable[Entry]) -> None:
        self.wanted = wanted
        self.sort = sort
        self.keys: list[Key] = sorted(order(e, sort) for e in entries if fits(e, wanted))
        self.views: dict[tuple[int, int], View] = {}
        self.dirty = False

    def changed(self, old: Entry | None, new: Entry | None) -> None:
        """A room is another one."""
        was = order(old, self.sort) if old is not None and fits(old, self.wanted) else None
        now = order(new, self.sort) if new is not None and fits(new, self.wanted) else None
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


class View:
    """A page that somebody looks at. `told` is what they were told last; `users`: how many they are."""

    def __init__(self, ranking: Ranking, page: int, size: int, rows: dict[str, Row]) -> None:
        self.ranking = ranking
        self.key = page, size
        self._rows = rows
        self.users = 0
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
        page, size = self.key
        keys = self.ranking.keys
        return Told(len(keys), {key[2]: self._rows[key[2]] for key in keys[page * size : (page + 1) * size]})


class Index:
    """The entries and the views of them."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self._rows: dict[str, Row] = {}
        self._rankings: dict[str, dict[bytes, Ranking]] = {}
        """By the game that is asked for, "" where any is."""
        self._heard: dict[str, float] = {}
        self._gone: dict[str, tuple[int, float]] = {}

    def look(self, query: Query) -> View | None:
        """One more looks at this page; None where too many different lists are looked at."""
        mine = self._rankings.setdefault(query.filter.game, {})
        key = msgspec.json.encode((query.filter, query.sort), order="deterministic")
        ranking = mine.get(key)
        if ranking is None:
            if sum(map(len, self._rankings.values())) >= MOST_RANKINGS:
                return None
            ranking = mine[key] = Ranking(query.filter, query.sort, self.entries.values())
        view = ranking.views.get((query.page, query.size))
        if view is None:
            view = View(ranking, query.page, query.size, self._rows)
            ranking.views[view.key] = view
        view.users += 1
        return view

    def leave(self, view: View) -> None:
        """One looks at it no more."""
        view.users -= 1
        ranking = view.ranking
        if not view.users:
            del ranking.views[view.key]
        if not ranking.views:
            mine = self._rankings[ranking.wanted.game]
            self._rankings[ranking.wanted.game] = {k: r for k, r in mine.items() if r is not ranking}

    def news(self) -> Iterator[tuple[View, Diff]]:
        """What has changed in each view since it was told last, which is told by this."""
        for rankings in self._rankings.values():
            for ranking in rankings.values():
                if ranking.dirty:
                    ranking.dirty = False
                    for view in ranking.views.values():
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
            self._rows.pop(code, None)
        else:
            self.entries[code] = new
            told = row(new)
            if self._rows.get(code) == told:  # a lease was renewed, no more
                return
            self._rows[code] = told
        for game in {"", *(e.game for e in (old, new) if e is not None)}:
            for ranking in self._rankings.get(game, {}).values():
                ranking.changed(old, new)
