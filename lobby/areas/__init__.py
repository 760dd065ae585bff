"""The areas of the lobby. A new one is a module here and its line in `AREAS`."""

from collections.abc import Iterable

from lobby.areas.area import Area, Hear, Serve
from lobby.areas.chat import Chat
from lobby.areas.invites import Invites
from lobby.areas.match import Match
from lobby.areas.notices import Notices
from lobby.areas.party import Party
from lobby.areas.people import People
from lobby.areas.presence import Presence
from lobby.areas.queue import Queue
from lobby.areas.room import Room
from lobby.areas.rooms import Rooms
from protocol import messages as wire

__all__ = ["AREAS", "EVENTS", "REQUESTS", "Area", "events_of", "requests_of"]

AREAS: tuple[type[Area], ...] = (
    Match,  # first: it says the welcome
    People,  # before the list of who is online, which leaves some out
    Presence,
    Queue,
    Room,
    Party,
    Invites,
    Rooms,
    Notices,
    Chat,
)


def requests_of(areas: Iterable[type[Area]]) -> dict[type[wire.Request], tuple[int, Serve]]:
    """Per kind of request the number of its area and what serves it. Raises TypeError where two claim one."""
    found: dict[type[wire.Request], tuple[int, Serve]] = {}
    for number, area in enumerate(areas):
        for kind, serve in area.requests.items():
            if kind in found:
                raise TypeError(f"{kind.__name__} is claimed twice, the second time by {area.__name__}")
            found[kind] = number, serve
    return found


def events_of(areas: Iterable[type[Area]]) -> dict[str, tuple[int, Hear]]:
    """The same per type of event."""
    found: dict[str, tuple[int, Hear]] = {}
    for number, area in enumerate(areas):
        for event, hear in area.events.items():
            if event in found or event.startswith("websocket."):
                raise TypeError(f"{event} is claimed twice, the second time by {area.__name__}")
            found[event] = number, hear
    return found


REQUESTS = requests_of(AREAS)
EVENTS = events_of(AREAS)
