"""What a party is, what can happen to it, and what that asks to be done. Its rules are in `party.py`.

Times are Unix seconds.
"""

import enum

import msgspec

from lobby.rules.wishes import Wish

MOST = 8
"""Members of a party that has not said what it plays."""


class Phase(enum.StrEnum):
    OPEN = "open"
    QUEUED = "queued"
    PLAYING = "playing"
    GONE = "gone"


class Member(msgspec.Struct, array_like=True, frozen=True):
    """`away`: since when without a socket. `wish`: what he asks of the queue, said with his being ready."""

    player: str
    name: str
    ready: bool = False
    away: float | None = None
    wish: Wish = Wish()


class Ask(msgspec.Struct, array_like=True, frozen=True):
    """A request to join, until the owner answers it or it is too old."""

    player: str
    name: str
    until: float


class Reason(msgspec.Struct, array_like=True, frozen=True):
    """Why the party is not in the queue any more, and by whom ("": by nobody of it)."""

    code: str
    player: str = ""
    name: str = ""


class Party(msgspec.Struct, array_like=True, frozen=True):
    """The document. `size`: seats the game has for a party; `since` is when the phase began."""

    id: str
    owner: str
    members: list[Member]
    game: str = ""
    mode: str = ""
    size: int = MOST
    phase: Phase = Phase.OPEN
    since: float = 0
    ticket: str = ""
    match: str = ""
    reason: Reason | None = None
    asks: list[Ask] = []
    out: list[str] = []

    def member(self, player: str) -> Member | None:
        return next((m for m in self.members if m.player == player), None)


class Joined(msgspec.Struct, frozen=True):
    """Somebody who was let in: by an invite, a link."""

    player: str
    name: str


class Left(msgspec.Struct, frozen=True):
    player: str


class Kicked(msgspec.Struct, frozen=True):
    """`by`, who must be the owner, puts `player` out."""

    by: str
    player: str


class Promoted(msgspec.Struct, frozen=True):
    by: str
    player: str


class Asked(msgspec.Struct, frozen=True):
    player: str
    name: str


class Answered(msgspec.Struct, frozen=True):
    """`by`, who must be the owner, lets `player`, who asked, in or not. `free`: he is in no other party."""

    by: str
    player: str
    let: bool
    free: bool = True


class Readied(msgspec.Struct, frozen=True):
    """`wish`: as of the next time that the party queues."""

    player: str
    ready: bool
    wish: Wish = Wish()


class Chosen(msgspec.Struct, frozen=True):
    """`by`, who must be the owner, says what the party plays; `size` is what that has room for."""

    by: str
    game: str
    mode: str
    size: int


class Queued(msgspec.Struct, frozen=True):
    """`by`, who must be the owner, takes the party into the queue as this ticket."""

    by: str
    ticket: str
    wish: Wish = Wish()


class Stopped(msgspec.Struct, frozen=True):
    """A member takes the party out of the queue."""

    player: str


class Dropped(msgspec.Struct, frozen=True):
    """The queue has let this ticket go: `player`'s doing, or nobody's."""

    ticket: str
    code: str
    player: str = ""


class Matched(msgspec.Struct, frozen=True):
    """The match of this ticket was made."""

    ticket: str
    match: str


class Ended(msgspec.Struct, frozen=True):
    match: str


class Swept(msgspec.Struct, frozen=True):
    """Time has passed. Of the members, `away` are not online and `strayed` are in another party."""

    away: frozenset[str] = frozenset()
    strayed: frozenset[str] = frozenset()


Event = (
    Joined
    | Left
    | Kicked
    | Promoted
    | Asked
    | Answered
    | Readied
    | Chosen
    | Queued
    | Stopped
    | Dropped
    | Matched
    | Ended
    | Swept
)


class Enter(msgspec.Struct, frozen=True):
    """Effect: put this ticket into the queue; where that fails, say `Dropped`."""

    ticket: str


class Withdraw(msgspec.Struct, frozen=True):
    """Effect: take this ticket out of the queue."""

    ticket: str


class In(msgspec.Struct, frozen=True):
    """Effect: this player is in the party now."""

    player: str


class Out(msgspec.Struct, frozen=True):
    """Effect: this player is in the party no longer, because of `code`."""

    player: str
    code: str


class Denied(msgspec.Struct, frozen=True):
    """Effect: tell this player that the owner did not let him in."""

    player: str


Effect = Enter | Withdraw | In | Out | Denied


class Refused(Exception):
    """The event is not allowed; `code` is one of the protocol's."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)
