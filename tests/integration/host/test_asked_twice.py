"""What is said twice: sockets that attach again, moves that are repeated, a rematch announced anew."""

from typing import Any

import msgspec
import pytest

from matches.host import link, reception
from matches.host.node import Node
from protocol import messages as wire
from tests.support.sockets import comes_back, enter, people, sit_down
from tests.support.waiting import auntil

pytestmark = pytest.mark.django_db(transaction=True)
MOVE, RESIGN, REMATCH = 2, 3, 6


@pytest.fixture
def sent(node: Node, monkeypatch: pytest.MonkeyPatch) -> list[link.ToGateway]:
    """What matches made from here on tell the gateways."""
    sent: list[link.ToGateway] = []
    send = node.host.send

    def note(to: str, what: link.ToGateway) -> None:
        sent.append(what)
        send(to, what)

    monkeypatch.setattr(node.host, "send", note)
    return sent


async def test_a_socket_that_asks_twice_is_not_its_own_successor(node: Node) -> None:
    match, (one, two) = await sit_down(node, "connect-four")
    conn = next(viewer.conn for viewer in node.gateway.viewers.values() if viewer.seat == 0)
    node.host.reception.receive(link.Attach(match, "test", conn, 1, "player0", 0, one.session, 0, 0))
    await one.until(wire.Keyframe)
    await one.act(MOVE, {"column": 3})
    await one.until(wire.Frame, acks=[1, 0])
    await two.until(wire.Frame, acks=[1, 0])


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize(
    ("first", "second", "winner"),
    [
        ((False, 0), (False, 0), 2),
        ((False, 0), (True, 9), 1),
        ((True, 9), (False, 0), 2),
        ((True, 9), (True, 8), 1),
        ((True, 8), (True, 9), 2),
        ((True, 9), (True, 9), 2),
    ],
)
async def test_of_two_sockets_the_newer_has_the_seat(
    node: Node,
    sent: list[link.ToGateway],
    first: tuple[bool, int],
    second: tuple[bool, int],
    winner: int,
    together: bool,
) -> None:
    """(again, epoch): a gateway's word for a socket that an owner let in at that epoch, or a new hello."""
    match = await node.create("connect-four", "standard", people(2))
    hosted = node.host.matches[match]
    for conn, (again, epoch) in ((1, first), (2, second)):
        node.host.reception.receive(
            link.Attach(match, f"gateway{conn}", conn, 1, "player0", 0, 70 + conn, epoch, 0, again)
        )
        if not together:
            await auntil(lambda: not hosted.arrivals and not hosted.busy)
    await auntil(lambda: not hosted.arrivals and not hosted.busy)
    assert hosted.fanout.seats[0].conn == winner
    assert [(note.conn, note.code) for note in sent if isinstance(note, link.Cut)] == [(3 - winner, 4005)]
    assert hosted.match.state.seats[0].session == 70 + winner


async def test_a_thousand_repeats_get_one_answer(
    node: Node, sent: list[link.ToGateway], monkeypatch: pytest.MonkeyPatch
) -> None:
    match, (one, two) = await sit_down(node, "connect-four")
    await one.act(MOVE, {"column": 3})
    await two.until(wire.Frame, acks=[1, 0])
    hosted = node.host.matches[match]
    seat = hosted.fanout.seats[0]
    repeat = link.Submit(match, seat.node, seat.conn, msgspec.msgpack.encode([MOVE, 1, {"column": 3}]), 0)

    def answers(times: int) -> int:
        sent.clear()
        for _ in range(times):
            node.host.reception.receive(repeat)
        return sum(isinstance(note, link.Direct) for note in sent)

    assert 1 <= answers(1000) < 5
    monkeypatch.setattr(reception, "REPEAT_SECONDS", 0.0)
    assert answers(1) == 1, "a little later it is answered again"


async def test_who_comes_late_hears_of_the_rematch_too(node: Node) -> None:
    class Lobby:
        async def match_ended(self, setup: Any) -> None: ...

        async def rematch_agreed(self, setup: Any, here: list[int]) -> str | None:
            return await node.create(setup.game, setup.mode, setup.seats)

    node.host.callbacks = Lobby()
    match, (one, two) = await sit_down(node, "connect-four")
    await one.act(RESIGN)
    for socket in (one, two):
        await socket.until(wire.Recorded)
        await socket.act(REMATCH, True)
    following = (await two.until(wire.Next))[1]
    await one.leave()
    back = await comes_back(match, "player0", 0, one.session)
    await back.until(wire.Recorded)
    announced = await back.until(wire.Next)
    assert announced[1:3] == [following, 0]
    again = await enter(following, announced[3])
    assert (await again.hello())[5]["phase"] == "open"
