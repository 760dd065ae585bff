"""How a match starts from a room.

    open ──all seats taken and ready──> countdown ──its time is over──> starting
                  ^────somebody unready, moved or gone────┘

Without a countdown, and where one player sits alone among computers, starting comes at once.
"""

import msgspec

from lobby.rules.room.events import Count, Effect, Start
from lobby.rules.room.state import Phase, Room, with_

START = 10.0
"""Seconds a match may take to be made."""


def complete(room: Room) -> bool:
    """True if every seat is taken and ready, and a player is on one of them."""
    return bool(room.seated) and all(m is not None and (m.ready or m.bot) for m in room.members)


def settled(room: Room, now: float) -> tuple[Room, list[Effect]]:
    """The room in the phase that its seats ask for."""
    if room.phase is Phase.COUNTDOWN and not complete(room):
        return with_(room, phase=Phase.OPEN, since=now), []
    if room.phase is Phase.OPEN and complete(room):
        if room.countdown and len(room.seated) > 1:
            counting = with_(room, phase=Phase.COUNTDOWN, since=now)
            return counting, [Count(now + room.countdown)]
        return _starting(room, now)
    if room.phase is Phase.COUNTDOWN and now >= room.since + room.countdown:
        return _starting(room, now)
    return room, []


def overdue(room: Room, now: float) -> Room:
    """A start whose time is over has failed."""
    if room.phase is Phase.STARTING and now - room.since >= START:
        return with_(unready(room), phase=Phase.OPEN, since=now)
    return room


def unready(room: Room) -> Room:
    """Nobody but the computers is ready, and there is no match."""
    members = [
        msgspec.structs.replace(m, ready=False, away=None) if m is not None and m.bot is None else m
        for m in room.members
    ]
    return with_(room, members=members, match=None)


def _starting(room: Room, now: float) -> tuple[Room, list[Effect]]:
    members = [m for m in room.members if m is not None]
    return with_(room, phase=Phase.STARTING, since=now), [Start(members, room.teams)]
