"""Who reads slowly, or loses a frame between two nodes, is caught up, and every event comes once."""

from random import Random
from typing import Any

import msgspec
import pytest

from matches.engine import inputs as inp
from matches.host import link, outbox
from matches.host.node import Node
from protocol import messages as wire
from tests.support.reader import Reader
from tests.support.sockets import Socket, sit_down, take_seat
from tests.support.waiting import auntil

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("both_ways")]
MOVE, DRAW = 2, 4
FRAME, KEYFRAME = 34, 33


async def talk(node: Node, match: str, sockets: list[Socket], times: int) -> list[list[Any]]:
    """So many steps with an event each; returns the events."""
    hosted = node.host.matches[match]
    events = []
    for _ in range(times):
        here = hosted.match.state.seats[1].status == "here"
        node.host.put(hosted, inp.Drop(1, 0) if here else inp.Join(1, sockets[1].session, 0))
        frame = await sockets[0].until(wire.Frame, seq=hosted.match.seq + 1)
        events += [[frame[2], *event] for event in frame[7]]
    return events


@pytest.mark.parametrize("seed", range(4))
async def test_events_of_conflated_frames_all_arrive_once_and_in_order(
    node: Node, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(outbox, "MAX_MESSAGES", 3)
    chance = Random(seed)
    match, players = await sit_down(node, "connect-four")
    slow = Reader(await take_seat(match, None, "somebody", room=1))
    await slow.hello()
    expected = []
    for _ in range(8):
        expected += await talk(node, match, players, chance.randint(1, 12))
        for _ in range(chance.randint(0, 4)):
            await slow.glance()
    await slow.until(node.host.matches[match].match.seq)
    assert slow.events == expected
    assert slow.kinds.count(KEYFRAME) > 1, "nothing was conflated"
    assert slow.kinds.count(FRAME) < len(expected)


def lose_one_frame(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next frame from a host does not come to this gateway's sockets."""
    (hosted,) = node.host.matches.values()
    fan = hosted.fanout._fan

    def lost(*told: Any) -> None:
        monkeypatch.setattr(hosted.fanout, "_fan", fan)

    monkeypatch.setattr(hosted.fanout, "_fan", lost)


async def test_a_frame_lost_between_nodes_is_missed_by_the_gateway_itself(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it says a socket holds is what its client holds: a repeat comes before the client's resync."""
    match, (one, two) = await sit_down(node, "connect-four")
    hosted = node.host.matches[match]
    lose_one_frame(node, monkeypatch)
    lost = hosted.match.seq + 1
    await one.act(DRAW, "offer")
    await auntil(lambda: hosted.match.seq == lost and not hosted.busy)
    await two.act(DRAW, "decline")
    await auntil(lambda: hosted.match.seq == lost + 1 and not hosted.busy)
    await one.send(DRAW, one.number, "offer")
    keyframe = await one.until(wire.Keyframe)
    assert [event[:2] for event in keyframe[6]] == [[lost, "draw.offered"], [lost + 1, "draw.declined"]]


async def test_a_keyframe_that_was_asked_for_in_vain_is_asked_for_again(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the gateway itself: a client that is shown nothing has nothing to tell."""
    monkeypatch.setattr(outbox, "ASK_AGAIN", 0.1)
    match, (one, two) = await sit_down(node, "connect-four")
    asked: list[link.Again] = []
    conn = next(viewer.conn for viewer in node.gateway.viewers.values() if viewer.seat == 0)
    receive = node.host.reception.receive

    def lose_the_first(note: link.ToHost) -> None:
        if isinstance(note, link.Again) and note.conn == conn:
            asked.append(note)
            if len(asked) == 1:
                return
        receive(note)

    lose_one_frame(node, monkeypatch)
    await two.act(DRAW, "offer")
    hosted = node.host.matches[match]
    await auntil(lambda: hosted.match.state.draw is not None and not hosted.busy)
    monkeypatch.setattr(node.host.reception, "receive", lose_the_first)
    node.host.put(hosted, inp.Moved(0, one.session, 1, 0, msgspec.msgpack.encode({"column": 3})))
    keyframe = await one.until(wire.Keyframe)
    assert keyframe[5]["game"]["board"][3] == [0]
    assert len(asked) == 2


async def test_it_is_not_asked_for_again_too_soon(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    asks = 0

    def ask() -> None:
        nonlocal asks
        asks += 1

    async def write(data: bytes) -> None:
        raise AssertionError("nothing to write")

    box = outbox.Outbox(write, ask)
    box.put_frame(b"after a gap", 7, 5)
    assert asks == 1
    for _ in range(3):
        box.look()
        box.seen(0)
    assert asks == 1
    monkeypatch.setattr(outbox, "ASK_AGAIN", -1.0)
    box.look()
    assert asks == 2


@pytest.mark.parametrize("rewound", [False, True])
async def test_a_keyframe_that_nobody_asked_for_tells_the_missed_events_too(
    node: Node, monkeypatch: pytest.MonkeyPatch, rewound: bool
) -> None:
    """One that answers a repeat, or comes after Redis lost its tail."""
    match, (one, _) = await sit_down(node, "connect-four")
    hosted = node.host.matches[match]
    lose_one_frame(node, monkeypatch)
    await one.act(DRAW, "offer")
    await auntil(lambda: hosted.match.state.draw is not None and not hosted.busy)
    if rewound:
        await node.host.ownership.rewind(hosted)
    else:
        await one.send(DRAW, one.number, "offer")
    keyframe = await one.until(wire.Keyframe)
    assert [hosted.match.seq, "draw.offered"] in [event[:2] for event in keyframe[6]]
