"""What a session tells: one class per thing that can happen."""

from dataclasses import dataclass
from typing import Any


class LobbyHappening:
    """Base of all that happens in the lobby; an area has its own beside it (`areas`)."""

    __slots__ = ()


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
class Failed(LobbyHappening):
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
class Found(LobbyHappening):
    """A match to go to, with the ticket of its handshake; `backfill`: to a seat that a player left."""

    match: str
    seat: int
    ticket: str
    path: str
    game: str | None = None
    mode: str | None = None
    backfill: bool = False


@dataclass(frozen=True, slots=True)
class Rematched:
    """A rematch was made."""

    found: Found


@dataclass(frozen=True, slots=True)
class LobbyWelcomed(LobbyHappening):
    """The lobby let us in."""

    player: dict[str, Any]
    match: dict[str, Any] | None
    games: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Replied(LobbyHappening):
    """The request with this ref was done."""

    ref: int
    data: Any


@dataclass(frozen=True, slots=True)
class PresenceChanged(LobbyHappening):
    """Who is online; the players are in the session."""

    online: int


@dataclass(frozen=True, slots=True)
class PeopleChanged(LobbyHappening):
    """Who is what to us; as the session has it."""

    people: dict[str, tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class QueueChanged(LobbyHappening):
    """Where we wait; None: nowhere."""

    queue: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Unqueued(LobbyHappening):
    """The queue let us go: `declined` or `missed` a match, or `away`; `mine`: by ourselves."""

    game: str
    mode: str
    code: str
    mine: bool


@dataclass(frozen=True, slots=True)
class RoomChanged(LobbyHappening):
    """The room we are in; None: none."""

    room: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class RoomsChanged(LobbyHappening):
    """The page of the list of rooms that we look at, and the number of rooms on all pages."""

    total: int
    rows: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Noticed(LobbyHappening):
    """Something to tell the player."""

    code: str
    text: str


MatchHappening = (
    Welcomed | Viewed | Happened | Accepted | RefusedMove | Failed | Gap | ResultRecorded | Rematched
)
