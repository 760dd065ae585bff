"""The messages of queues, and of the step in which the players of a match accept it."""

from typing import Any, ClassVar

from protocol.base import Budget, Count, Message, Name, Request


class Enqueue(Request, tag=65, frozen=True):
    """Look for an opponent. One queue at a time: a second call moves the player.

    `wish`: what he asks of the match, `{latencies: {region: ms}, values: {name: value}, roles: [name]}`, each
    where the queue has such.
    """

    budget: ClassVar[Budget] = Budget(rate=1, burst=5)
    ref: Count
    game: Name
    mode: Name
    wish: dict[str, Any] = {}


class Dequeue(Request, tag=66, frozen=True):
    """Leave the queue."""

    ref: Count


class MatchAccept(Request, tag=208, frozen=True):
    """Take the match proposed; said again it changes nothing."""

    ref: Count
    claim: Name


class MatchDecline(Request, tag=209, frozen=True):
    """Do not take it: out of the queue, and of this queue for a while."""

    ref: Count
    claim: Name


class Queue(Message, tag=99, frozen=True):
    """Where this player waits, or `game` None when nowhere.

    `since`: seconds waited. `waiting`: players in this queue. `bot`: a match against the computer is on
    offer. `place`: 1 for who waits longest. `estimate`: seconds within which nine of ten of the last matched
    had their match, None where too few were. `party`: players of this ticket. `asked`: the match proposed,
    `{claim, seconds, accepted, players, mine}`, and `role` where the queue has roles.
    """

    game: str | None
    mode: str | None = None
    since: float = 0
    waiting: int = 0
    bot: bool = False
    place: int = 0
    estimate: float | None = None
    party: int = 0
    asked: dict[str, Any] | None = None


class Unqueued(Message, tag=108, frozen=True):
    """The queue has let this player go: `code` is `declined` (a match), `missed` (to answer) or `away`;
    `mine`: because of this player, and not of another one of the party."""

    game: str
    mode: str
    code: str
    mine: bool


QueueRequest = Enqueue | Dequeue | MatchAccept | MatchDecline
