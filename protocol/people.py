"""What the lobby's socket says of people: friends, requests, blocks, who was met, and who is away."""

from typing import ClassVar

from protocol.base import Budget, Count, Message, Name, Request


class FriendAsk(Request, tag=148, frozen=True):
    """Ask a player to be your friend, or accept his asking: when both have asked you are friends."""

    budget: ClassVar[Budget] = Budget(rate=0.5, burst=10)
    ref: Count
    player: Name


class FriendAnswer(Request, tag=149, frozen=True):
    """Accept or decline a player's asking."""

    budget: ClassVar[Budget] = Budget(rate=1, burst=10)
    ref: Count
    player: Name
    accept: bool


class FriendRemove(Request, tag=150, frozen=True):
    """End a friendship, or take back your own asking."""

    budget: ClassVar[Budget] = Budget(rate=1, burst=10)
    ref: Count
    player: Name


class Block(Request, tag=151, frozen=True):
    """Have nothing more to do with a player; a friendship ends by it."""

    budget: ClassVar[Budget] = Budget(rate=1, burst=10)
    ref: Count
    player: Name


class Unblock(Request, tag=152, frozen=True):
    """Take a block back."""

    budget: ClassVar[Budget] = Budget(rate=1, burst=10)
    ref: Count
    player: Name


class Away(Request, tag=153, frozen=True):
    """Say that nobody is at this device, or somebody is again."""

    budget: ClassVar[Budget] = Budget(rate=0.5, burst=10)
    ref: Count
    away: bool


class PlayerFind(Request, tag=154, frozen=True):
    """Look for players who are online by a part of their name."""

    budget: ClassVar[Budget] = Budget(rate=1, burst=5)
    ref: Count
    name: Name


class PlayersMet(Request, tag=155, frozen=True):
    """Ask with whom you sat in matches lately."""

    budget: ClassVar[Budget] = Budget(rate=0.5, burst=5)
    ref: Count


class People(Message, tag=170, frozen=True):
    """Who is what to you. `full`: forget what you held. `here`: `[id, name, what, status]`; `gone`: ids.

    `what` is `friend`, `asks` (to be one), `asked` (by you) or `blocked`; `status` a friend's, as in
    `Presence`, or `offline`, and "" of all others. `version` counts on this socket.
    """

    version: int
    here: list[list[str]]
    gone: list[str]
    full: bool


PeopleRequest = FriendAsk | FriendAnswer | FriendRemove | Block | Unblock | Away | PlayerFind | PlayersMet
