"""What one client saw of one match, in its own words, and how that is kept: a JSON line for each entry.

Times are milliseconds since the run began. `content` is what was said, canonically: a move as JSON with
sorted keys, else a word (`resign`, `rematch:true`).
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec


class _Entry(msgspec.Struct, array_like=True, frozen=True, gc=False):
    at: float


class Opened(_Entry, tag="opened", frozen=True):
    """A socket was opened to the node at this port; the client held (epoch, seq)."""

    port: int
    epoch: int
    seq: int


class Welcomed(_Entry, tag="welcomed", frozen=True):
    """`number`: what the server says it applied last in this session; `seat`: where it says one sits."""

    number: int
    seat: int | None


class Sent(_Entry, tag="sent", frozen=True):
    """A numbered message went out for the first time; repeats are not noted."""

    number: int
    content: str


class Acked(_Entry, tag="acked", frozen=True):
    """The server says that it was applied, in a frame of (epoch, seq)."""

    number: int
    content: str
    epoch: int
    seq: int


class Refused(_Entry, tag="refused", frozen=True):
    """The rules refused it; its number is used up. (epoch, seq): the last frame before."""

    number: int
    content: str
    code: str
    epoch: int
    seq: int


class Seen(_Entry, tag="seen", frozen=True):
    """A frame that the client believed. `digest`: of the whole view after it; `time`: match time, ms.

    `key`: it was a keyframe. `events`: what the client was told with it, each `[seq, name, data]`.
    """

    epoch: int
    seq: int
    time: int
    key: bool
    digest: str
    events: list[tuple[int, str, Any]] = []
    rewound: bool = False


class Ended(_Entry, tag="ended", frozen=True):
    """The view showed the end of the match for the first time."""

    epoch: int
    seq: int
    phase: str
    result: Any


class Recorded(_Entry, tag="recorded", frozen=True):
    """The server says that the result is in the database; per seat `[before, after]` or None."""

    ratings: list[list[int] | None]


class Lost(_Entry, tag="lost", frozen=True):
    """The socket is gone."""


class Left(_Entry, tag="left", frozen=True):
    """The client left for good: `code` None by its own will, else because it was told to go away."""

    code: int | None
    text: str


Entry = Opened | Welcomed | Sent | Acked | Refused | Seen | Ended | Recorded | Lost | Left


class Who(msgspec.Struct, frozen=True):
    """Whose history: one session of a player's seat."""

    match: str
    player: str
    seat: int
    session: int


class History(msgspec.Struct):
    """All that one session saw."""

    who: Who
    entries: list[Entry] = []


_encode = msgspec.json.Encoder().encode
_canonical = msgspec.json.Encoder(order="deterministic").encode
_who = msgspec.json.Decoder(Who)
_entry: msgspec.json.Decoder[Entry] = msgspec.json.Decoder(Entry)


def canonical(value: Any) -> str:
    """One spelling of a plain value."""
    return _canonical(value).decode()


def digest(view: Any) -> str:
    """16 hex digits of a view."""
    return hashlib.blake2b(_canonical(view), digest_size=8).hexdigest()


def save(history: History, folder: Path) -> None:
    """Write it down: the first line says whose it is."""
    who = history.who
    lines = [_encode(who), *map(_encode, history.entries), b""]
    (folder / f"{who.match}.{who.seat}.{who.session}.jsonl").write_bytes(b"\n".join(lines))


def load(path: Path) -> History:
    """What `save` wrote."""
    first, *rest = path.read_bytes().splitlines()
    return History(_who.decode(first), [_entry.decode(line) for line in rest])


def by_match(folder: Path) -> Iterator[tuple[str, list[History]]]:
    """The histories of a folder, match by match."""
    paths: dict[str, list[Path]] = {}
    for path in sorted(folder.glob("*.jsonl")):
        paths.setdefault(path.name.split(".")[0], []).append(path)
    for match, there in paths.items():
        yield match, [load(path) for path in there]
