"""A reader that stalls behind a real socket: bounded here, unnoticed by others, then caught up."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from typing import Any

import msgspec
import pytest
import uvicorn

from arcade.security import tickets
from arcade.server.upgrade import Upgrade
from matches import serving
from matches.engine import inputs as inp
from matches.host import outbox
from matches.host.node import Node
from protocol import messages as wire
from tests.support.raw import BINARY, Raw, frame
from tests.support.reader import Reader
from tests.support.sockets import APP, sit_down
from tests.support.waiting import auntil

pytestmark = pytest.mark.django_db(transaction=True)
STEPS = 300
KEYFRAME = wire.Keyframe.__struct_config__.tag


@pytest.fixture
async def port(node: Node) -> AsyncIterator[int]:
    """Our server, on the test's own loop."""
    config = uvicorn.Config(
        APP, host="127.0.0.1", port=0, ws=Upgrade, lifespan="off", log_config=None, interface="asgi3",
        ws_max_size=65536, ws_ping_interval=None, timeout_graceful_shutdown=5,
    )  # fmt: skip
    server = uvicorn.Server(config)
    running = asyncio.create_task(server._serve())
    await auntil(lambda: server.started)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await running


class Watcher:
    """A spectator's socket of bytes; `Reader` reads it."""

    def __init__(self, raw: Raw) -> None:
        self.raw = raw
        self.session = 4711

    async def send(self, *message: Any) -> None:
        await asyncio.to_thread(self.raw.send, frame(BINARY, msgspec.msgpack.encode(message)))

    async def heard(self, seconds: float) -> list[Any]:
        got = await asyncio.to_thread(self.raw.next)
        assert got is not None
        assert got.opcode == BINARY, got
        message: list[Any] = msgspec.msgpack.decode(got.payload)
        return message


@pytest.fixture
def lines() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


async def watch(lines: ExitStack, port: int, match: str, who: str, receive_buffer: int = 0) -> Reader:
    secret = await tickets.aissue(tickets.Ticket(who, who, "watch", match, None))
    raw = lines.enter_context(Raw(port, receive_buffer=receive_buffer))
    path = f"/ws/match/{match}/?ticket={secret}"
    await asyncio.to_thread(raw.open, path, f"Sec-WebSocket-Protocol: {wire.MSGPACK}")
    reader = Reader(Watcher(raw))
    await reader.hello()
    return reader


async def test_a_reader_that_stalls(
    node: Node, port: int, lines: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "MAX_MESSAGES", 20)
    match, (one, two) = await sit_down(node, "connect-four")
    with monkeypatch.context() as narrow:
        narrow.setattr(serving, "KERNEL_KEEPS", 4096)
        narrow.setattr(serving, "KERNEL_UNSENT", 2048)
        stalled = await watch(lines, port, match, "slow", 4096)
    quick = await watch(lines, port, match, "quick")
    slow = next(v.outbox for v in node.gateway.viewers.values() if v.player == "slow")
    hosted = node.host.matches[match]
    following = asyncio.create_task(follow(quick, hosted.match.seq + STEPS))
    events, waited = [], 0
    for _ in range(STEPS):
        here = hosted.match.state.seats[1].status == "here"
        node.host.put(hosted, inp.Drop(1, 0) if here else inp.Join(1, two.session, 0))
        told = await one.until(wire.Frame, seq=hosted.match.seq + 1)
        events += [[told[2], *event] for event in told[7]]
        waited = max(waited, slow.waiting)
    assert 0 < waited <= 20
    await following
    assert quick.kinds.count(KEYFRAME) == 1, "it has missed something"
    assert quick.events == events
    await follow(stalled, hosted.match.seq)
    assert stalled.events == events
    assert stalled.kinds.count(KEYFRAME) > 1, "nothing was conflated"


async def follow(reader: Reader, seq: int) -> None:
    while reader.core.seq < seq:
        await reader.read()
        if len(reader.kinds) % 20 == 0 or reader.kinds[-1] == KEYFRAME:
            await reader.say()
