"""What a room is: the document, who is in it, what its owner may choose."""

import enum
from typing import Annotated, Any

import msgspec

from lobby.rules.matchmaking import seat_teams

MOST_PLACES = 16
"""Spectators' places of a room."""
MOST_BANNED = 64
MOST_PROPERTIES = 16
"""Properties of one kind."""
COUNTDOWN = 3
"""Seconds between the last one's ready and the start, unless the owner chose other."""

Value = (
    bool
    | Annotated[int, msgspec.Meta(ge=-(2**53) + 1, le=2**53 - 1)]
    | Annotated[str, msgspec.Meta(max_length=64)]
)
Properties = dict[str, Value]


class Phase(enum.StrEnum):
    OPEN = "open"
    COUNTDOWN = "countdown"
    STARTING = "starting"
    PLAYING = "playing"
    GONE = "gone"


class Access(enum.StrEnum):
    """Who may come in: anyone, who finds it in the list; friends of the owner; who has the code."""

    PUBLIC = "public"
    FRIENDS = "friends"
    PRIVATE = "private"


class Member(msgspec.Struct, frozen=True):
    """Who has a seat or a spectator's place: a player, or (seats alone) a computer of level `bot`.

    `away`: since when without a socket. `swap`: the player whose seat is wanted for the own.
    """

    player: str | None
    name: str
    ready: bool = False
    bot: int | None = None
    away: float | None = None
    swap: str | None = None
    properties: Properties = {}


class Banned(msgspec.Struct, frozen=True):
    player: str
    name: str


class Room(msgspec.Struct, frozen=True):
    """The document. `members` per seat, None where it is free; `since` is when the phase began.

    `password` is a hash, empty for none. `places` counts the spectators' places, `watchers` are on them.
    `settings`: the game's that differ from its defaults. `moves_on`: when the owner leaves another
    becomes it, else the room closes.
    """

    code: str
    game: str
    mode: str
    members: list[Member | None]
    owner: str
    team_size: int = 0
    phase: Phase = Phase.OPEN
    match: str | None = None
    since: float = 0
    access: Access = Access.PRIVATE
    password: str = ""
    locked: bool = False
    title: str = ""
    places: int = 0
    watchers: list[Member] = []
    settings: dict[str, Any] = {}
    countdown: int = 0
    moves_on: bool = True
    banned: list[Banned] = []
    lobby: Properties = {}
    search: Properties = {}
    created: float = 0

    def seat_of(self, player: str) -> int | None:
        for seat, member in enumerate(self.members):
            if member is not None and member.player == player:
                return seat
        return None

    def member(self, player: str) -> Member | None:
        """Who is in the room under this id, on a seat or not."""
        return next((m for m in self.people if m.player == player), None)

    @property
    def seated(self) -> list[Member]:
        """The players on seats."""
        return [m for m in self.members if m is not None and m.player is not None]

    @property
    def people(self) -> list[Member]:
        """All players in the room, those on seats first."""
        return [*self.seated, *self.watchers]

    @property
    def teams(self) -> list[int]:
        return seat_teams(len(self.members), self.team_size)

    @property
    def free(self) -> int:
        """Free seats."""
        return self.members.count(None)


class Play(msgspec.Struct, frozen=True):
    """What is played: a mode, its seats, the size of its teams (0: none), the game's settings."""

    mode: str
    seats: int
    team_size: int = 0
    settings: dict[str, Any] = {}


class Choice(msgspec.Struct, frozen=True):
    """What the owner chooses of the room itself; None: as it is. `password` is a hash, empty: none."""

    title: str | None = None
    access: Access | None = None
    password: str | None = None
    locked: bool | None = None
    places: int | None = None
    countdown: int | None = None
    moves_on: bool | None = None


class Refused(Exception):
    """The event is not allowed; `code` is one of the protocol's, `text` says more than its usual one."""

    def __init__(self, code: str, text: str | None = None) -> None:
        self.code = code
        self.text = text
        super().__init__(code)


def put(room: Room, seat: int, member: Member | None) -> Room:
    """The room with this member, or none, on a seat."""
    return with_(room, members=[*room.members[:seat], member, *room.members[seat + 1 :]])


def with_(room: Room, **changes: Any) -> Room:
    return msgspec.structs.replace(room, **changes)


def changed(room: Room, player: str, **changes: Any) -> Room:
    """The room with other fields of this player, who is in it."""
    seat = room.seat_of(player)
    if seat is not None:
        return put(room, seat, msgspec.structs.replace(_there(room.members[seat]), **changes))
    watchers = [msgspec.structs.replace(w, **changes) if w.player == player else w for w in room.watchers]
    return with_(room, watchers=watchers)


def must_be_in(room: Room, player: str) -> Member:
    """Raises Refused `no-room`."""
    member = room.member(player)
    if member is None:
        raise Refused("no-room")
    return member


def must_own(room: Room, player: str) -> None:
    """Raises Refused `no-room`, `not-owner`."""
    must_be_in(room, player)
    if room.owner != player:
        raise Refused("not-owner")


def _there(member: Member | None) -> Member:
    if member is None:
        raise TypeError("a free seat has no member")
    return member
