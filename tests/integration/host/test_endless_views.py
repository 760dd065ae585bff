"""A view that never ends, asked for outside of a step: its match ends, and that one alone."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from matches.engine.setup import Seat
from matches.host.node import Node
from protocol import messages as wire
from tests.support.sockets import Socket, running_node, sit_down, take_seat
from tests.support.waiting import auntil
from tests.testgames.hostile import Moody

pytestmark = pytest.mark.django_db(transaction=True)
MOVE = 2
Do = Callable[[Node, str, Socket], Awaitable[Any]]


@pytest.fixture
async def node(clean_redis: str) -> AsyncIterator[Node]:
    Moody.endless.clear()
    async with running_node() as node:
        yield node
    assert not Moody.endless, "it was not asked"


async def resync(node: Node, match: str, one: Socket) -> None:
    Moody.endless.add(0)
    await one.send(8, 1, 0, 0)


async def repeat(node: Node, match: str, one: Socket) -> None:
    Moody.endless.add(0)
    await one.send(MOVE, 1, {})


async def step(node: Node, match: str, one: Socket) -> None:
    Moody.endless.add(0)
    await one.act(MOVE, {})


async def ask_bot(node: Node, match: str, one: Socket) -> None:
    Moody.endless.add(1)
    await one.act(MOVE, {})


async def attach(node: Node, match: str, one: Socket) -> None:
    Moody.endless.add(None)
    watcher = await take_seat(match, None, "somebody")
    await watcher.send(1, 1, 77)
    assert await watcher.until_closed() == 4013


async def rewind(node: Node, match: str, one: Socket) -> None:
    Moody.endless.add(0)
    await node.host.ownership.rewind(node.host.matches[match])


@pytest.mark.parametrize("do", [resync, repeat, step, attach, ask_bot, rewind])
async def test_its_match_ends_alone(node: Node, do: Do) -> None:
    good, (ann, bob) = await sit_down(node, "connect-four")
    bad = await node.create("hostile-moody", "standard", [Seat("else0", "x", 0), Seat(None, "bot", 1, bot=1)])
    one = await take_seat(bad, 0, "else0")
    await one.hello()
    await one.act(MOVE, {})
    hosted = node.host.matches[bad]
    await auntil(lambda: hosted.match.turn() == 0 and hosted.match.state.moves == 2 and not hosted.busy)
    began = node.host.now()
    await do(node, bad, one)
    while True:
        frame = await one.until(wire.Frame)
        if ended := [data for name, data in frame[7] if name == "match.ended"]:
            break
    assert node.host.now() - began < 20, "ended by this test's own deadline"
    assert ended == [{"places": None, "scores": None, "reason": "broken"}]
    await one.until(wire.Recorded)
    await ann.act(MOVE, {"column": 3})
    await bob.until(wire.Frame, acks=[1, 0])
    assert good in node.host.matches
