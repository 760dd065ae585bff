"""The areas of the lobby. A new one is a module here, its line in `AREAS`, and its requests in `Requests`."""

from arcade_client.areas.area import Area
from arcade_client.areas.chat import Chat, ChatRequests
from arcade_client.areas.invites import InviteRequests, Invites
from arcade_client.areas.match import Match, MatchRequests
from arcade_client.areas.notices import NoticeRequests, Notices
from arcade_client.areas.party import Party, PartyRequests
from arcade_client.areas.people import People, PeopleRequests
from arcade_client.areas.presence import Presence, PresenceRequests
from arcade_client.areas.queue import Queue, QueueRequests
from arcade_client.areas.room import Room, RoomRequests
from arcade_client.areas.rooms import Rooms, RoomsRequests

__all__ = [
    "AREAS",
    "Area",
    "Chat",
    "Invites",
    "Match",
    "Party",
    "People",
    "Presence",
    "Queue",
    "Requests",
    "Room",
    "Rooms",
]

AREAS: tuple[type[Area], ...] = (Match, Presence, People, Queue, Room, Rooms, Party, Notices, Chat, Invites)


class Requests(
    MatchRequests,
    PresenceRequests,
    PeopleRequests,
    QueueRequests,
    RoomRequests,
    PartyRequests,
    InviteRequests,
    RoomsRequests,
    NoticeRequests,
    ChatRequests,
):
    """What a lobby connection can be asked for.

    Each of these returns when it was done; raises RequestError (its `code` besides the server's may be
    "disconnected" or "timeout"), or Closed.
    """
