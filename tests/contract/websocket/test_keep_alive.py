"""Who is dead is found by a ping; who lives is not taken for dead."""

import asyncio
from typing import Any

import pytest

from arcade.server import websocket
from tests.support.asgi import OURS, Noted, Served
from tests.support.raw import PING, PONG, TEXT, Frame, Raw, close, frame
from tests.support.waiting import until


def keep_alive(interval: float, timeout: float) -> Served:
    return Served(OURS, ws_ping_interval=interval, ws_ping_timeout=timeout)


def test_a_client_that_is_silent_and_answers_no_ping_is_cut() -> None:
    noted = Noted()
    with keep_alive(0.1, 0.3) as ours:
        ours.apps["/noted"] = noted
        with Raw(ours.port).open("/noted") as raw:
            got = raw.next()
            assert got is not None
            assert got.opcode == PING
            assert raw.until_closed() == ([], 1011)
        until(lambda: noted.events)
        assert noted.events[0]["code"] == 1011


def test_a_client_that_answers_or_says_anything_stays() -> None:
    with keep_alive(0.1, 0.3) as ours, Raw(ours.port).open("/direct") as raw:
        for _ in range(8):
            got = raw.next()
            assert got is not None
            assert got.opcode == PING
            raw.send(frame(PONG, got.payload))
        raw.send(frame(TEXT, b"here"))
        while (got := raw.next()) is not None and got.opcode == PING:
            raw.send(frame(PONG, got.payload))
        assert got == Frame(TEXT, b"here")


def test_who_is_not_read_is_not_taken_for_dead() -> None:
    """His pong waits in the kernel, behind what the application has not taken."""
    go = asyncio.Event()
    noted = Noted()

    async def wait(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await go.wait()
        while not noted.events or noted.events[-1]["type"] != "websocket.disconnect":
            noted.events.append(await receive())

    with keep_alive(0.05, 0.1) as ours:
        ours.apps["/wait"] = wait
        with Raw(ours.port).open("/wait") as raw:
            raw.send(b"".join(frame(TEXT, b"%d" % n) for n in range(websocket.HELD_MESSAGES)))
            pings = 0
            raw.line.settimeout(0.5)
            with pytest.raises(TimeoutError):
                while raw.next() is not None:
                    pings += 1
            ours.call(go.set)
            raw.line.settimeout(10)
            raw.send(close())
            assert raw.until_closed()[1] == 1000
    assert noted.events[-1]["code"] == 1000
