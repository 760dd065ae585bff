"""What a queue is made of, what happens to it, and what is to be done then. The rules: `lobby.rules.queue`.

Events are handed from node to node, so each has its name as a tag.
"""

import msgspec

from lobby.rules.matching import Member, Place
from lobby.rules.matching import Ticket as Wish
from lobby.rules.matching.openings import Opening
from lobby.rules.matching.openings import Seat as OpenSeat
from lobby.rules.matching.ticket import Value


class Seeker(msgspec.Struct, array_like=True, frozen=True):
    """A player of a ticket. `away`: since when the player has no socket. `roles` that he would play, none is
    any; `sigma`: how uncertain his rating is, as openskill has it, None: as of a settled player."""

    player: str
    name: str
    rating: int
    away: float | None = None
    roles: tuple[str, ...] = ()
    sigma: float | None = None


class Ticket(msgspec.Struct, array_like=True, frozen=True):
    """A player's wish, or that of a `party` as one. `claim` with `until`: its match is being agreed on or
    made; `until` alone: it rests. `values`, `latencies`, `priority`: as `lobby.rules.matching.Ticket` has
    them; `blocks`: players whom a member does not play with."""

    id: str
    members: list[Seeker]
    since: float
    party: str = ""
    claim: str = ""
    until: float = 0.0
    offered: bool = False
    blocks: frozenset[str] = frozenset()
    values: dict[str, Value] = {}
    latencies: dict[str, float] = {}
    priority: int = 0

    @property
    def player(self) -> str:
        """The first."""
        return self.members[0].player

    @property
    def players(self) -> list[str]:
        return [member.player for member in self.members]

    @property
    def size(self) -> int:
        return len(self.members)

    @property
    def away(self) -> frozenset[str]:
        return frozenset(member.player for member in self.members if member.away is not None)

    def free(self, now: float) -> bool:
        """True if it may be matched."""
        return not self.claim and not self.away and self.until <= now

    def wish(self) -> Wish:
        members = tuple(Member(m.player, float(m.rating), sigma=m.sigma, roles=m.roles) for m in self.members)
        return Wish(self.id, members, self.since, self.latencies, self.values, self.blocks, self.priority)


class Proposal(msgspec.Struct, array_like=True, frozen=True):
    """A match that all of its players are asked for, until then; `accepted`: the players who have."""

    claim: str
    until: float
    seats: list[Place]
    accepted: list[str]


class Penalty(msgspec.Struct, array_like=True, frozen=True):
    """For refusing `count` matches in a row: not this queue `until` then."""

    count: int
    until: float


class Making(msgspec.Struct, array_like=True, frozen=True):
    """A match that all have taken and that is being made: who sits where."""

    claim: str
    seats: list[Place]


class Entered(msgspec.Struct, frozen=True, tag=True):
    ticket: Ticket


class Left(msgspec.Struct, frozen=True, tag=True):
    """`id` "" is any ticket of the player; a party's goes as a whole. `excused`: it was not his doing, so a
    match that was proposed is off and he has not declined it."""

    player: str
    id: str = ""
    excused: bool = False


class Away(msgspec.Struct, frozen=True, tag=True):
    player: str


class Back(msgspec.Struct, frozen=True, tag=True):
    player: str


class Parted(msgspec.Struct, frozen=True, tag=True):
    """The two are not to meet: one has blocked the other. A match that is being made is not stopped."""

    player: str
    other: str


class Swept(msgspec.Struct, frozen=True, tag=True):
    """Time has passed."""


class Accepted(msgspec.Struct, frozen=True, tag=True):
    """The player takes the match proposed."""

    player: str
    claim: str


class Declined(msgspec.Struct, frozen=True, tag=True):
    """The player does not."""

    player: str
    claim: str


class Settled(msgspec.Struct, frozen=True, tag=True):
    """The match of this claim exists: its `tickets` (by id) are out, also where the claim ended before."""

    claim: str
    tickets: frozenset[str] = frozenset()


class Failed(msgspec.Struct, frozen=True, tag=True):
    """The match of this claim could not be made; the tickets `out` (by id) cannot play at all."""

    claim: str
    out: frozenset[str] = frozenset()


class Told(msgspec.Struct, frozen=True, tag=True):
    """All that a `Dropped` of this ticket asks for was done."""

    ticket: str


class Opened(msgspec.Struct, frozen=True, tag=True):
    """A running match has free seats, for as long as it says so."""

    opening: Opening


Event = Opened | Entered | Left | Away | Back | Parted | Swept | Accepted | Declined | Settled | Failed | Told


class Made(msgspec.Struct, frozen=True):
    """Effect: make a match of these tickets, seated so, and say `Settled` or `Failed`."""

    claim: str
    tickets: list[Ticket]
    seats: list[Place]


class Filled(msgspec.Struct, frozen=True):
    """Effect: put the ticket's player into a leaver's seat of a running match where these `players` sit, and
    say `Settled` or `Failed`."""

    claim: str
    ticket: Ticket
    seat: OpenSeat
    players: frozenset[str]


class Proposed(msgspec.Struct, frozen=True):
    """Effect: tell these players that a match is proposed to them, or is no longer (`claim` "")."""

    claim: str
    players: list[str]


class Answered(msgspec.Struct, frozen=True):
    """Effect: tell these players that one of them has taken the match proposed to them."""

    players: list[str]


class Dropped(msgspec.Struct, frozen=True):
    """Effect: the ticket was taken out because of `player`: `away`, `declined` or `missed`."""

    ticket: Ticket
    code: str
    player: str


class Offered(msgspec.Struct, frozen=True):
    """Effect: offer this player the computer."""

    player: str


Effect = Made | Filled | Proposed | Answered | Dropped | Offered


class QueueFull(Exception):
    """The queue holds as many tickets as it may."""


class Unfit(Exception):
    """No match of this queue could hold such a ticket."""


class NotProposed(Exception):
    """No such match is proposed to the player (any more)."""


class Penalised(Exception):
    """The player may not queue for so many seconds."""

    def __init__(self, player: str, seconds: float) -> None:
        super().__init__(player)
        self.player = player
        self.seconds = seconds
