"""A node in the test's own loop, and sockets to it without a server in between."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from asgiref.testing import ApplicationCommunicator
from channels.routing import URLRouter

from arcade.infra.direct import EXTENSION
from arcade.security import resume, tickets
from matches.engine.setup import Seat
from matches.host.node import Node
from matches.routing import websocket_urlpatterns
from protocol import messages as wire
from protocol.messages import JSON, MSGPACK
from tests.support.frames import FIELDS, Frames
from tests.support.line import Line

APP = URLRouter(websocket_urlpatterns)
_sessions = itertools.count(1000)
direct = False
"""Sockets offer the extension of our own server."""


@asynccontextmanager
async def running_node(node_id: str = "test") -> AsyncIterator[Node]:
    """A started node, stopped at the end."""
    node = Node(node_id, "")
    await node.start()
    try:
        yield node
    finally:
        await node.stop()


class Socket:
    """One match socket. Messages are plain lists; `closed` is the close code once it came.

    `room`: messages it takes before they are read, for a slow reader; 0: any number.
    """

    def __init__(
        self, match: str, query: str, subprotocol: str = MSGPACK, headers: Any = (), room: int = 0
    ) -> None:
        self.json = subprotocol == JSON
        scope = {
            "type": "websocket",
            "path": f"/ws/match/{match}/",
            "query_string": query.encode(),
            "headers": list(headers),
            "subprotocols": [subprotocol],
            "client": ("127.0.0.1", 1),
            "extensions": {},
        }
        self.app = ApplicationCommunicator(APP, scope)
        self.app.output_queue._maxsize = room
        self.line = Line(self.app.output_queue) if direct else None
        if self.line is not None:
            scope["extensions"] = {EXTENSION: self.line}
        self.session = next(_sessions)
        self.number = 0
        self._frames = Frames()
        self.closed: int | None = None

    async def open(self) -> bool:
        await self.app.send_input({"type": "websocket.connect"})
        event = await self._output()
        return bool(event["type"] == "websocket.accept")

    async def _output(self, seconds: float = 10) -> dict[str, Any]:
        async with asyncio.timeout(seconds):
            blocked = self.app.output_queue.full()
            event: dict[str, Any] = await self.app.output_queue.get()
            if self.line is not None:
                self.line.read(blocked)
            return event

    async def send(self, *message: Any) -> None:
        if self.json:
            await self.raw(msgspec.json.encode(message).decode())
        else:
            await self.raw(msgspec.msgpack.encode(message))

    async def raw(self, data: bytes | str) -> None:
        if self.line is not None:
            self.line.came(data)
            await asyncio.sleep(0)
            return
        key = "text" if isinstance(data, str) else "bytes"
        await self.app.send_input({"type": "websocket.receive", key: data})

    async def next(self, seconds: float = 10) -> list[Any]:
        """The next message, a frame as `frames.py` has it; [] when the socket was closed instead."""
        return self._frames.read(await self.heard(seconds))

    async def heard(self, seconds: float = 10) -> list[Any]:
        """The next message as it is on the wire; [] when the socket was closed instead."""
        event = await self._output(seconds)
        if event["type"] == "websocket.close":
            self.closed = event["code"]
            return []
        if event.get("bytes") is not None:
            message: list[Any] = msgspec.msgpack.decode(event["bytes"])
        else:
            message = msgspec.json.decode(event["text"])
        return message

    async def until(self, kind: type[wire.Message], **fields: Any) -> list[Any]:
        """Read on to the next message of this kind whose named fields have these values."""
        names = FIELDS if kind is wire.Frame else kind.__struct_fields__
        while message := await self.next():
            if message[0] == kind.__struct_config__.tag and all(
                message[1 + names.index(name)] == value for name, value in fields.items()
            ):
                return message
        raise AssertionError(f"closed with {self.closed} before {kind.__name__} {fields}")

    async def until_closed(self) -> int:
        while await self.next():
            pass
        assert self.closed is not None
        return self.closed

    async def hello(self) -> list[Any]:
        """Say hello; returns the keyframe."""
        await self.send(1, 1, self.session)
        await self.until(wire.Welcome)
        return await self.until(wire.Keyframe)

    async def act(self, kind: int, *rest: Any) -> int:
        """Send the session's next numbered message; returns its number."""
        self.number += 1
        await self.send(kind, self.number, *rest)
        return self.number

    async def leave(self) -> None:
        """The client is gone."""
        if self.line is not None:
            self.line.end(1001, "")
        await self.app.send_input({"type": "websocket.disconnect", "code": 1001})
        await self.app.wait(5)


def people(count: int) -> list[Seat]:
    """Seats of as many players, each its own team."""
    return [Seat(f"player{n}", f"Player {n}", n) for n in range(count)]


async def take_seat(match: str, seat: int | None, player: str, **options: Any) -> Socket:
    """A socket with a ticket, accepted, that has not said hello yet."""
    purpose: Any = "watch" if seat is None else "match"
    secret = await tickets.aissue(tickets.Ticket(player, player, purpose, match, seat))
    return await enter(match, secret, **options)


async def enter(match: str, secret: str, **options: Any) -> Socket:
    """A socket with this ticket, accepted, that has not said hello yet."""
    socket = Socket(match, f"ticket={secret}", **options)
    assert await socket.open()
    return socket


async def comes_back(
    match: str, player: str, seat: int, session: int, held: tuple[int, int] = (0, 0)
) -> Socket:
    """A socket that has shown its resume token; it holds the frame of this (epoch, seq), or none."""
    socket = Socket(match, "")
    assert await socket.open()
    await socket.send(1, 1, session, *held, resume.make(match, player, seat))
    return socket


async def sit_down(node: Node, game: str, mode: str = "standard", count: int = 2) -> tuple[str, list[Socket]]:
    """A new match with everyone there."""
    match = await node.create(game, mode, people(count))
    sockets = [await take_seat(match, seat, f"player{seat}") for seat in range(count)]
    for socket in sockets:
        await socket.hello()
    return match, sockets


async def play(one: Socket, two: Socket, *columns: int) -> None:
    """Drop discs in turn, each when the one before is acknowledged to the next player."""
    sockets = (one, two)
    for n, column in enumerate(columns):
        mover, other = sockets[n % 2], sockets[1 - n % 2]
        number = await mover.act(wire.Move.__struct_config__.tag, {"column": column})
        while (await other.until(wire.Frame))[5][n % 2] < number:
            pass
