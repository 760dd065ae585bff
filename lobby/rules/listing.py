"""What the list of rooms says of a room, how it is filtered and sorted. Pages: `lobby.rules.pages`.

An entry holds until its lease ends.
"""

from collections.abc import Iterable, Set
from typing import Annotated, Any, Literal

import msgspec

from lobby.rules.room.state import Access, Phase, Properties, Room

LEASE = 30.0
"""Seconds an entry holds without being renewed."""
Sort = Literal["new", "old", "free"]
Name = Annotated[str, msgspec.Meta(max_length=64)]
Key = tuple[float, float, str]
"""By which rooms are sorted; ends with the code."""


class Entry(msgspec.Struct, array_like=True, frozen=True):
    """A room in the list. `until` (Unix s): its lease; `created` too. `friends_of`: the player whose friends
    alone are told of it, "" where all are."""

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
    friends_of: str = ""
    by: str = ""


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


class Diff(msgspec.Struct, frozen=True):
    """As the wire's `Rooms`."""

    total: int
    codes: list[str] | None
    rows: list[dict[str, Any]]
    full: bool


def without(diff: Diff, codes: Set[str]) -> Diff:
    """A whole page, for who is not told of these rooms."""
    left = [code for code in diff.codes or [] if code not in codes]
    rows = [told for told in diff.rows if told["code"] not in codes]
    return Diff(max(0, diff.total - (len(diff.rows) - len(rows))), left, rows, True)


def listed(room: Room) -> bool:
    return room.access is not Access.PRIVATE and room.phase is not Phase.GONE


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
        room.owner if room.access is Access.FRIENDS else "",
        room.owner,
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


_TOLD = [name for name in Entry.__struct_fields__ if name not in ("version", "until", "friends_of", "by")]


def row(entry: Entry) -> dict[str, Any]:
    """As it is told."""
    told = {name: getattr(entry, name) for name in _TOLD}
    told["access"] = (Access.FRIENDS if entry.friends_of else Access.PUBLIC).value
    return told


def page(entries: Iterable[Entry], query: Query, now: float, friends: Set[str] = frozenset()) -> Diff:
    """The page of these entries, whole, as it is told to one who is a friend of these."""
    mine = [e for e in entries if not e.friends_of or e.friends_of in friends]
    found = [e for e in mine if e.until > now and fits(e, query.filter)]
    found.sort(key=lambda e: order(e, query.sort))
    rows = [row(e) for e in found[query.page * query.size :][: query.size]]
    return Diff(len(found), [r["code"] for r in rows], rows, True)
