"""Who sits where: seats and teams, spectators' places, changing seats, computers, ready.

Whoever comes to another seat is not ready any more.
"""

import msgspec

from lobby.rules.room.events import BotSet, Readied, Sat, Swapped
from lobby.rules.room.state import (
    Member,
    Refused,
    Room,
    changed,
    must_be_in,
    must_own,
    put,
    with_,
)


def readied(room: Room, event: Readied) -> Room:
    must_be_in(room, event.player)
    if room.seat_of(event.player) is None:
        raise Refused("not-seated")
    return changed(room, event.player, ready=event.ready, away=None)


def sat(room: Room, event: Sat) -> Room:
    """Where the player is already nothing changes."""
    member = must_be_in(room, event.player)
    own = room.seat_of(event.player)
    if event.seat is None and event.team is None:
        return _to_places(room, member, own)
    seat = _wanted(room, event, own)
    if seat == own:
        return room
    if room.members[seat] is not None:
        raise Refused("seat-taken")
    after = put(room, own, None) if own is not None else _without(room, event.player)
    return put(after, seat, _moved(member))


def swapped(room: Room, event: Swapped) -> Room:
    """A free seat is taken, a computer's changed at once; a player's when that player asks for this one."""
    member = must_be_in(room, event.player)
    own = room.seat_of(event.player)
    if own is None:
        raise Refused("not-seated")
    if not 0 <= event.seat < len(room.members):
        raise Refused("seat-unknown")
    other = room.members[event.seat]
    if event.seat == own:
        return changed(room, event.player, swap=None)
    if other is None:
        return sat(room, Sat(event.player, event.seat))
    if other.player is not None and other.swap != event.player:
        return changed(room, event.player, swap=other.player)
    return put(put(room, own, _moved(other)), event.seat, _moved(member))


def bot_set(room: Room, event: BotSet) -> Room:
    must_own(room, event.player)
    if event.seat is not None and not 0 <= event.seat < len(room.members):
        raise Refused("seat-unknown")
    if event.level:
        return _bot_in(room, event)
    seats = [seat for seat, m in enumerate(room.members) if m is not None and m.bot is not None]
    if event.seat is not None:
        seats = [seat for seat in seats if seat == event.seat]
    if not seats:
        raise Refused("no-bot", "There is no computer player to take out.")
    return put(room, seats[-1], None)


def tidied(room: Room) -> Room:
    """Without wishes to swap with somebody who has no seat any more."""
    seated = {member.player for member in room.seated}
    if all(m is None or m.swap is None or m.swap in seated for m in room.members):
        return room
    members = [
        msgspec.structs.replace(m, swap=None) if m is not None and m.swap not in seated else m
        for m in room.members
    ]
    return with_(room, members=members)


def _bot_in(room: Room, event: BotSet) -> Room:
    if event.seat is not None and room.members[event.seat] is not None:
        raise Refused("seat-taken")
    if None not in room.members:
        raise Refused("room-full")
    seat = room.members.index(None) if event.seat is None else event.seat
    return put(room, seat, Member(None, event.name, ready=True, bot=event.level))


def _to_places(room: Room, member: Member, own: int | None) -> Room:
    if own is None:
        return room
    if len(room.watchers) >= room.places:
        raise Refused("room-full", "There is no free place to watch from.")
    return with_(put(room, own, None), watchers=[*room.watchers, _moved(member)])


def _wanted(room: Room, event: Sat, own: int | None) -> int:
    if event.seat is not None:
        if not 0 <= event.seat < len(room.members):
            raise Refused("seat-unknown")
        return event.seat
    seats = [seat for seat, team in enumerate(room.teams) if team == event.team]
    if not seats:
        raise Refused("seat-unknown")
    if own in seats:
        return own
    free = [seat for seat in seats if room.members[seat] is None]
    if not free:
        raise Refused("seat-taken", "This team has no free seat.")
    return free[0]


def _without(room: Room, player: str) -> Room:
    return with_(room, watchers=[w for w in room.watchers if w.player != player])


def _moved(member: Member) -> Member:
    return msgspec.structs.replace(member, ready=member.bot is not None, swap=None)
