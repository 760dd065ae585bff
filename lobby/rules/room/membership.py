"""Who is in a room: come in, leave, be sent out, be away too long; whose it is.

owner leaves ──moves_on──> the first of those who stay, on seats first
             ──else──────> the room is closed, all are out
"""

import msgspec

from lobby.rules.room.events import Effect, Given, Joined, Kicked, Out, Pardoned
from lobby.rules.room.state import (
    MOST_BANNED,
    Access,
    Banned,
    Member,
    Phase,
    Refused,
    Room,
    changed,
    must_own,
    put,
    with_,
)

GRACE = 30.0
"""Seconds the seat of a member is kept who is away."""


def joined(room: Room, event: Joined) -> Room:
    """Who is in already stays where they are."""
    if room.member(event.player) is not None:
        return changed(room, event.player, name=event.name, away=None)
    _admit(room, event)
    member = Member(event.player, event.name)
    if event.watch:
        if len(room.watchers) >= room.places:
            raise Refused("room-full", "There is no free place to watch from.")
        return with_(room, watchers=[*room.watchers, member])
    if None not in room.members:
        raise Refused("room-full")
    return put(room, room.members.index(None), member)


def _admit(room: Room, event: Joined) -> None:
    if any(banned.player == event.player for banned in room.banned):
        raise Refused("room-banned")
    if room.locked:
        raise Refused("room-locked")
    if event.invited:
        return
    if room.access is Access.FRIENDS and event.friend_of != room.owner:
        raise Refused("room-friends")
    if room.password and event.passed != room.password:
        raise Refused("room-password")


def left(room: Room, players: list[str], why: str = "left") -> tuple[Room, list[Effect]]:
    """Free their seats and places. Raises `no-room` where none of them is in the room."""
    if not any(room.member(player) is not None for player in players):
        raise Refused("no-room")
    members = [None if m is not None and m.player in players else m for m in room.members]
    after = with_(room, members=members, watchers=[w for w in room.watchers if w.player not in players])
    effects: list[Effect] = [Out(player, why) for player in players]
    if after.member(room.owner) is None and after.people:
        if not room.moves_on:
            effects += [Out(m.player or "", "closed") for m in after.people]
            return with_(after, members=[None] * len(members), watchers=[]), effects
        after = with_(after, owner=after.people[0].player or "")
    return after, effects


def kicked(room: Room, event: Kicked) -> tuple[Room, list[Effect]]:
    """Who is not in the room can be banned all the same; kicking them changes nothing."""
    must_own(room, event.player)
    if event.target == event.player:
        raise Refused("forbidden", "Leave the room instead.")
    there = room.member(event.target)
    if event.ban and not any(banned.player == event.target for banned in room.banned):
        banned = [*room.banned, Banned(event.target, there.name if there else "")]
        room = with_(room, banned=banned[-MOST_BANNED:])
    if there is None:
        return room, []
    return left(room, [event.target], "banned" if event.ban else "kicked")


def pardoned(room: Room, event: Pardoned) -> Room:
    must_own(room, event.player)
    return with_(room, banned=[banned for banned in room.banned if banned.player != event.target])


def given(room: Room, event: Given) -> Room:
    """Said again by who was the owner, it stays done."""
    if room.owner == event.target and room.member(event.player) is not None:
        return room
    must_own(room, event.player)
    if room.member(event.target) is None:
        raise Refused("not-member")
    return with_(room, owner=event.target)


def swept(room: Room, away: frozenset[str], now: float) -> tuple[Room, list[Effect]]:
    """Note who is away and who is back; who was away too long is out, unless the match is on."""
    members = [_seen(m, away, now) if m is not None else None for m in room.members]
    watchers = [_seen(w, away, now) for w in room.watchers]
    after = room
    if (members, watchers) != (room.members, room.watchers):
        after = with_(room, members=members, watchers=watchers)
    late = [m.player or "" for m in after.people if m.away is not None and now - m.away >= GRACE]
    return left(after, late, "away") if late and after.phase is not Phase.PLAYING else (after, [])


def _seen(member: Member, away: frozenset[str], now: float) -> Member:
    if member.player is None or (member.player in away) == (member.away is not None):
        return member
    return msgspec.structs.replace(member, away=now if member.player in away else None)
