"""What a session tells: one class per thing that can happen."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Welcomed:
    """The server let us in. `welcome` has game, mode, version, pace, seats, rated, token."""

    welcome: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Viewed:
    """The view changed. `time`: match time in ms. `rewound`: the server lost steps that were acknowledged."""

    view: dict[str, Any]
    seq: int
    time: int
    rewound: bool = False


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of the match, such as `match.ended` or one of the game's own."""

    seq: int
    name: str
    data: Any


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was said under this id was applied."""

    id: int
    number: int


@dataclass(frozen=True, slots=True)
class RefusedMove:
    """What was said under this id (None: not known here any more) is against the rules, or cannot be read."""

    id: int | None
    number: int
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The server could not serve a message; with `ref` None it was none of the requests."""

    ref: int | None
    code: str
    text: str
    retry_after: float | None


@dataclass(frozen=True, slots=True)
class Gap:
    """A frame was missing; a keyframe has been asked for."""

    held: int
    prev: int


@dataclass(frozen=True, slots=True)
class ResultRecorded:
    """The result is in the database; per seat the rating before and after, or None."""

    match: str
    ratings: list[list[int] | None]


@dataclass(frozen=True, slots=True)
class Found:
    """A match to go to, with the ticket of its handshake."""

    match: str
    seat: int
    ticket: str
    path: str
    game: str | None = None
    mode: str | None = None


@dataclass(frozen=True, slots=True)
class Rematched:
    """A rematch was made."""

    found: Found


@dataclass(frozen=True, slots=True)
class LobbyWelcomed:
    """The lobby let us in."""

    player: dict[str, Any]
    match: dict[str, Any] | None
    games: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Replied:
    """The request with this ref was done."""

    ref: int
    data: Any


@dataclass(frozen=True, slots=True)
class PresenceChanged:
    """Who is online; the players are in the session."""

    online: int


@dataclass(frozen=True, slots=True)
class QueueChanged:
    """Where we wait; None: nowhere."""

    queue: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class RoomChanged:
    """The room we are in; None: none."""

    room: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Noticed:
    """Something to tell the player."""

    code: str
    text: str


MatchHappening = (
    Welcomed | Viewed | Happened | Accepted | RefusedMove | Failed | Gap | ResultRecorded | Rematched
)
LobbyHappening = (
    LobbyWelcomed | Replied | Failed | PresenceChanged | QueueChanged | RoomChanged | Found | Noticed
)
