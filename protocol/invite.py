"""The messages of invites and of links that invite."""

from typing import Any, ClassVar, Literal

from protocol.base import Budget, Count, Message, Name, Request, Token


class Invite(Request, tag=140, frozen=True):
    """Invite a player to one's party or room, to a rematch of the match `what`, or to be friends."""

    budget: ClassVar[Budget] = Budget(rate=1, burst=10)
    ref: Count
    to: Literal["party", "room", "rematch", "friend"]
    player: Name
    what: Name = ""


class InviteAccept(Request, tag=141, frozen=True):
    """Accept an invite, and go there."""

    ref: Count
    id: Name


class InviteDecline(Request, tag=142, frozen=True):
    """Decline an invite."""

    ref: Count
    id: Name


class InviteCancel(Request, tag=143, frozen=True):
    """Take back what was sent to `player`."""

    ref: Count
    id: Name
    player: Name


class LinkMake(Request, tag=144, frozen=True):
    """Ask for one's link to one's party or room."""

    budget: ClassVar[Budget] = Budget(rate=1, burst=5)
    ref: Count
    to: Literal["party", "room"]


class LinkRevoke(Request, tag=145, frozen=True):
    """End one's link."""

    ref: Count
    code: Token


class LinkLook(Request, tag=147, frozen=True):
    """Ask where a link leads, before one takes it."""

    budget: ClassVar[Budget] = Budget(rate=0.5, burst=5)
    ref: Count
    code: Token


class LinkTake(Request, tag=146, frozen=True):
    """Go where a link leads."""

    budget: ClassVar[Budget] = Budget(rate=0.5, burst=5)
    ref: Count
    code: Token


class Invites(Message, tag=166, frozen=True):
    """The invites that wait, whole, after each change.

    `invites`, to this player: `{"id", "to", "what", "player", "name", "game", "mode", "seconds"}`, by whom
    and for how many seconds more. `sent`, by him: the same, `player` and `name` being whom.
    """

    invites: list[dict[str, Any]]
    sent: list[dict[str, Any]] = []


class InviteOver(Message, tag=167, frozen=True):
    """What this player has sent is decided: `accepted`, `declined` or `expired`."""

    id: str
    outcome: str
    player: str


InviteRequest = (
    Invite | InviteAccept | InviteDecline | InviteCancel | LinkMake | LinkRevoke | LinkLook | LinkTake
)
