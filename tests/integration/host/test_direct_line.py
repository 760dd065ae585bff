"""A match socket on the direct line of our own server: its order, its bounds, and its end."""

import asyncio
from typing import Any

import msgspec
import pytest

from arcade.infra import keys
from arcade.infra.redis import aredis
from matches import serving
from matches.host.node import Node
from protocol import messages as wire
from protocol.messages import JSON
from tests.support.line import Line
from tests.support.sockets import Socket, people, play, sit_down, take_seat
from tests.support.waiting import auntil

pytestmark = pytest.mark.django_db(transaction=True)
MOVE, PING = 2, 9


@pytest.fixture(autouse=True)
def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.support import sockets

    monkeypatch.setattr(sockets, "direct", True)


def line(socket: Socket) -> Line:
    assert socket.line is not None
    return socket.line


class Gate:
    """Lets no hello through until it is opened."""

    def __init__(self, node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
        self.open = asyncio.Event()
        attach = node.gateway.attach

        async def wait(*args: Any) -> None:
            await self.open.wait()
            await attach(*args)

        monkeypatch.setattr(node.gateway, "attach", wait)


async def test_the_application_has_returned_and_the_match_goes_on(node: Node) -> None:
    _, (one, two) = await sit_down(node, "connect-four")
    for socket in (one, two):
        assert socket.app.future.done()
        assert line(socket).limits == (serving.KERNEL_KEEPS, serving.KERNEL_UNSENT)
    number = await one.act(MOVE, {"column": 3})
    while (await two.until(wire.Frame))[5][0] < number:
        pass


async def test_in_json_too(node: Node) -> None:
    match, _ = await sit_down(node, "connect-four")
    socket = await take_seat(match, None, "somebody", subprotocol=JSON)
    await socket.send(1, 1, socket.session)
    await socket.send(PING, 5)
    while not (said := (await socket._output())["text"]).startswith("[37,"):
        pass
    assert said.startswith("[37,5,")


async def test_who_is_in_plays_the_short_way(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    _, (one, two) = await sit_down(node, "connect-four")
    await play(one, two, 3, 3)
    asked: list[object] = []
    monkeypatch.setattr(node.gateway, "submit", lambda *what: asked.append(what))
    await play(one, two, 4, 4, 5)
    assert not asked


async def test_in_json_nobody_does(node: Node) -> None:
    """A move in the other encoding is none."""
    match = await node.create("connect-four", "standard", people(2))
    one = await take_seat(match, 0, "player0", subprotocol=JSON)
    two = await take_seat(match, 1, "player1")
    for socket in (one, two):
        await socket.hello()
    await one.act(MOVE, {"column": 3})
    await two.until(wire.Frame, acks=[1, 0])
    await two.act(MOVE, {"column": 3})
    await one.until(wire.Frame, acks=[1, 1])
    await one.raw(msgspec.msgpack.encode([MOVE, 2, {"column": 4}]))
    assert (await one.until(wire.Error))[2] == "wrong-encoding"


async def test_what_follows_a_hello_waits_for_its_answer(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    match, _ = await sit_down(node, "connect-four")
    gate = Gate(node, monkeypatch)
    socket = await take_seat(match, None, "somebody")
    await socket.send(1, 1, socket.session)
    for ref in (11, 12, 13):
        await socket.send(PING, ref)
    await asyncio.sleep(0.05)  # nothing may come of it
    assert socket.app.output_queue.empty()
    gate.open.set()
    kinds = [(await socket.next())[:2] for _ in range(5)]
    assert kinds[0][0] == wire.Welcome.__struct_config__.tag
    assert kinds[1][0] == wire.Keyframe.__struct_config__.tag
    assert kinds[2:] == [[37, 11], [37, 12], [37, 13]]


async def test_what_was_read_with_a_hello_waits_too_up_to_a_bound(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Messages of the same segment come although the line is paused."""
    match, _ = await sit_down(node, "connect-four")
    gate = Gate(node, monkeypatch)
    socket = await take_seat(match, None, "somebody")
    monkeypatch.setattr(line(socket), "pause", lambda: None)
    await socket.send(1, 1, socket.session)
    await socket.send(PING, 11)
    assert socket.app.output_queue.empty()
    gate.open.set()
    assert [(await socket.next())[0] for _ in range(3)][2] == 37
    flooding = await take_seat(match, None, "another")
    monkeypatch.setattr(line(flooding), "pause", lambda: None)
    gate.open.clear()
    await flooding.send(1, 1, flooding.session)
    for ref in range(serving.AFTER_HELLO + 1):
        await flooding.send(PING, ref)
    assert await flooding.until_closed() == 4004


async def test_who_goes_while_his_hello_waits_leaves_nothing(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    match, _ = await sit_down(node, "connect-four")
    there = len(node.gateway.viewers)
    gate = Gate(node, monkeypatch)
    guest = await take_seat(match, None, "somebody")
    await guest.send(1, 1, guest.session)
    await auntil(lambda: sockets_of("somebody", 1))
    await guest.leave()
    await auntil(lambda: sockets_of("somebody", 0))
    gate.open.set()
    await asyncio.sleep(0.05)  # nothing may come of it
    assert len(node.gateway.viewers) == there


async def sockets_of(player: str, count: int) -> bool:
    return bool(await aredis().zcard(keys.player_sockets(player)) == count)


async def test_who_goes_drops_his_seat_at_once_and_gives_back_his_place(node: Node) -> None:
    match, (one, two) = await sit_down(node, "connect-four")
    await one.leave()
    frame = await two.until(wire.Frame)
    while "seat.dropped" not in [event[0] for event in frame[7]]:
        frame = await two.until(wire.Frame)
    await auntil(lambda: sockets_of("player0", 0))
    assert [viewer.seat for viewer in node.gateway.viewers.values()] == [1]
    assert match in node.host.matches


async def test_a_close_of_ours_is_the_end_too(node: Node) -> None:
    _, (one, _) = await sit_down(node, "connect-four")
    viewer = next(v for v in node.gateway.viewers.values() if v.seat == 0)
    viewer.close(4000)
    viewer.close(4013)
    assert await one.until_closed() == 4000
    await auntil(lambda: sockets_of("player0", 0))
    assert [viewer.seat for viewer in node.gateway.viewers.values()] == [1]
