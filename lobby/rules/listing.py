"""The list of public rooms as one node knows it, and pages of it that are told by what changes.

An entry holds until its lease ends. A newer version of a room replaces an older; a room that was taken out
comes back with a newer version alone.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec

from lobby.rules.room.state import Access, Phase, Properties, Room

LEASE = 30.0
"""Seconds an entry holds without being renewed."""
MOST = 5000
"""Rooms in the list; others are found by their codes alone."""
MOST_VIEWS = 128
"""Different pages that one node's sockets look at."""

Sort = Literal["new", "old", "free"]
Name = Annotated[str, msgspec.Meta(max_length=64)]
Key = tuple[float, float, str]


class Entry(msgspec.Struct, array_like=True, frozen=True):
    """A room in the list. `until` (Unix s): its lease; `created` too."""

    code: str
    version: int
    game: str
    mode: str
    title: str
    owner: str
    seats: int
    free: int
    watchers: int
    places: int
    password: bool
    locked: bool
    phase: str
    created: float
    search: Properties
    until: float


class Filter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a room must be to be shown; empty: anything."""

    game: Name = ""
    mode: Name = ""
    free: Annotated[int, msgspec.Meta(ge=0, le=64)] = 0
    no_password: bool = False
    open: bool = False
    search: Properties = {}


class Query(msgspec.Struct, frozen=True):
    """A page: of `size` rows, counted from 0."""

    filter: Filter
    sort: Sort = "new"
    page: int = 0
    size: int = 20

    @property
    def key(self) -> bytes:
        """The same for the same page."""
        return msgspec.json.encode(self, order="deterministic")


class Diff(msgspec.Struct, frozen=True):
    """As the wire's `Rooms`."""

    total: int
    codes: list[str] | None
    rows: list[dict[str, Any]]
    full: bool


def listed(room: Room) -> bool:
    return room.access is Access.PUBLIC and room.phase is not Phase.GONE


def entry_of(room: Room, version: int, now: float) -> Entry:
    owner = room.member(room.owner)
    return Entry(
        room.code,
        version,
        room.game,
        room.mode,
        room.title,
        owner.name if owner else "",
        len(room.members),
        room.free,
        len(room.watchers),
        room.places,
        bool(room.password),
        room.locked,
        room.phase.value,
        room.created,
        room.search,
        now + LEASE,
    )


def fits(entry: Entry, wanted: Filter) -> bool:
    return (
        (not wanted.game or entry.game == wanted.game)
        and (not wanted.mode or entry.mode == wanted.mode)
        and entry.free >= wanted.free
        and not (wanted.no_password and entry.password)
        and not (wanted.open and (entry.locked or entry.phase not in (Phase.OPEN, Phase.COUNTDOWN)))
        and all(_same(entry.search.get(key), value) for key, value in wanted.search.items())
    )


def _same(held: object, wanted: object) -> bool:
    return type(held) is type(wanted) and held == wanted


def order(entry: Entry, sort: Sort) -> Key:
    """`free`: those with the fewest free seats first, full ones last."""
    if sort == "free":
        return (float(entry.free or 1000), -entry.created, entry.code)
    return (0.0, -entry.created if sort == "new" else entry.created, entry.code)


def row(entry: Entry) -> dict[str, Any]:
    """As it is told."""
    names = [name for name in Entry.__struct_fields__ if name not in ("version", "until")]
    return {name: getattr(entry, name) for name in names}


def page(entries: Iterable[Entry], query: Query, now: float) -> Diff:
    """The page of these entries, whole."""
    found = [e for e in entries if e.until > now and fits(e, query.filter)]
    found.sort(key=lambda e: order(e, query.sort))
    rows = [row(e) for e in found[query.page * query.size :][: query.size]]
    return Diff(len(found), [r["code"] for r in rows], rows, True)


class View:
    """A page that somebody looks at; `told` is what they were told last."""

    def __init__(self, query: Query, entries: Iterable[Entry]) -> None:
        self.query = query
        self._keys = sorted(order(e, query.sort) for e in entries if fits(e, query.filter))
        self._total = -1
        self._codes: list[str] = []
        self._rows: dict[str, dict[str, Any]] = {}

    def changed(self, old: Entry | None, new: Entry | None) -> None:
        """An entry is another one; the order alone is kept, the rest is seen by `diff`."""
        if old is not None and fits(old, self.query.filter):
            key = order(old, self.query.sort)
            at = bisect_left(self._keys, key)
            if at < len(self._keys) and self._keys[at] == key:
                del self._keys[at]
        if new is not None and fits(new, self.query.filter):
            insort(self._keys, order(new, self.query.sort))

    def diff(self, entries: dict[str, Entry]) -> Diff | None:
        """What to tell of what has changed since; None: nothing."""
        start = self.query.page * self.query.size
        codes = [key[2] for key in self._keys[start : start + self.query.size]]
        rows = {code: row(entries[code]) for code in codes}
        news = [told for code, told in rows.items() if self._rows.get(code) != told]
        if not news and codes == self._codes and len(self._keys) == self._total:
            return None
        diff = Diff(len(self._keys), codes if codes != self._codes else None, news, False)
        self._total, self._codes, self._rows = len(self._keys), codes, rows
        return diff

    def full(self) -> Diff:
        """What was told last, whole."""
        return Diff(max(0, self._total), self._codes, list(self._rows.values()), True)


class Index:
    """The entries and the views of them."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.views: dict[bytes, View] = {}
        self._heard: dict[str, float] = {}
        self._gone: dict[str, tuple[int, float]] = {}

    def view(self, query: Query) -> View | None:
        """The page; None where too many different ones are looked at."""
        key = query.key
        if key not in self.views:
            if len(self.views) >= MOST_VIEWS:
                return None
            view = self.views[key] = View(query, self.entries.values())
            view.diff(self.entries)
        return self.views[key]

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
        else:
            self.entries[code] = new
        if old is not new:
            for view in self.views.values():
                view.changed(old, new)
