"""The messages of parties."""

from typing import Any, ClassVar

from protocol.base import Budget, Count, Message, Name, Request


class PartyCreate(Request, tag=128, frozen=True):
    """Found a party, which may say at once what it plays. Who is in one keeps it."""

    budget: ClassVar[Budget] = Budget(rate=0.5, burst=5)
    ref: Count
    game: Name = ""
    mode: Name = ""


class PartyAsk(Request, tag=129, frozen=True):
    """Ask to join the party of another player; its owner answers."""

    budget: ClassVar[Budget] = Budget(rate=0.5, burst=5)
    ref: Count
    player: Name


class PartyAnswer(Request, tag=130, frozen=True):
    """The owner lets in who asked, or does not."""

    ref: Count
    player: Name
    let: bool


class PartyLeave(Request, tag=131, frozen=True):
    """Leave the party; the owner's place goes to the longest member."""

    ref: Count


class PartyKick(Request, tag=132, frozen=True):
    """The owner puts a member out."""

    ref: Count
    player: Name


class PartyPromote(Request, tag=133, frozen=True):
    """The owner gives his place to a member."""

    ref: Count
    player: Name


class PartyReady(Request, tag=134, frozen=True):
    """Ready or not."""

    ref: Count
    ready: bool
    wish: dict[str, Any] = {}


class PartyChoose(Request, tag=135, frozen=True):
    """The owner says what the party plays."""

    ref: Count
    game: Name
    mode: Name


class PartyQueue(Request, tag=136, frozen=True):
    """The owner takes the party into the queue, all as one."""

    budget: ClassVar[Budget] = Budget(rate=1, burst=5)
    ref: Count
    wish: dict[str, Any] = {}


class PartyStop(Request, tag=137, frozen=True):
    """Any member takes the party out of the queue."""

    ref: Count


class Party(Message, tag=160, frozen=True):
    """The party this player is in, whole, after each change; `party` None when it was left or is gone.

    `phase` is `open`, `queued` or `playing`. `members`, longest first: `{"player", "name", "ready", "away"}`.
    `asks`: `{"player", "name"}` of who asked to join. `reason`: why it is not in the queue any more,
    `{"code", "player", "name"}`, or None. `code`: why this player is not in it any more.
    """

    party: str | None
    owner: str = ""
    game: str = ""
    mode: str = ""
    size: int = 0
    phase: str = ""
    members: list[dict[str, Any]] = []
    asks: list[dict[str, Any]] = []
    reason: dict[str, Any] | None = None
    code: str = ""


PartyRequest = (
    PartyCreate
    | PartyAsk
    | PartyAnswer
    | PartyLeave
    | PartyKick
    | PartyPromote
    | PartyReady
    | PartyChoose
    | PartyQueue
    | PartyStop
)
