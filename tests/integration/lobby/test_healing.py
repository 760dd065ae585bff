"""What was lost is found again: a message of a match, a room's node, a node's sockets."""

import asyncio
import time
from typing import Any

import pytest
from channels.layers import get_channel_layer

from arcade.infra.redis import aredis
from lobby import areas, consumer, presence, room_keeper, service
from lobby.rules import room as rules
from protocol import messages as wire
from protocol.errors import ProtocolError
from tests.support.lobby import GAME, MODE, World
from tests.support.waiting import auntil


def deaf(world: World, monkeypatch: pytest.MonkeyPatch, player: str, event: str) -> None:
    """The channel layer loses every message of this kind to this player."""
    lobby = world.lobbies[0]
    tell = lobby.tell

    async def lossy(to: str, what: str, **data: Any) -> None:
        if (to, what) != (player, event):
            await tell(to, what, **data)

    monkeypatch.setattr(lobby, "tell", lossy)


async def test_a_lost_message_of_a_match_is_made_up_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "BEAT_SECONDS", 0.1)
    deaf(world, monkeypatch, "ann", "player.match")
    ann, bob = await world.player("ann"), await world.player("bob")
    await ann.request(wire.Enqueue, GAME, MODE)
    await ann.until(wire.Queue, game=GAME)
    await bob.request(wire.Enqueue, GAME, MODE)
    found = await bob.until(wire.MatchFound)
    assert (await ann.until(wire.MatchFound)).match == found.match


async def test_a_socket_keeps_its_places_in_groups_however_long_it_lives(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = get_channel_layer()
    monkeypatch.setattr(layer, "group_expiry", 2)
    monkeypatch.setattr(consumer, "BEAT_SECONDS", 0.05)
    monkeypatch.setattr(consumer, "RENEW_SECONDS", 0.1)
    ann = await world.player("ann")
    joined = time.time()

    async def renewed() -> bool:
        places = await aredis().zrange(layer._group_key("player.ann"), 0, -1, withscores=True)
        return any(at > joined + 3 for _, at in places)

    await auntil(renewed)
    await layer.group_send("player.ann", {"type": "lobby.notice", "code": "busy", "text": "still there"})
    assert (await ann.until(wire.Notice)).text == "still there"


def test_places_of_dead_nodes_run_out_soon() -> None:
    assert 3 * consumer.RENEW_SECONDS < get_channel_layer().group_expiry <= 600
    assert get_channel_layer().group_expiry > 3 * presence.RENEW


async def test_so_is_one_to_who_waited_in_no_queue(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer, "BEAT_SECONDS", 0.1)
    deaf(world, monkeypatch, "ann", "player.match")
    ann = await world.player("ann")
    reply = await ann.request(wire.PlayBot, GAME, MODE, 1)
    assert (await ann.until(wire.MatchFound)).match == reply.data["match"]


async def test_the_late_end_of_the_last_match_hides_no_new_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "BEAT_SECONDS", 0.5)
    deaf(world, monkeypatch, "ann", "player.match")
    ann = await world.player("ann")
    reply = await ann.request(wire.PlayBot, GAME, MODE, 1)
    await world.lobbies[0].tell("ann", "player.match_changed", ended="the last")
    await world.lobbies[0].announce("busy", "that was heard")
    await ann.until(wire.Notice)
    assert (await ann.until(wire.MatchFound)).match == reply.data["match"]


async def test_a_match_that_one_look_finds_is_told_soon_after(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not at the next beat only."""
    monkeypatch.setattr(consumer, "BEAT_SECONDS", 3600.0)
    monkeypatch.setattr(areas.match, "AGAIN", 0.05)
    deaf(world, monkeypatch, "ann", "player.match")
    ann = await world.player("ann")
    reply = await ann.request(wire.PlayBot, GAME, MODE, 1)
    (socket,) = world.lobbies[0].sockets
    await socket.areas[0].beat()
    assert (await ann.until(wire.MatchFound)).match == reply.data["match"]


async def test_one_area_that_cannot_say_hello_keeps_none_from_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(player: str) -> None:
        raise ProtocolError("busy")

    await world.lobbies[0].notices.send("ann", "gift", "that was kept", {})
    monkeypatch.setattr(world.lobbies[0].matchmaker, "back", busy)
    ann = await world.player("ann")
    assert (await ann.until(wire.KeptNotices)).notices


async def test_a_match_is_told_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer, "BEAT_SECONDS", 0.02)
    ann = await world.player("ann")
    looks, running = 0, world.matches.running

    async def counted(player: str) -> Any:
        nonlocal looks
        looks += 1
        return await running(player)

    monkeypatch.setattr(world.matches, "running", counted)
    await ann.request(wire.Enqueue, GAME, MODE)
    reply = await ann.request(wire.PlayBot, GAME, MODE, 1)
    before = looks
    await auntil(lambda: looks > before + 5)
    await world.lobbies[0].tell(
        "ann", "player.match", match=reply.data["match"], game=GAME, mode=MODE, seat=0
    )
    await world.lobbies[0].announce("after", "The message above came twice.")
    await ann.until(wire.Notice, code="after")
    told = [m.match for m in ann.past if isinstance(m, wire.MatchFound)]
    assert told == [reply.data["match"]]
    back = await world.player("ann")
    assert back.welcome.match["match"] == told[0]
    before = looks
    await auntil(lambda: looks > before + 10)
    await back.request(wire.Ping)
    assert not [m for m in back.past if isinstance(m, wire.MatchFound)]


async def test_a_room_whose_node_died_while_it_started_opens_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_keeper, "SWEEP", 0.1)
    monkeypatch.setattr(rules, "START", 0.5)
    dead = world.lobbies[0]
    ann = await world.player("ann")
    await ann.request(wire.RoomCreate, GAME, MODE, 2)
    await ann.request(wire.RoomBot, 1)
    create, stuck = world.matches.create, asyncio.Event()

    async def never(*_: object, **__: object) -> str:
        stuck.set()
        await asyncio.Event().wait()
        return ""

    monkeypatch.setattr(world.matches, "create", never)
    await ann.request(wire.RoomReady, True)
    async with asyncio.timeout(5):
        await stuck.wait()
    for task in [*dead._runs, *dead._tasks]:
        task.cancel()
    monkeypatch.setattr(world.matches, "create", create)
    alive = await world.node()
    world.serve(alive)
    again = await world.player("ann")
    code = (await again.until(wire.Room)).code

    async def phase() -> rules.Phase | None:
        kept, _ = await alive.rooms._documents.get(f"arcade:room:{code}")
        return kept and kept.phase

    async def opened() -> bool:
        return await phase() is rules.Phase.OPEN

    await auntil(opened)
    assert isinstance(await again.request(wire.RoomReady, True), wire.Reply)
    await again.until(wire.MatchFound)


async def test_the_sockets_of_a_leaving_node_are_sent_away_in_batches(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "AWAY_AT_ONCE", 2)
    leaving, staying = world.lobbies[0], await world.node()
    world.serve(leaving)
    sockets = [await world.player(f"p{n}") for n in range(4)]
    sockets.append(await world.socket("silent"))
    world.serve(staying)
    other = await world.player("other")
    began = asyncio.get_running_loop().time()
    async with asyncio.timeout(10):
        await leaving.send_away()
    assert asyncio.get_running_loop().time() - began >= 2 * service.AWAY_PAUSE
    assert [await socket.until_closed() for socket in sockets] == [4002] * 5
    assert isinstance(await other.request(wire.Ping), wire.Pong)
    assert len(staying.sockets) == 1
    assert not leaving.sockets
    world.serve(leaving)
    with pytest.raises(AssertionError, match="draining"):
        await world.player("late")
