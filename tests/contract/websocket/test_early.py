"""What comes, and who goes, before the application has accepted."""

import asyncio
import threading
from typing import Any

import pytest

from tests.support.asgi import Served
from tests.support.raw import BINARY, TEXT, Frame, Raw, close, frame, request
from tests.support.waiting import until


class Gate:
    """An application that accepts when it is told to, and notes all it was given."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.scopes: list[dict[str, Any]] = []
        self.go = threading.Event()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self.scopes.append(scope)
        self.events.append(await receive())
        while not self.go.is_set():
            await asyncio.sleep(0.01)
        await send({"type": "websocket.accept"})
        while True:
            self.events.append(await receive())
            if self.events[-1]["type"] == "websocket.disconnect":
                return


def test_bytes_before_the_accept_are_frames_and_never_a_request(ours: Served) -> None:
    gate = ours.apps["/gate"] = Gate()
    forged = request("/gate", "X-Forwarded-For: 1.2.3.4").replace(b"test", b"evil")
    with Raw(ours.port) as raw:
        raw.send(request("/gate"))
        until(lambda: gate.events)
        raw.send(frame(TEXT, b"early"), frame(BINARY, b"bird", fin=False))
        raw.send(forged)
        gate.go.set()
        assert raw.head()[0] == 101
        assert raw.until_closed()[1] == 1002
    until(lambda: len(gate.events) == 3)
    assert len(gate.scopes) == 1
    assert b"evil" not in b"".join(value for _, value in gate.scopes[0]["headers"])
    assert gate.events[1] == {"type": "websocket.receive", "text": "early"}
    assert gate.events[2]["code"] == 1002


def test_early_frames_keep_their_order(ours: Served) -> None:
    gate = ours.apps["/gate"] = Gate()
    with Raw(ours.port) as raw:
        raw.send(request("/gate"))
        until(lambda: gate.events)
        for n in range(40):
            raw.send(frame(BINARY, b"%d" % n * 90))
        gate.go.set()
        assert raw.head()[0] == 101
        raw.send(frame(TEXT, b"late"), close())
        assert raw.next() == Frame(8, b"\x03\xe8")
    until(lambda: len(gate.events) == 43)
    assert [e["bytes"] for e in gate.events[1:41]] == [b"%d" % n * 90 for n in range(40)]
    assert gate.events[41]["text"] == "late"


def test_who_sends_too_much_before_the_accept_is_cut(ours: Served) -> None:
    gate = ours.apps["/gate"] = Gate()
    with Raw(ours.port) as raw, pytest.raises(OSError):
        raw.send(request("/gate"))
        until(lambda: gate.events)
        for _ in range(200):
            raw.send(frame(BINARY, b"x" * 60_000))
    until(lambda: ours.connections == 0)
    gate.go.set()


def test_a_drop_before_the_accept_reaches_the_application(served: Served) -> None:
    told: list[Any] = []

    async def wait(scope: dict[str, Any], receive: Any, send: Any) -> None:
        told.append(await receive())
        told.append(await receive())
        with pytest.raises(OSError):
            await send({"type": "websocket.accept"})
        told.append("gone")

    served.apps["/wait"] = wait
    with Raw(served.port) as raw:
        raw.send(request("/wait"))
        until(lambda: told)
        raw.drop()
    until(lambda: len(told) == 3)
    assert told[1]["type"] == "websocket.disconnect"
    assert told[1]["code"] == 1006
