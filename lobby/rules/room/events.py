"""What happens to a room, and what is then to be done."""

from typing import Literal

import msgspec

from lobby.rules.room.state import Choice, Member, Play, Value


class Joined(msgspec.Struct, frozen=True):
    """`watch`: on a spectator's place. `passed`: the password's hash that the player has met; `friend_of`:
    the owner whose friend the player is; `invited`: neither is asked for."""

    player: str
    name: str
    watch: bool = False
    passed: str = ""
    friend_of: str = ""
    invited: bool = False


class Left(msgspec.Struct, frozen=True):
    player: str


class Readied(msgspec.Struct, frozen=True):
    player: str
    ready: bool


class BotSet(msgspec.Struct, frozen=True):
    """`player`, who must be the owner, adds a computer of `level`, or with level 0 takes one out.

    `seat`: there; None: on the first free one, or the last computer.
    """

    player: str
    level: int
    name: str = ""
    seat: int | None = None


class Sat(msgspec.Struct, frozen=True):
    """The player moves to a seat, to the first free one of a team, or (both None) to a spectator's place."""

    player: str
    seat: int | None = None
    team: int | None = None


class Swapped(msgspec.Struct, frozen=True):
    """The player wants this seat for the own; when both want each other's they change. The own: no more."""

    player: str
    seat: int


class Changed(msgspec.Struct, frozen=True):
    """The owner chooses anew: of the room, and what is played (None: as it is)."""

    player: str
    choice: Choice
    play: Play | None = None


class Described(msgspec.Struct, frozen=True):
    """Properties: the owner sets `lobby` and `search`, everybody their own `member`. None deletes."""

    player: str
    scope: Literal["lobby", "member", "search"]
    values: dict[str, Value | None]


class Kicked(msgspec.Struct, frozen=True):
    """The owner sends `target` out; with `ban` for good."""

    player: str
    target: str
    ban: bool = False


class Pardoned(msgspec.Struct, frozen=True):
    """The owner lets `target` in again."""

    player: str
    target: str


class Given(msgspec.Struct, frozen=True):
    """The owner makes `target` the owner."""

    player: str
    target: str


class Counted(msgspec.Struct, frozen=True):
    """The countdown should be over."""


class Started(msgspec.Struct, frozen=True):
    match: str


class Failed(msgspec.Struct, frozen=True):
    """The match could not be made."""


class Ended(msgspec.Struct, frozen=True):
    """The match of the room is over."""

    match: str


class Swept(msgspec.Struct, frozen=True):
    """Time has passed. `away`: those of the people who are not online."""

    away: frozenset[str] = frozenset()


Event = (
    Joined
    | Left
    | Readied
    | BotSet
    | Sat
    | Swapped
    | Changed
    | Described
    | Kicked
    | Pardoned
    | Given
    | Counted
    | Started
    | Failed
    | Ended
    | Swept
)


class Start(msgspec.Struct, frozen=True):
    """Effect: make the match of these members, by seat, and say `Started` or `Failed`."""

    members: list[Member]
    teams: list[int]


class Count(msgspec.Struct, frozen=True):
    """Effect: say `Counted` at `until` (Unix s)."""

    until: float


class Out(msgspec.Struct, frozen=True):
    """Effect: this player is in the room no longer. `why`: `left`, `away`, `kicked`, `banned` or `closed`."""

    player: str
    why: str = "left"


Effect = Start | Count | Out
