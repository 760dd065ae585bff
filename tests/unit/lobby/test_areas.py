"""Each request and each event has one area."""

from typing import Any, get_args

import pytest

from lobby.areas import AREAS, EVENTS, REQUESTS, Area, events_of, requests_of
from protocol import messages as wire


async def serve(area: Any, request: Any) -> None: ...


class Asked(Area):
    requests = {wire.RoomLeave: serve}


class Told(Area):
    events = {"room.changed": serve}


class Sly(Area):
    events = {"websocket.receive": serve}


def test_every_request_of_the_wire_has_an_area() -> None:
    by_the_socket = {wire.LobbyHello, wire.Ping}
    assert set(REQUESTS) == set(get_args(wire.LobbyRequest)) - by_the_socket


def test_what_serves_is_told_with_the_number_of_its_area() -> None:
    for number, area in enumerate(AREAS):
        assert {kind for kind, (n, _) in REQUESTS.items() if n == number} == set(area.requests)
        assert {event for event, (n, _) in EVENTS.items() if n == number} == set(area.events)


def test_two_areas_cannot_claim_one_request() -> None:
    with pytest.raises(TypeError, match="RoomLeave is claimed twice"):
        requests_of([*AREAS, Asked])


def test_two_areas_cannot_claim_one_event() -> None:
    with pytest.raises(TypeError, match=r"room\.changed is claimed twice"):
        events_of([*AREAS, Told])


def test_no_area_takes_what_is_the_sockets_own() -> None:
    with pytest.raises(TypeError, match=r"websocket\.receive"):
        events_of([Sly])
