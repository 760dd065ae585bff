"""The commands of rooms through sockets."""

from typing import Any

from protocol import messages as wire
from tests.support.lobby import Socket, World


async def shown(socket: Socket, **more: Any) -> Any:
    """The room as this socket is told it, once `more` has these values."""
    while True:
        room = await socket.until(wire.Room)
        if room.code is not None and more.items() <= room.more.items():
            return room


async def opened(world: World, **options: Any) -> tuple[Socket, Socket, str]:
    """Ann's room with Bob in it."""
    ann, bob = await world.player("ann"), await world.player("bob")
    code = (await ann.request(wire.RoomCreate, "arena", "ffa", 2, options)).data["code"]
    assert isinstance(await bob.request(wire.RoomJoin, code), wire.Reply)
    return ann, bob, code


async def test_a_countdown_is_told_stopped_and_run_out(world: World) -> None:
    ann, bob, _ = await opened(world, countdown=1)
    for socket in (ann, bob):
        await socket.request(wire.RoomReady, True)
    counting = await shown(ann, phase="countdown")
    assert 0 < counting.more["starts_in"] <= 1
    await bob.request(wire.RoomReady, False)
    await shown(ann, phase="open")
    assert not world.matches.made
    await bob.request(wire.RoomReady, True)
    assert (await ann.until(wire.MatchFound)).match == (await bob.until(wire.MatchFound)).match == "match1"


async def test_who_is_sent_out_hears_why_and_nothing_more(world: World) -> None:
    ann, bob, code = await opened(world)
    if not any(isinstance(m, wire.Room) for m in bob.past):
        await bob.until(wire.Room)
    assert isinstance(await ann.request(wire.RoomKick, "bob", True), wire.Reply)
    await bob.until(wire.Room, code=None)
    told = [m for m in bob.past if isinstance(m, wire.Notice)] or [await bob.until(wire.Notice)]
    assert [notice.code for notice in told] == ["room-banned"]
    assert (await bob.request(wire.RoomJoin, code)).code == "room-banned"
    assert (await shown(ann, banned=[{"player": "bob", "name": "Bob"}])).code == code
    assert isinstance(await ann.request(wire.RoomPardon, "bob"), wire.Reply)
    assert isinstance(await bob.request(wire.RoomJoin, code), wire.Reply)

    await ann.request(wire.RoomKick, "mallory", True)
    assert (await shown(ann, banned=[{"player": "mallory", "name": ""}])).code == code
    await ann.request(wire.RoomReady, True)
    while not (room := await bob.until(wire.Room)).code or not room.members[0]["ready"]:
        continue
    assert room.more["banned"] == [], "for the owner alone"


async def test_a_watcher_sees_the_room_and_takes_a_seat(world: World) -> None:
    ann, bob, code = await opened(world, places=1)
    wim = await world.player("wim")
    assert (await wim.request(wire.RoomJoin, code)).code == "room-full"
    assert isinstance(await wim.request(wire.RoomJoin, code, "", True), wire.Reply)
    assert [w["name"] for w in (await shown(wim)).more["watchers"]] == ["Wim"]
    assert (await wim.request(wire.RoomReady, True)).code == "not-seated"
    assert (await wim.request(wire.RoomSit, 1)).code == "seat-taken"
    await bob.request(wire.RoomLeave)
    assert isinstance(await wim.request(wire.RoomSit, 1), wire.Reply)
    assert isinstance(await wim.request(wire.RoomSwap, 0), wire.Reply)
    assert isinstance(await ann.request(wire.RoomSwap, 1), wire.Reply)
    while [m["name"] for m in (await ann.until(wire.Room)).members] != ["Wim", "Ann"]:
        continue


async def test_a_secret_stays_one(world: World) -> None:
    ann, _, code = await opened(world)
    await ann.request(wire.RoomChange, {"password": "sesame", "seats": 3})
    assert (await shown(ann, password=True)).code == code
    assert not [m for m in ann.past if "sesame" in str(m) or "pbkdf2" in str(m)]
    cid = await world.player("cid")
    assert (await cid.request(wire.RoomJoin, code)).code == "room-password"
