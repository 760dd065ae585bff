"""Who does not read, and who is not read: neither costs more than a bound."""

import asyncio
import socket
import time
from typing import Any

import pytest

from arcade.server.connection import RECEIVE_BUFFER
from tests.support.asgi import Noted, Served
from tests.support.raw import BINARY, PING, PONG, TEXT, Frame, Raw, frame
from tests.support.waiting import until


def test_who_does_not_read_holds_the_application_up(ours: Served) -> None:
    """And only up to what the kernel takes is in memory; what was sent comes whole and in order."""
    sent: list[int] = []
    payloads = [bytes([n]) * size for n, size in enumerate([100, 8192, 8193, 20_000, 60_000] * 40)]

    async def pour(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})
        line = scope["extensions"]["arcade.direct"]
        line.limit(4096, 4096)
        for payload in payloads:
            await send({"type": "websocket.send", "bytes": payload})
            sent.append(line.unsent)
        await receive()
        await receive()

    ours.apps["/pour"] = pour
    with Raw(ours.port, receive_buffer=4096).open("/pour") as raw:
        until(lambda: sent and sent[-1] > 0)
        ours.call(lambda: None)
        held = len(sent)
        assert held < 20
        assert max(sent) < 70_000
        for payload in payloads:
            assert raw.next() == Frame(BINARY, payload)
    until(lambda: len(sent) == len(payloads))


def test_small_and_large_messages_do_not_overwrite_each_other(ours: Served) -> None:
    """picows hands the event loop memory that the next message reuses, where the client is slow."""

    async def pour(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})
        line = scope["extensions"]["arcade.direct"]
        line.limit(4096, 4096)
        for n in range(201):
            line.send(bytes([n]) * (9000 + n if n % 2 else 50))
        await receive()
        await receive()

    ours.apps["/pour"] = pour
    with Raw(ours.port, receive_buffer=4096).open("/pour") as raw:
        until(lambda: ours.connections)
        for n in range(201):
            assert raw.next() == Frame(BINARY, bytes([n]) * (9000 + n if n % 2 else 50))


def test_an_application_that_does_not_read_holds_the_client_up(served: Served) -> None:
    got: list[Any] = []
    go = asyncio.Event()

    async def wait(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await go.wait()
        while (event := await receive())["type"] == "websocket.receive":
            got.append(event["bytes"][:3])

    served.apps["/wait"] = wait
    with Raw(served.port).open("/wait") as raw:
        raw.line.settimeout(0.5)
        sent = 0
        with pytest.raises(TimeoutError):
            while sent < 4000:
                raw.send(frame(BINARY, b"%03d" % (sent % 1000) + b"x" * 16_000))
                sent += 1
        served.call(go.set)
        until(lambda: len(got) >= sent - 1)
    assert got[:sent] == [b"%03d" % (n % 1000) for n in range(sent)]


def test_a_flood_does_not_grow_the_buffer_without_end(ours: Served) -> None:
    """picows doubles it whenever a read has filled it; what the kernel may hold is what bounds it."""
    with Raw(ours.port).open("/direct") as raw:
        raw.send(frame(PING))
        assert raw.next() == Frame(PONG, b"")
        ours.loop.call_soon_threadsafe(time.sleep, 0.5)  # a busy loop: the kernel takes what it may
        raw.send(frame(PING) * 500_000)
        (connection,) = list(ours.server.server_state.connections)
        protocol: Any = ours.call(lambda: connection._transport.get_protocol())
        kernel = ours.call(lambda: connection._transport.get_extra_info("socket"))
        assert kernel.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) <= 2 * RECEIVE_BUFFER
        assert len(protocol.get_buffer(-1)) < 300_000
        assert connection._socket.unsent < 300_000


def test_pings_of_one_who_does_not_read_are_not_piled_up(ours: Served) -> None:
    noted = ours.apps["/noted"] = Noted()
    with Raw(ours.port, receive_buffer=4096).open("/noted") as raw:
        raw.line.settimeout(20)
        for n in range(200):
            raw.send(b"".join(frame(PING, b"%06d" % (n * 500 + m) * 20) for m in range(500)))
        (connection,) = list(ours.server.server_state.connections)
        assert connection._socket.unsent < 1000
        raw.send(frame(TEXT, b"end"))
        until(lambda: noted.events)
        last = None
        while (got := raw.next()) != Frame(PONG, b"099999" * 20):
            assert got is not None
            assert last is None or got.payload > last
            last = got.payload
