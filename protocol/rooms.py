"""The messages of rooms: kinds 68 to 81 from clients, 101 and 103 to them.

`options` of a room, each may be left out: `title` (at most 40 characters), `access` (`public`: in the
list, `friends`: friends of the owner, `private`: who has the code), `password` (empty: none), `locked`
(nobody comes in), `places` (of spectators, at most 16), `countdown` (seconds, at most 30), `moves_on` (false:
the room closes when its owner leaves), `mode`, `seats`, `settings` (of the game, by its schema).
"""

from typing import Annotated, Any, ClassVar, Literal

import msgspec

from protocol.base import PLAIN, Budget, Count, Message, Name, Request

Player = Annotated[str, msgspec.Meta(max_length=40, pattern=PLAIN)]
Page = Annotated[int, msgspec.Meta(ge=0, le=1000)]
Rows = Annotated[int, msgspec.Meta(ge=1, le=50)]


class RoomCreate(Request, tag=68, frozen=True):
    """Make a room; its code is in the `Room` that follows. `seats` 0: the mode's usual number."""

    budget: ClassVar[Budget] = Budget(rate=0.5, burst=5)
    ref: Count
    game: Name
    mode: Name
    seats: Count = 0
    options: dict[str, Any] = {}


class RoomJoin(Request, tag=69, frozen=True):
    """Enter the room with this code. `watch`: on a spectator's place."""

    budget: ClassVar[Budget] = Budget(rate=1, burst=5)
    ref: Count
    code: Name
    password: Name = ""
    watch: bool = False


class RoomReady(Request, tag=70, frozen=True):
    """Ready or not. When all seats are taken and ready, the match starts after the countdown."""

    ref: Count
    ready: bool


class RoomLeave(Request, tag=71, frozen=True):
    """Leave the room. A room without people is gone; its owner's place moves on, or the room closes."""

    ref: Count


class RoomBot(Request, tag=72, frozen=True):
    """The owner puts a computer player of `level` on a free seat (None: the first); level 0 takes one out
    (None: the last)."""

    ref: Count
    level: Count
    seat: Count | None = None


class RoomChange(Request, tag=73, frozen=True):
    """The owner chooses other `options`; what is not named stays."""

    budget: ClassVar[Budget] = Budget(rate=2, burst=10)
    ref: Count
    options: dict[str, Any]


class RoomSit(Request, tag=74, frozen=True):
    """Move to a free seat, or to the first free one of a team; both None: to a spectator's place."""

    ref: Count
    seat: Count | None = None
    team: Count | None = None


class RoomSwap(Request, tag=75, frozen=True):
    """Ask who sits there to change seats; when both have asked they do. The own seat: ask no more."""

    ref: Count
    seat: Count


class RoomKick(Request, tag=76, frozen=True):
    """The owner sends a player out; with `ban` he may not come back."""

    ref: Count
    player: Player
    ban: bool = False


class RoomPardon(Request, tag=77, frozen=True):
    """The owner lets a banned player come in again."""

    ref: Count
    player: Player


class RoomGive(Request, tag=78, frozen=True):
    """The owner makes another one in the room its owner."""

    ref: Count
    player: Player


class RoomDescribe(Request, tag=79, frozen=True):
    """Set properties; None deletes one. The owner sets `lobby` and `search`, everybody their own `member`.

    Members see all of them, the list those of `search`. At most 16 of a kind; names as in `map_size`, at most
    32 characters; values bool, int, or text of at most 64 characters.
    """

    budget: ClassVar[Budget] = Budget(rate=2, burst=10)
    ref: Count
    scope: Literal["lobby", "member", "search"]
    values: dict[str, Any]


class RoomBrowse(Request, tag=80, frozen=True):
    """Be told a page of the list of public rooms by `Rooms`, and from then on what changes of it.

    `filter`, each may be left out: `game`, `mode`, `free` (at least so many free seats), `no_password`,
    `open` (neither locked nor playing), `search` (properties that are equal). Another call replaces it.
    """

    budget: ClassVar[Budget] = Budget(rate=2, burst=10)
    ref: Count
    filter: dict[str, Any] = {}
    sort: Literal["new", "old", "free"] = "new"
    page: Page = 0
    size: Rows = 20


class RoomsClose(Request, tag=81, frozen=True):
    """Be told of the list no more."""

    ref: Count


class Room(Message, tag=101, frozen=True):
    """The room this player is in, whole, after each change; `code` None when it was left or is gone.

    `members`: per seat `{"player", "name", "ready", "bot", "owner", "team", "away", "swap", "properties"}`.
    `more` has the rest, see the wire's page.
    """

    code: str | None
    game: str = ""
    mode: str = ""
    seats: int = 0
    members: list[dict[str, Any]] = []
    link: str = ""
    more: dict[str, Any] = {}


class Rooms(Message, tag=103, frozen=True):
    """The page of the list that was asked for: `codes` in order (None: as before), `rows` new or changed.

    `total`: rooms on all pages. `full`: forget what you held.
    """

    total: int
    codes: list[str] | None
    rows: list[dict[str, Any]]
    full: bool


RoomRequest = (
    RoomCreate
    | RoomJoin
    | RoomReady
    | RoomLeave
    | RoomBot
    | RoomChange
    | RoomSit
    | RoomSwap
    | RoomKick
    | RoomPardon
    | RoomGive
    | RoomDescribe
    | RoomBrowse
    | RoomsClose
)
