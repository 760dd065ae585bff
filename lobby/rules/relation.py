"""What two players are to each other: a tie, and beside it who blocks whom.

The pair has two sides, A and B; every event is one side's doing. `TIES` is the whole table: the tie after an
event of side A, by the tie before, or the error; of side B it is the mirror image.

    event of A   none         asked by A   asked by B   friends
    Asked        asked by A   –            friends      –
    Accepted     no-request   no-request   friends      –
    Declined     –            –            none, quiet  –
    Removed      –            none         none         none
    Blocked      none         none         none         none         and A blocks
    Unblocked    –            –            –            –            and A blocks no more

"–": as before, and no error, so whatever is said again has the same reply. While there is a block the tie is
none, and asking and accepting are refused: by `blocked` to who blocks, else by `player-unknown`, as if the
other were not there. Who was declined is quiet for a while: asking again is refused by `declined`.

Times are Unix seconds.
"""

import enum

import msgspec

QUIET = 24 * 3600.0
"""Seconds in which who was declined may not ask again; the other may."""

FRIENDS, ASKING, ASKED, BLOCKS = 200, 50, 100, 500
"""A player's most friends, requests made, requests not answered, and players blocked."""


class Side(enum.IntEnum):
    A = 0
    B = 1

    @property
    def other(self) -> "Side":
        return Side(1 - self)


class Tie(enum.StrEnum):
    NONE = "none"
    ASKED_BY_A = "asked by a"
    ASKED_BY_B = "asked by b"
    FRIENDS = "friends"


class Relation(msgspec.Struct, frozen=True):
    """Of one pair. `blocks`: who blocks the other; `quiet`: until when each may not ask; both by side."""

    tie: Tie = Tie.NONE
    blocks: tuple[bool, bool] = (False, False)
    quiet: tuple[float, float] = (0.0, 0.0)


class Event(enum.Enum):
    """What a side does."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REMOVED = "removed"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"


class Counts(msgspec.Struct, frozen=True):
    """How many of each a player has."""

    friends: int = 0
    asking: int = 0
    asked: int = 0
    blocks: int = 0


class Refused(Exception):
    """The event is not allowed; `code` is one of the protocol's. `wait`: seconds, where waiting helps."""

    def __init__(self, code: str, wait: float | None = None) -> None:
        self.code = code
        self.wait = wait
        super().__init__(code)


_NOBODY = dict.fromkeys(Tie, Tie.NONE)
TIES: dict[Event, dict[Tie, Tie | str]] = {
    Event.ASKED: {Tie.NONE: Tie.ASKED_BY_A, Tie.ASKED_BY_B: Tie.FRIENDS},
    Event.ACCEPTED: {Tie.NONE: "no-request", Tie.ASKED_BY_A: "no-request", Tie.ASKED_BY_B: Tie.FRIENDS},
    Event.DECLINED: {Tie.ASKED_BY_B: Tie.NONE},
    Event.REMOVED: {**_NOBODY},
    Event.BLOCKED: {**_NOBODY},
    Event.UNBLOCKED: {},
}
"""By side A's event and the tie before: the tie after, or the error; what is missing stays."""

_MIRROR = {Tie.ASKED_BY_A: Tie.ASKED_BY_B, Tie.ASKED_BY_B: Tie.ASKED_BY_A}


def mirrored(relation: Relation) -> Relation:
    """The same seen from the other side."""
    return Relation(
        _MIRROR.get(relation.tie, relation.tie),
        (relation.blocks[1], relation.blocks[0]),
        (relation.quiet[1], relation.quiet[0]),
    )


def step(relation: Relation, event: Event, by: Side, now: float) -> Relation:
    """The relation after what this side did. Raises Refused."""
    if by is Side.B:
        return mirrored(step(mirrored(relation), event, Side.A, now))
    mine, theirs = relation.blocks
    if event in (Event.ASKED, Event.ACCEPTED) and (mine or theirs):
        raise Refused("blocked" if mine else "player-unknown")
    if event is Event.ASKED and relation.tie is Tie.NONE and now < relation.quiet[0]:
        raise Refused("declined", relation.quiet[0] - now)
    after = TIES[event].get(relation.tie, relation.tie)
    if not isinstance(after, Tie):
        raise Refused(after)
    if event in (Event.BLOCKED, Event.UNBLOCKED):
        mine = event is Event.BLOCKED
    quiet = relation.quiet
    if event is Event.DECLINED and after is not relation.tie:
        quiet = (quiet[0], now + QUIET)
    elif after is Tie.FRIENDS:
        quiet = (0.0, 0.0)
    return Relation(after, (mine, theirs), quiet)


def check(before: Relation, after: Relation, counts: tuple[Counts, Counts]) -> None:
    """Raise Refused where a side has too many, by its counts before this change."""
    if after.tie is not before.tie:
        if after.tie is Tie.FRIENDS and max(side.friends for side in counts) >= FRIENDS:
            raise Refused("too-many-friends")
        if after.tie in _MIRROR:
            asker = counts[after.tie is Tie.ASKED_BY_B]
            answerer = counts[after.tie is Tie.ASKED_BY_A]
            if asker.asking >= ASKING or answerer.asked >= ASKED:
                raise Refused("too-many-friends")
    for side in Side:
        if after.blocks[side] and not before.blocks[side] and counts[side].blocks >= BLOCKS:
            raise Refused("too-many-blocks")


def seen(relation: Relation, by: Side) -> str:
    """What the other is to a side: `friend`, `asked` (by it), `asks` (it), `blocked`, or "": nobody."""
    if relation.blocks[by]:
        return "blocked"
    tie = relation.tie if by is Side.A else _MIRROR.get(relation.tie, relation.tie)
    words = {Tie.FRIENDS: "friend", Tie.ASKED_BY_A: "asked", Tie.ASKED_BY_B: "asks"}
    return words.get(tie, "")
