"""A room as its members see it."""

from typing import Any

from lobby.rules import room as rules
from protocol.messages import Room


def message(room: rules.Room, player: str = "", now: float = 0.0) -> Room:
    """For this player; who is banned is told to the owner alone. `now`: Unix s."""
    members = [_member(room, member, team) for member, team in zip(room.members, room.teams, strict=True)]
    link = f"/?room={room.code}"
    return Room(room.code, room.game, room.mode, len(members), members, link, _more(room, player, now))


def _member(room: rules.Room, member: rules.Member | None, team: int) -> dict[str, Any]:
    told = {"player": None, "name": "", "ready": False, "bot": None, "owner": False}
    rest: dict[str, Any] = {"team": team, "away": False, "swap": None, "properties": {}}
    return {**told, **rest, **(_who(room, member) if member is not None else {})}


def _who(room: rules.Room, member: rules.Member) -> dict[str, Any]:
    return {
        "player": member.player,
        "name": member.name,
        "ready": member.ready,
        "bot": member.bot,
        "owner": member.player == room.owner,
        "away": member.away is not None,
        "swap": member.swap,
        "properties": member.properties,
    }


def _more(room: rules.Room, player: str, now: float) -> dict[str, Any]:
    counting = room.phase is rules.Phase.COUNTDOWN
    return {
        "title": room.title,
        "phase": room.phase.value,
        "starts_in": max(0.0, round(room.since + room.countdown - now, 3)) if counting else None,
        "match": room.match,
        "access": room.access.value,
        "password": bool(room.password),
        "locked": room.locked,
        "countdown": room.countdown,
        "moves_on": room.moves_on,
        "settings": room.settings,
        "places": room.places,
        "watchers": [_who(room, watcher) for watcher in room.watchers],
        "lobby": room.lobby,
        "search": room.search,
        "banned": [
            {"player": banned.player, "name": banned.name}
            for banned in (room.banned if player == room.owner else [])
        ],
    }
