"""The golden frames of rooms."""

from typing import Any

from protocol.base import Message
from protocol.rooms import (
    Room,
    RoomBot,
    RoomBrowse,
    RoomChange,
    RoomCreate,
    RoomDescribe,
    RoomGive,
    RoomJoin,
    RoomKick,
    RoomLeave,
    RoomPardon,
    RoomReady,
    Rooms,
    RoomsClose,
    RoomSit,
    RoomSwap,
)

CLIENT: dict[str, Message] = {
    "room create": RoomCreate(6, "arena", "teams", 4),
    "room create with options": RoomCreate(
        7, "arena", "ffa", 4, {"title": "Friday night", "access": "public", "settings": {"seconds": 60}}
    ),
    "room join": RoomJoin(7, "K7QX2M"),
    "room join to watch": RoomJoin(8, "K7QX2M", "open sesame", True),
    "room ready": RoomReady(8, True),
    "room not ready": RoomReady(9, False),
    "room leave": RoomLeave(10),
    "room bot": RoomBot(11, 1),
    "room bot on a seat": RoomBot(11, 2, 3),
    "room bot out": RoomBot(12, 0),
    "room change": RoomChange(13, {"locked": True, "password": "", "seats": 3, "moves_on": False}),
    "room sit": RoomSit(14, 2),
    "room sit with a team": RoomSit(15, None, 1),
    "room watch": RoomSit(16),
    "room swap": RoomSwap(17, 0),
    "room kick": RoomKick(18, "p2"),
    "room ban": RoomKick(19, "p2", True),
    "room pardon": RoomPardon(20, "p2"),
    "room give": RoomGive(21, "p2"),
    "room describe": RoomDescribe(22, "search", {"map": "ice", "rank": 3, "mics": True, "old": None}),
    "room browse": RoomBrowse(23),
    "room browse with a filter": RoomBrowse(
        24,
        {"game": "arena", "free": 1, "no_password": True, "open": True, "search": {"map": "ice"}},
        "free",
        1,
        50,
    ),
    "rooms close": RoomsClose(25),
}

_ADA: dict[str, Any] = {
    "player": "p1",
    "name": "Ada",
    "ready": True,
    "bot": None,
    "owner": True,
    "team": 0,
    "away": False,
    "swap": None,
    "properties": {"skin": "red"},
}
_ROW: dict[str, Any] = {
    "code": "K7QX2M",
    "game": "arena",
    "mode": "ffa",
    "title": "Friday night",
    "owner": "Ada",
    "seats": 4,
    "free": 3,
    "watchers": 0,
    "places": 4,
    "password": False,
    "locked": False,
    "phase": "open",
    "created": 1764000000.5,
    "search": {"map": "ice"},
    "access": "public",
}

SERVER: dict[str, Message] = {
    "room": Room(
        "K7QX2M",
        "arena",
        "ffa",
        4,
        [_ADA],
        "http://127.0.0.1:8000/?room=K7QX2M",
        {
            "title": "Friday night",
            "phase": "countdown",
            "starts_in": 2.5,
            "match": None,
            "access": "public",
            "password": False,
            "locked": False,
            "countdown": 3,
            "moves_on": True,
            "settings": {"seconds": 60},
            "places": 4,
            "watchers": [],
            "lobby": {"note": "bring a friend"},
            "search": {"map": "ice"},
            "banned": [{"player": "p9", "name": "Mallory"}],
        },
    ),
    "room left": Room(None),
    "rooms": Rooms(1, ["K7QX2M"], [_ROW], True),
    "rooms, a row changed": Rooms(1, None, [{**_ROW, "free": 2}], False),
    "rooms, none left": Rooms(0, [], [], False),
}
