"""A room: a lobby made by hand, with a code, seats, spectators' places, settings and ready flags.

Its life is the table `PHASES`: the phase after each kind of event, by the phase before. An event that has no
entry is refused, or does nothing where nobody asked for it. Most events keep the phase; then the seats may
ask for another (lobby/rules/room/start.py), and the last person to leave ends the room.

    open ──all ready──> countdown ──over──> starting ──Started──> playing ──Ended──> open
              ^──────cancelled──────┘           └──────Failed, too late──────> open
    any ──the last person leaves, or the owner and it does not move on──> gone

Times are Unix seconds.
"""

from lobby.rules.room import membership, seating, settings
from lobby.rules.room.events import (
    BotSet,
    Changed,
    Count,
    Counted,
    Described,
    Effect,
    Ended,
    Event,
    Failed,
    Given,
    Joined,
    Kicked,
    Left,
    Out,
    Pardoned,
    Readied,
    Sat,
    Start,
    Started,
    Swapped,
    Swept,
)
from lobby.rules.room.membership import GRACE
from lobby.rules.room.start import START, overdue, settled, unready
from lobby.rules.room.state import (
    COUNTDOWN,
    MOST_PLACES,
    Access,
    Banned,
    Choice,
    Member,
    Phase,
    Play,
    Properties,
    Refused,
    Room,
    Value,
    with_,
)

__all__ = [
    "COUNTDOWN",
    "GRACE",
    "MOST_PLACES",
    "PHASES",
    "START",
    "Access",
    "Banned",
    "BotSet",
    "Changed",
    "Choice",
    "Count",
    "Counted",
    "Described",
    "Effect",
    "Ended",
    "Event",
    "Failed",
    "Given",
    "Joined",
    "Kicked",
    "Left",
    "Member",
    "Out",
    "Pardoned",
    "Phase",
    "Play",
    "Properties",
    "Readied",
    "Refused",
    "Room",
    "Sat",
    "Start",
    "Started",
    "Swapped",
    "Swept",
    "Value",
    "opened",
    "step",
]

_ALWAYS: dict[type[Event], Phase | None] = dict.fromkeys(
    (Joined, Left, Changed, Described, Kicked, Pardoned, Given, Swept)
)
_BEFORE: dict[type[Event], Phase | None] = {
    **_ALWAYS,
    **dict.fromkeys((Readied, BotSet, Sat, Swapped, Counted, Ended)),
}
PHASES: dict[Phase, dict[type[Event], Phase | None]] = {
    Phase.OPEN: _BEFORE,
    Phase.COUNTDOWN: _BEFORE,
    Phase.STARTING: {**_ALWAYS, Started: Phase.PLAYING, Failed: Phase.OPEN},
    Phase.PLAYING: {**_ALWAYS, BotSet: None, Ended: Phase.OPEN},
    Phase.GONE: {},
}
"""The phase after an event; None: as before."""

_NOT_NOW: dict[type[Event], str] = dict.fromkeys((Readied, BotSet, Sat, Swapped), "in-match")
_GONE: dict[type[Event], str] = {
    Joined: "room-unknown",
    **dict.fromkeys((Left, Readied, BotSet, Sat, Swapped), "no-room"),
    **dict.fromkeys((Changed, Described, Kicked, Pardoned, Given), "no-room"),
}


def opened(code: str, game: str, play: Play, player: str, name: str, now: float = 0.0) -> Room:
    """A new room, its owner on the first seat, for those who have its code."""
    members: list[Member | None] = [Member(player, name), *[None] * (play.seats - 1)]
    return Room(
        code,
        game,
        play.mode,
        members,
        player,
        play.team_size,
        since=now,
        settings=play.settings,
        countdown=COUNTDOWN,
        created=now,
    )


def step(room: Room, event: Event, now: float) -> tuple[Room, list[Effect]]:
    """The room after the event and what is to be done. Raises `Refused`; the room is then as before.

    A start whose time is over has failed, whatever the event.
    """
    room = overdue(room, now)
    kind = type(event)
    if kind not in PHASES[room.phase]:
        refusals = _GONE if room.phase is Phase.GONE else _NOT_NOW
        if kind in refusals:
            raise Refused(refusals[kind])
        return room, []
    after, effects = _changed(room, event, now)
    phase = PHASES[room.phase][kind]
    if phase is not None and after is not room:
        after = with_(after, phase=phase, since=now)
    if not after.people:
        return with_(after, phase=Phase.GONE, since=now), effects
    after, more = settled(seating.tidied(after), now)
    return after, [*effects, *more]


def _changed(room: Room, event: Event, now: float) -> tuple[Room, list[Effect]]:
    match event:
        case Left(player):
            return membership.left(room, [player])
        case Kicked():
            return membership.kicked(room, event)
        case Swept(away):
            return membership.swept(room, away, now)
        case _:
            return _alone(room, event), []


def _alone(room: Room, event: Event) -> Room:
    """Events without effects of their own."""
    match event:
        case Joined():
            return membership.joined(room, event)
        case Pardoned():
            return membership.pardoned(room, event)
        case Given():
            return membership.given(room, event)
        case Readied():
            return seating.readied(room, event)
        case BotSet():
            return seating.bot_set(room, event)
        case Sat():
            return seating.sat(room, event)
        case Swapped():
            return seating.swapped(room, event)
        case Changed():
            return settings.chosen(room, event)
        case Described():
            return settings.described(room, event)
        case Started(match):
            return with_(room, match=match)
        case Ended(match) if room.match != match:
            return room
        case Failed() | Ended():
            return unready(room)
        case _:
            return room
