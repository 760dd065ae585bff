"""What a lobby session holds is in areas: one for each message."""

import pytest
from arcade_client import LobbySession
from arcade_client.areas import AREAS, Area, People, Queue, Room
from arcade_client.happenings import LobbyHappening, PeopleChanged, RoomChanged
from arcade_client.kinds import Message
from arcade_client.lobby_core import takes_of

ROOM = {"kind": "Room", "code": "ABCD", "game": "g", "mode": "m", "seats": 2, "members": [], "link": ""}


def test_a_message_goes_to_its_area_and_a_new_socket_forgets_it() -> None:
    session = LobbySession()
    assert session.receive(ROOM, 0.0) == [RoomChanged(ROOM)]
    assert session.room is session.area(Room).room is ROOM
    session.opened(1.0)
    assert session.room is None


def test_a_match_that_is_found_ends_the_waiting() -> None:
    session = LobbySession()
    session.receive({"kind": "Queue", "game": "g", "mode": "m", "since": 0, "waiting": 1, "bot": False}, 0.0)
    assert session.area(Queue).queue is not None
    found = {"match": "m1", "game": "g", "mode": "m", "seat": 0, "ticket": "t", "path": "/"}
    session.receive({"kind": "MatchFound", **found}, 0.0)
    assert session.queue is None


def test_people_are_told_whole_and_then_by_what_changes() -> None:
    session = LobbySession()
    bob, cid = ["p2", "Bob", "friend", "online"], ["p3", "Cid", "asks", ""]
    whole = {"kind": "People", "version": 1, "here": [bob, cid], "gone": [], "full": True}
    session.receive(whole, 0.0)
    away = ["p2", "Bob", "friend", "away"]
    diff = {"kind": "People", "version": 2, "here": [away], "gone": ["p3"], "full": False}
    told = {"p2": ("Bob", "friend", "away")}
    assert session.receive(diff, 0.0) == [PeopleChanged(told)]
    assert session.area(People).people == told
    session.receive({**whole, "here": []}, 0.0)
    assert session.area(People).people == {}


def test_what_no_area_knows_is_passed_over() -> None:
    assert LobbySession().receive({"kind": "Later", "text": "of a newer server"}, 0.0) == []


def test_two_areas_cannot_claim_one_message() -> None:
    class Again(Area):
        def _room(self, message: Message) -> list[LobbyHappening]:
            return []

        takes = {"Room": _room}

    with pytest.raises(TypeError, match="Room is claimed by Room and Again"):
        takes_of([*AREAS, Again])
