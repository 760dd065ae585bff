"""What the owner chooses, and what is told about room and members in properties.

What is played cannot be changed while a match is made or on; where it is, nobody is ready any more.
"""

from typing import Any

import msgspec

from lobby.rules.room.events import Changed, Described
from lobby.rules.room.start import unready
from lobby.rules.room.state import (
    MOST_PROPERTIES,
    Choice,
    Phase,
    Play,
    Properties,
    Refused,
    Room,
    Value,
    changed,
    must_be_in,
    must_own,
    with_,
)


def chosen(room: Room, event: Changed) -> Room:
    must_own(room, event.player)
    after = _room(room, event.choice)
    return after if event.play is None else _played(after, event.play)


def described(room: Room, event: Described) -> Room:
    if event.scope == "member":
        member = must_be_in(room, event.player)
        return changed(room, event.player, properties=_merged(member.properties, event.values))
    must_own(room, event.player)
    return with_(room, **{event.scope: _merged(getattr(room, event.scope), event.values)})


def _room(room: Room, choice: Choice) -> Room:
    given: dict[str, Any] = {
        name: value for name, value in msgspec.structs.asdict(choice).items() if value is not None
    }
    if given.get("places", len(room.watchers)) < len(room.watchers):
        raise Refused("room-full", "More people watch than there would be places.")
    return with_(room, **given)


def _played(room: Room, play: Play) -> Room:
    """Who sits beyond the last seat moves down to a free one."""
    now = Play(room.mode, len(room.members), room.team_size, room.settings)
    if play == now:
        return room
    if room.phase not in (Phase.OPEN, Phase.COUNTDOWN):
        raise Refused("in-match")
    members = room.members[: play.seats]
    for member in room.members[play.seats :]:
        if member is not None:
            if None not in members:
                raise Refused("room-full", "More people sit than there would be seats.")
            members[members.index(None)] = member
    members += [None] * (play.seats - len(members))
    return unready(
        with_(room, members=members, mode=play.mode, team_size=play.team_size, settings=play.settings)
    )


def _merged(held: Properties, values: dict[str, Value | None]) -> Properties:
    merged = {key: value for key, value in {**held, **values}.items() if value is not None}
    if len(merged) > MOST_PROPERTIES:
        raise Refused("malformed", f"There may be {MOST_PROPERTIES} properties of a kind.")
    return merged
