"""Client of the Arcade game server, protocol arcade.v1."""

from arcade_client.client import Arcade
from arcade_client.core import MatchSession
from arcade_client.happenings import (
    Accepted,
    Failed,
    Found,
    Gap,
    Happened,
    LobbyHappening,
    MatchHappening,
    RefusedMove,
    Rematched,
    ResultRecorded,
    Viewed,
    Welcomed,
)
from arcade_client.http import HttpError
from arcade_client.lobby import LobbyConnection, RequestError
from arcade_client.lobby_core import LobbySession
from arcade_client.match import MatchConnection, Refused
from arcade_client.socket import Closed

__all__ = [
    "Accepted",
    "Arcade",
    "Closed",
    "Failed",
    "Found",
    "Gap",
    "Happened",
    "HttpError",
    "LobbyConnection",
    "LobbyHappening",
    "LobbySession",
    "MatchConnection",
    "MatchHappening",
    "MatchSession",
    "Refused",
    "RefusedMove",
    "Rematched",
    "RequestError",
    "ResultRecorded",
    "Viewed",
    "Welcomed",
]
