"""A room: a lobby made by hand, with a code, seats and ready flags.

Its life is the table `PHASES`: the phase after each kind of event, by the phase before. An event that has no
entry is refused. Joining, leaving and the like keep the phase, except that the last person to leave ends the
room and that the last one to be ready starts the match.

    open ──all ready──> starting ──Started──> playing ──Ended──> open
                            └──────Failed, Swept late──────────> open
    any ──the last person leaves──> gone

Times are Unix seconds.
"""

import enum

import msgspec

from lobby.rules.matchmaking import seat_teams

GRACE = 30.0
"""Seconds the seat of a member is kept who is away."""
START = 10.0
"""Seconds a match may take to be made."""


class Phase(enum.StrEnum):
    OPEN = "open"
    STARTING = "starting"
    PLAYING = "playing"
    GONE = "gone"


class Member(msgspec.Struct, frozen=True):
    """Who holds a seat: a player, or a computer of level `bot`. `away`: since when without a socket."""

    player: str | None
    name: str
    ready: bool = False
    bot: int | None = None
    away: float | None = None


class Room(msgspec.Struct, frozen=True):
    """The document. `members` per seat, None where it is free; `since` is when the phase began."""

    code: str
    game: str
    mode: str
    members: list[Member | None]
    owner: str
    team_size: int = 0
    phase: Phase = Phase.OPEN
    match: str | None = None
    since: float = 0

    def seat_of(self, player: str) -> int | None:
        for seat, member in enumerate(self.members):
            if member is not None and member.player == player:
                return seat
        return None

    @property
    def people(self) -> list[Member]:
        return [m for m in self.members if m is not None and m.player is not None]

    @property
    def teams(self) -> list[int]:
        return seat_teams(len(self.members), self.team_size)


class Joined(msgspec.Struct, frozen=True):
    player: str
    name: str


class Left(msgspec.Struct, frozen=True):
    player: str


class Readied(msgspec.Struct, frozen=True):
    player: str
    ready: bool


class BotSet(msgspec.Struct, frozen=True):
    """`player`, who must be the owner, adds a computer of `level`, or with level 0 takes the last one out."""

    player: str
    level: int
    name: str = ""


class Started(msgspec.Struct, frozen=True):
    match: str


class Failed(msgspec.Struct, frozen=True):
    """The match could not be made."""


class Ended(msgspec.Struct, frozen=True):
    """The match of the room is over."""

    match: str


class Swept(msgspec.Struct, frozen=True):
    """Time has passed. `away`: those of the members who are not online."""

    away: frozenset[str] = frozenset()


Event = Joined | Left | Readied | BotSet | Started | Failed | Ended | Swept


class Start(msgspec.Struct, frozen=True):
    """Effect: make the match of these members, by seat, and say `Started` or `Failed`."""

    members: list[Member]
    teams: list[int]


class Out(msgspec.Struct, frozen=True):
    """Effect: this player is in the room no longer."""

    player: str


Effect = Start | Out


class Refused(Exception):
    """The event is not allowed; `code` is one of the protocol's."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


_STAY: dict[type[Event], Phase | None] = dict.fromkeys((Joined, Left, Swept))
PHASES: dict[Phase, dict[type[Event], Phase | None]] = {
    Phase.OPEN: {**_STAY, Readied: None, BotSet: None, Ended: None},
    Phase.STARTING: {**_STAY, Started: Phase.PLAYING, Failed: Phase.OPEN},
    Phase.PLAYING: {**_STAY, BotSet: None, Ended: Phase.OPEN},
    Phase.GONE: {},
}
"""The phase after an event; None: as before."""

_NOT_NOW = {Readied: "in-match", BotSet: "in-match", Joined: "room-unknown", Left: "no-room"}


def opened(code: str, game: str, mode: str, seats: int, team_size: int, player: str, name: str) -> Room:
    """A new room, its owner on the first seat."""
    members: list[Member | None] = [Member(player, name), *[None] * (seats - 1)]
    return Room(code, game, mode, members, player, team_size)


def step(room: Room, event: Event, now: float) -> tuple[Room, list[Effect]]:
    """The room after the event and what is to be done. Raises `Refused`; the room is then as before.

    A start whose time is over has failed, whatever the event.
    """
    if room.phase is Phase.STARTING and now - room.since >= START:
        room = msgspec.structs.replace(_unready(room), phase=Phase.OPEN, since=now)
    if type(event) not in PHASES[room.phase]:
        if type(event) in _NOT_NOW:
            raise Refused(_NOT_NOW[type(event)])
        return room, []
    after, effects = _changed(room, event, now)
    phase = PHASES[room.phase][type(event)]
    if phase is not None and after is not room:
        after = msgspec.structs.replace(after, phase=phase, since=now)
    if not after.people:
        return msgspec.structs.replace(after, phase=Phase.GONE, since=now), effects
    if after.phase is Phase.OPEN and all(m is not None and (m.ready or m.bot) for m in after.members):
        members = [m for m in after.members if m is not None]
        after = msgspec.structs.replace(after, phase=Phase.STARTING, since=now)
        effects.append(Start(members, after.teams))
    return after, effects


def _changed(room: Room, event: Event, now: float) -> tuple[Room, list[Effect]]:
    match event:
        case Joined(player, name):
            return _joined(room, player, name), []
        case Left(player):
            return _left(room, [player])
        case Readied(player, ready):
            seat = _seat(room, player)
            return _put(room, seat, _with(room.members[seat], ready=ready, away=None)), []
        case BotSet(player, level, name):
            return _bot(room, player, level, name), []
        case Started(match):
            return msgspec.structs.replace(room, match=match), []
        case Failed():
            return _unready(room), []
        case Ended(match):
            return (_unready(room), []) if room.match == match else (room, [])
        case Swept(away):
            return _swept(room, away, now)


def _joined(room: Room, player: str, name: str) -> Room:
    seat = room.seat_of(player)
    if seat is not None:
        return _put(room, seat, _with(room.members[seat], name=name, away=None))
    if None not in room.members:
        raise Refused("room-full")
    return _put(room, room.members.index(None), Member(player, name))


def _left(room: Room, players: list[str]) -> tuple[Room, list[Effect]]:
    """Free their seats; the owner's place moves on to the first of those who stay."""
    if not any(room.seat_of(player) is not None for player in players):
        raise Refused("no-room")
    members = [None if m is not None and m.player in players else m for m in room.members]
    after = msgspec.structs.replace(room, members=members)
    if after.seat_of(room.owner) is None and after.people:
        after = msgspec.structs.replace(after, owner=after.people[0].player or "")
    return after, [Out(player) for player in players]


def _bot(room: Room, player: str, level: int, name: str) -> Room:
    _seat(room, player)
    if room.owner != player:
        raise Refused("not-owner")
    if level:
        if None not in room.members:
            raise Refused("room-full")
        return _put(room, room.members.index(None), Member(None, name, ready=True, bot=level))
    seats = [seat for seat, m in enumerate(room.members) if m is not None and m.bot is not None]
    if not seats:
        raise Refused("no-bot")
    return _put(room, seats[-1], None)


def _swept(room: Room, away: frozenset[str], now: float) -> tuple[Room, list[Effect]]:
    members = [_seen(m, away, now) for m in room.members]
    after = room if members == room.members else msgspec.structs.replace(room, members=members)
    late = [m.player or "" for m in after.people if m.away is not None and now - m.away >= GRACE]
    return _left(after, late) if late and after.phase is not Phase.PLAYING else (after, [])


def _seen(member: Member | None, away: frozenset[str], now: float) -> Member | None:
    if member is None or member.player is None or (member.player in away) == (member.away is not None):
        return member
    return _with(member, away=now if member.player in away else None)


def _unready(room: Room) -> Room:
    members = [
        _with(m, ready=False, away=None) if m is not None and m.bot is None else m for m in room.members
    ]
    return msgspec.structs.replace(room, members=members, match=None)


def _seat(room: Room, player: str) -> int:
    seat = room.seat_of(player)
    if seat is None:
        raise Refused("no-room")
    return seat


def _put(room: Room, seat: int, member: Member | None) -> Room:
    members = [*room.members[:seat], member, *room.members[seat + 1 :]]
    return msgspec.structs.replace(room, members=members)


def _with(member: Member | None, **changes: object) -> Member:
    if member is None:
        raise TypeError("a free seat has no member")
    return msgspec.structs.replace(member, **changes)
