"""What was said and not answered is said again, by the same ref, on a socket to another node: done once."""

from typing import Any

import pytest

from arcade.infra import keys
from lobby import service
from lobby.rules import room as rules
from protocol import messages as wire
from tests.support.lobby import GAME, MODE, Socket, World
from tests.support.waiting import auntil


async def moved(world: World, socket: Socket, request: wire.Request) -> tuple[Socket, Any]:
    """The request is served, its reply lost with the socket and the node; it is said again on another node.

    Returns the new socket and the answer there.
    """
    player = next(name for name in ("ann", "bob") if socket.welcome.player["id"] == name)
    await socket.ask(request)
    while not isinstance(message := await socket.next(), wire.Reply) or message.ref != request.ref:
        assert not isinstance(message, int | wire.Error), message
    world.serve(await world.node())
    await socket.leave()
    back = await world.player(player)
    await back.ask(request)
    while True:
        message = await back.next()
        back.past.append(message)
        if isinstance(message, wire.Reply | wire.Error) and message.ref == request.ref:
            return back, message


async def room_of(world: World, player: str) -> rules.Room | None:
    code = await world.lobbies[0].rooms.of(player)
    told = await world.lobbies[0].rooms.get(code) if code else None
    return told[0] if told else None


async def test_an_invitation_taken_twice_is_one_seat(world: World) -> None:
    ann, bob = await world.player("ann"), await world.player("bob")
    code = (await ann.request(wire.RoomCreate, "arena", "ffa", 3)).data["code"]
    back, answer = await moved(world, bob, wire.RoomJoin(900, code))
    assert answer == wire.Reply(900, {"code": code})
    room = await room_of(world, "bob")
    assert room is not None
    assert [m and m.player for m in room.members] == ["ann", "bob", None]
    assert (await back.request(wire.RoomReady, True)).ref


@pytest.mark.on_valkey
async def test_a_room_opened_twice_leaves_one_room(world: World) -> None:
    ann = await world.player("ann")
    _, answer = await moved(world, ann, wire.RoomCreate(900, GAME, MODE, 2))
    room = await room_of(world, "ann")
    assert room is not None
    assert room.code == answer.data["code"]
    kept = [code for code in await codes(world) if (await world.lobbies[0].rooms.get(code)) is not None]
    assert kept == [room.code]


async def codes(world: World) -> list[str]:
    from arcade.infra.redis import aredis

    prefix = keys.room("")
    return [key.decode().removeprefix(prefix) for key in await aredis().keys(keys.room("*"))]


async def test_ready_said_twice_is_ready_once(world: World) -> None:
    ann, bob = await world.player("ann"), await world.player("bob")
    code = (await ann.request(wire.RoomCreate, GAME, MODE, 2)).data["code"]
    await bob.request(wire.RoomJoin, code)
    back, answer = await moved(world, ann, wire.RoomReady(900, True))
    assert isinstance(answer, wire.Reply)
    assert world.matches.made == {}
    await bob.request(wire.RoomReady, True)
    found = [await back.until(wire.MatchFound), await bob.until(wire.MatchFound)]
    assert [f.match for f in found] == ["match1"] * 2
    assert list(world.matches.made) == ["match1"]


async def test_the_ready_that_started_the_match_starts_no_other(world: World) -> None:
    ann = await world.player("ann")
    await ann.request(wire.RoomCreate, GAME, MODE, 2)
    await ann.request(wire.RoomBot, 1)
    back, answer = await moved(world, ann, wire.RoomReady(900, True))
    assert answer.code == "in-match"
    assert list(world.matches.made) == ["match1"]
    told = back.welcome.match or {"match": (await back.until(wire.MatchFound)).match}
    assert told["match"] == "match1"


@pytest.mark.parametrize("request_", [wire.Enqueue(900, GAME, MODE), wire.PlayBot(900, GAME, MODE, 1)])
async def test_a_match_wished_twice_is_one(world: World, request_: wire.Request) -> None:
    ann, bob = await world.player("ann"), await world.player("bob")
    back, answer = await moved(world, ann, request_)
    if isinstance(request_, wire.PlayBot):
        assert answer.code == "in-match"
        assert back.welcome.match["match"] == "match1"
    else:
        assert isinstance(answer, wire.Reply)
        await bob.request(wire.Enqueue, GAME, MODE)
        assert (await back.until(wire.MatchFound)).match == (await bob.until(wire.MatchFound)).match
    assert list(world.matches.made) == ["match1"]


async def test_who_was_sent_away_goes_on_elsewhere(world: World) -> None:
    ann, bob = await world.player("ann"), await world.player("bob")
    await ann.request(wire.Enqueue, GAME, MODE)
    code = (await bob.request(wire.RoomCreate, GAME, MODE, 2)).data["code"]
    leaving, staying = world.lobbies[0], await world.node()
    await leaving.send_away()
    assert [await ann.until_closed(), await bob.until_closed()] == [4002, 4002]
    await ann.leave()
    await bob.leave()
    await leaving.stop()
    world.serve(staying)
    ann, bob, cid = [await world.player(name) for name in ("ann", "bob", "cid")]
    waits = await ann.until(wire.Queue)
    assert (waits.game, waits.mode) == (GAME, MODE)
    assert (await bob.until(wire.Room)).code == code
    await auntil(lambda: staying.online("ann"))
    await cid.request(wire.Enqueue, GAME, MODE)
    assert (await cid.until(wire.MatchFound)).match == (await ann.until(wire.MatchFound)).match
    assert service.current() is staying
