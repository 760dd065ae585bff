"""On our own server the lobby's socket is written to at once, without a task; a slow one is spared."""

import asyncio
from typing import Any

import msgspec
import pytest

from arcade.infra.direct import EXTENSION
from lobby.consumer import LobbyConsumer
from matches.host.outbox import MAX_MESSAGES
from protocol import messages as wire
from tests.support.line import Line
from tests.support.lobby import GAME, MODE, Socket, World
from tests.support.waiting import auntil


class Noted(Line):
    """Notes what is written, and is blocked when the test says so."""

    def __init__(self, queue: "asyncio.Queue[dict[str, Any]]") -> None:
        super().__init__(queue)
        self.sent = 0
        self.full = False

    @property
    def blocked(self) -> bool:
        return self.full

    def send(self, payload: bytes | str) -> None:
        assert not self.full
        self.sent += 1
        super().send(payload)

    def free(self) -> None:
        """The client reads on."""
        self.full = False
        self._writable()


async def joined(world: World, player: str, *subprotocols: str) -> tuple[Socket, Noted, LobbyConsumer]:
    extensions: dict[str, Any] = {}
    options = {"subprotocols": subprotocols} if subprotocols else {}
    socket = await _connected(world, player, extensions, options)
    consumer = next(s for s in world.lobbies[0].sockets if getattr(s, "player", "") == player)
    assert isinstance(consumer, LobbyConsumer)
    await socket.ask(wire.LobbyHello(socket.ref()))
    await socket.until(wire.LobbyWelcome)
    line: Noted = extensions[EXTENSION]
    return socket, line, consumer


async def _connected(world: World, player: str, extensions: Any, options: Any) -> Socket:
    connect = Socket.connect

    async def with_line(self: Socket) -> Any:
        extensions[EXTENSION] = Noted(self.app.output_queue)
        self.app.scope["extensions"] = extensions
        return await connect(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Socket, "connect", with_line)
        return await world.socket(player, **options)


@pytest.mark.parametrize("subprotocol", [wire.MSGPACK, wire.JSON])
async def test_everything_goes_by_the_line(world: World, subprotocol: str) -> None:
    ann, line, consumer = await joined(world, "ann", subprotocol)
    assert await ann.request(wire.Enqueue, GAME, MODE)
    await ann.until(wire.Queue, game=GAME)
    await ann.until(wire.Presence, full=False)
    assert line.sent == len(ann.past) + ann.app.output_queue.qsize()
    assert consumer._writing is None


async def test_who_does_not_read_misses_diffs_and_then_has_the_whole(world: World) -> None:
    ann, line, consumer = await joined(world, "ann")
    await ann.until(wire.Presence, full=False)
    line.full = True
    ref = ann.ref()
    await ann.ask(wire.Ping(ref))
    await auntil(lambda: consumer.outbox.waiting == 1)
    diff = msgspec.msgpack.encode(wire.Presence(7, 9, [], [], False))
    for _ in range(2 * MAX_MESSAGES):
        consumer.put_diff(diff)
    assert consumer.outbox.waiting == 1
    line.free()
    assert (await ann.next()).ref == ref
    assert (await ann.next()).full
    consumer.put_diff(diff)
    assert (await ann.next()).version == 7


async def test_what_is_queued_goes_out_before_the_goodbye(world: World) -> None:
    ann, line, consumer = await joined(world, "ann")
    line.full = True
    consumer.put(wire.Notice("last", "words"))
    ending = asyncio.create_task(consumer.end(4002))
    await auntil(lambda: consumer.ended)
    line.free()
    await ending
    await ann.until(wire.Notice, code="last")
    assert await ann.until_closed() == 4002


async def test_a_socket_that_ends_is_told_nothing_more(world: World) -> None:
    ann, line, consumer = await joined(world, "ann")
    line.full = True
    consumer.put(wire.Notice("last", "words"))
    ending = asyncio.create_task(consumer.end(4002))
    await auntil(lambda: consumer.ended)
    waiting = consumer.outbox.waiting
    consumer.put_diff(b"")
    consumer.put_whole(b"")
    consumer.put(wire.Notice("too", "late"))
    assert consumer.outbox.waiting == waiting
    line.free()
    await ending
    assert await ann.until_closed() == 4002
