"""What must not happen: an ack for a move that was not applied, a player bound to a match without host."""

import asyncio
from typing import Any

import pytest
from redis.exceptions import ConnectionError as Away

from arcade.infra import keys
from arcade.infra.redis import aredis
from matches import admission, directory
from matches.host import link
from matches.host.node import Node
from protocol import messages as wire
from tests.support.sockets import Socket, comes_back, people, sit_down, take_seat
from tests.support.waiting import auntil

pytestmark = pytest.mark.django_db(transaction=True)
MOVE = 2


async def test_an_older_device_learns_nothing_of_the_newer_ones_acks(node: Node) -> None:
    match, (one, two) = await sit_down(node, "connect-four")
    await one.act(MOVE, {"column": 3})
    await two.until(wire.Frame, acks=[1, 0])
    second = await take_seat(match, 0, "player0")
    await second.hello()
    back = await comes_back(match, "player0", 0, one.session)
    await back.until(wire.Keyframe)
    acks = []
    while message := await second.next():
        acks.append(message[5][0] if message[0] == 34 else 0)
    assert second.closed == 4005
    assert set(acks) <= {0}


async def test_a_newer_device_that_never_came_in_changes_nothing(node: Node) -> None:
    match, (one, two) = await sit_down(node, "connect-four")
    hosted = node.host.matches[match]
    await aredis().config_set("maxmemory", "1")
    try:
        await one.act(MOVE, {"column": 3})
        await auntil(lambda: hosted.busy)
        gateway = link.Attach(match, "test", 999_999, 1, "player0", 0, 4711, 0, 0)
        node.host.reception.receive(gateway)
        node.host.reception.receive(link.Detach(match, "test", 999_999))
    finally:
        await aredis().config_set("maxmemory", "0")
    await two.until(wire.Frame, acks=[1, 0])
    await two.act(MOVE, {"column": 3})
    await one.until(wire.Frame, acks=[1, 1])
    await one.act(MOVE, {"column": 3})
    assert await two.until(wire.Frame, acks=[2, 1])


async def test_a_refusal_goes_with_the_frame_that_acknowledges_it(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The note with both is lost; the keyframe after the gap tells of the refusal before its ack."""
    match, (one, _) = await sit_down(node, "connect-four")
    hosted = node.host.matches[match]
    monkeypatch.setattr(hosted.fanout, "_fan", lambda *told: None)
    await one.act(MOVE, {"column": 9})
    await auntil(lambda: hosted.match.acks[0] == 1 and not hosted.busy)
    monkeypatch.undo()
    await one.send(8, 1, 0, 0)
    kinds = [(await one.next())[0]]
    while kinds[-1] != 33:
        kinds.append((await one.next())[0])
    assert kinds[-2:] == [35, 33]


async def test_a_creation_that_fails_halfway_binds_nobody(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = directory.create

    async def then_away(*args: Any) -> Any:
        await create(*args)
        raise Away("the reply was lost")

    monkeypatch.setattr(directory, "create", then_away)
    with pytest.raises(Away):
        await node.create("connect-four", "standard", people(2))

    async def free() -> bool:
        return await aredis().get(keys.player_match("player0")) is None

    await auntil(free)
    assert await aredis().zcard(keys.live_matches()) == 0


async def test_resumed_sockets_do_not_count_as_strangers(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "UNGREETED_PER_ADDRESS", 1)
    match, (one, two) = await sit_down(node, "connect-four")
    first = await comes_back(match, "player0", 0, one.session)
    await first.until(wire.Keyframe)
    second = await comes_back(match, "player1", 1, two.session)
    await second.until(wire.Keyframe)
    stranger = Socket(match, "")
    assert await stranger.open()
    another = Socket(match, "")
    await another.open()
    assert (await another.until(wire.Error))[2] == "busy"
    await stranger.leave()
    assert admission.ungreeted == {}


async def test_a_lost_word_to_a_new_socket_is_said_again(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    match = await node.create("connect-four", "standard", people(2))
    one = await take_seat(match, 0, "player0")
    monkeypatch.setattr(node.gateway, "_attached", lambda note: None)
    await one.send(1, 1, one.session)
    await auntil(lambda: node.host.matches[match].fanout.watchers)
    monkeypatch.undo()
    async with asyncio.timeout(8):
        await one.until(wire.Keyframe)


async def test_a_view_that_exits_ends_its_match_alone(node: Node) -> None:
    good, others = await sit_down(node, "connect-four")
    _, (one, two) = await _sit_elsewhere(node, "hostile-exit-view")
    await one.act(MOVE, {"evil": True})
    while (message := await two.next())[0] != 34 or not message[7]:
        pass
    assert good in node.host.matches
    await others[0].act(MOVE, {"column": 3})
    await others[1].until(wire.Frame, acks=[1, 0])


async def _sit_elsewhere(node: Node, game: str) -> tuple[str, list[Socket]]:
    from matches.engine.setup import Seat

    match = await node.create(game, "standard", [Seat(f"else{n}", "x", n) for n in range(2)])
    sockets = [await take_seat(match, n, f"else{n}") for n in range(2)]
    for socket in sockets:
        await socket.hello()
    return match, sockets
