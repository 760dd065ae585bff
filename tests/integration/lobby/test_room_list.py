"""The live list of rooms through sockets, over nodes, and after the death of one."""

from typing import Any

import msgspec
import pytest

from arcade.infra import keys
from arcade.infra.tasks import cancelled
from lobby import room_keeper, room_list
from lobby.rules import listing
from lobby.rules.relation import Event
from protocol import messages as wire
from tests.support.lobby import Socket, World
from tests.support.waiting import auntil

OPTIONS = {"access": "public", "title": "Friday", "countdown": 0}


class Page:
    """A socket's page, as a client keeps it."""

    def __init__(self, socket: Socket) -> None:
        self.socket = socket
        self.rows: dict[str, dict[str, Any]] = {}
        self.codes: list[str] = []

    async def until(self, *codes: str, **fields: Any) -> dict[str, Any]:
        """The last row, once the page has just these rooms and that row these fields."""
        while True:
            self.take(await self.socket.until(wire.Rooms))
            row = self.rows.get(codes[-1], {}) if codes else {}
            if sorted(self.codes) == sorted(codes) and fields.items() <= row.items():
                return row

    def take(self, told: Any) -> None:
        self.rows = {} if told.full else self.rows
        self.rows |= {row["code"]: row for row in told.rows}
        self.codes = self.codes if told.codes is None else told.codes


async def browsing(world: World, player: str, **filter_: Any) -> Page:
    socket = await world.player(player)
    assert isinstance(await socket.request(wire.RoomBrowse, filter_), wire.Reply)
    page = Page(socket)
    page.take(next(m for m in reversed(socket.past) if isinstance(m, wire.Rooms)))
    return page


async def opened(socket: Socket, **options: Any) -> str:
    reply = await socket.request(wire.RoomCreate, "arena", "ffa", 4, {**OPTIONS, **options})
    code: str = reply.data["code"]
    return code


async def test_the_list_is_live_on_every_node(world: World) -> None:
    ann = await world.player("ann")
    world.serve(await world.node())
    page = await browsing(world, "bob")
    assert page.codes == []
    code = await opened(ann)
    row = await page.until(code)
    assert (row["title"], row["owner"], row["free"], row["phase"]) == ("Friday", "Ann", 3, "open")
    cid = await world.player("cid")
    await cid.request(wire.RoomJoin, code)
    await page.until(code, free=2)
    await ann.request(wire.RoomDescribe, "search", {"map": "ice"})
    await page.until(code, search={"map": "ice"})
    await ann.request(wire.RoomChange, {"access": "private"})
    await page.until()
    await ann.request(wire.RoomChange, {"access": "public"})
    await page.until(code)
    for socket in (ann, cid):
        await socket.request(wire.RoomLeave)
    await page.until()


async def test_a_filter_and_a_second_page(world: World) -> None:
    codes = [await opened(await world.player(f"p{n}"), title=f"Room {n}") for n in range(3)]
    await world.lobbies[0].room_list.flush()
    searched = await browsing(world, "bob", search={"map": "ice"})
    await (await world.player("p1")).request(wire.RoomDescribe, "search", {"map": "ice"})
    await searched.until(codes[1])
    told = await searched.socket.request(wire.RoomBrowse, {}, "old", 1, 2)
    assert isinstance(told, wire.Reply)
    full = next(m for m in reversed(searched.socket.past) if isinstance(m, wire.Rooms) and m.full)
    assert (full.codes, full.total) == ([codes[2]], 3)
    assert (await searched.socket.request(wire.RoomBrowse, {"colour": "red"})).code == "malformed"
    assert isinstance(await searched.socket.request(wire.RoomsClose), wire.Reply)
    assert isinstance(await searched.socket.request(wire.RoomsClose), wire.Reply)
    assert not world.lobbies[0].room_list._watching
    assert not any(world.lobbies[0].room_list._index._rankings.values())


async def test_a_room_for_friends_is_listed_to_friends_as_long_as_they_are(world: World) -> None:
    """On another node than the room's; never to a stranger, nor to who has been one of them."""
    ann = await world.player("ann")
    world.serve(await world.node())
    await world.relations.change("ann", "bob", Event.ASKED)
    await world.relations.change("bob", "ann", Event.ACCEPTED)
    bob, eve = await browsing(world, "bob"), await browsing(world, "eve")
    code = await opened(ann, access="friends")
    assert (await bob.until(code))["access"] == "friends"
    other = await opened(await world.player("cid"))
    assert await eve.until(other), "where his page has been told what came later, and not this"
    assert eve.codes == [other]
    await bob.until(code, other)
    await ann.request(wire.RoomChange, {"access": "public"})
    for page in (bob, eve):
        await page.until(other, code, access="public")
    await ann.request(wire.RoomChange, {"access": "friends"})
    await eve.until(other)
    await bob.until(other, code, access="friends")
    assert isinstance(await ann.request(wire.Block, "bob"), wire.Reply)
    await bob.until(other)
    assert (await browsing(world, "bob")).codes == [other]
    assert sum(message.full for message in bob.socket.past if isinstance(message, wire.Rooms)) == 1


async def test_who_becomes_a_friend_is_told_of_the_rooms(world: World) -> None:
    ann, bob = await world.player("ann"), await browsing(world, "bob")
    code = await opened(ann, access="friends", title="Quiet")
    assert (await browsing(world, "ann")).codes == [code], "its owner has it too"
    assert isinstance(await bob.socket.request(wire.FriendAsk, "ann"), wire.Reply)
    assert bob.codes == []
    assert isinstance(await ann.request(wire.FriendAnswer, "bob", True), wire.Reply)
    await bob.until(code, title="Quiet")
    assert isinstance(await bob.socket.request(wire.FriendRemove, "ann"), wire.Reply)
    await bob.until()


async def test_who_has_gone_is_told_no_more(world: World) -> None:
    page = await browsing(world, "bob")
    assert world.lobbies[0].room_list._watching
    await page.socket.leave()
    await auntil(lambda: not world.lobbies[0].room_list._watching)


async def test_the_list_outlives_a_node_and_heals(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The dead node's room is found when its lease has run out, and swept and renewed from then on."""
    monkeypatch.setattr(listing, "LEASE", 1.0)
    monkeypatch.setattr(room_list, "LEASE", 1.0)
    monkeypatch.setattr(room_list, "RENEW", 0.2)
    monkeypatch.setattr(room_keeper, "SWEEP", 0.2)
    ann = await world.player("ann")
    code = await opened(ann)
    await auntil(lambda: _kept(world, code))
    dead = world.lobbies[0]
    await cancelled(dead._runs)
    dead._runs.clear()
    other = await world.node()
    world.serve(other)
    first = next(entry.until for entry in await other.room_list.read())
    assert (await browsing(world, "bob")).codes == [code]

    async def renewed() -> bool:
        return any(entry.until > first + 1 for entry in await other.room_list.read())

    await auntil(renewed)
    assert code in other.rooms._known


async def test_who_knows_a_room_renews_its_lease_before_it_runs_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_keeper, "SWEEP", 0.1)
    monkeypatch.setattr(room_list, "LEASE", 2 * listing.LEASE)  # so that each sweep finds half of it gone
    code = await opened(await world.player("ann"))
    await auntil(lambda: _kept(world, code))
    first = next(entry.until for entry in await world.lobbies[0].room_list.read())

    async def renewed() -> bool:
        return any(entry.until > first for entry in await world.lobbies[0].room_list.read())

    await auntil(renewed)


async def test_what_nobody_told_is_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A room whose entry was left in the store, and one whose entry was lost from it."""
    monkeypatch.setattr(room_list, "RENEW", 0.2)
    monkeypatch.setattr(room_keeper, "SWEEP", 0.2)
    ann = await world.player("ann")
    code = await opened(ann)
    await auntil(lambda: _kept(world, code))
    store = world.lobbies[0].room_list._store
    entry = next(iter(await world.lobbies[0].room_list.read()))
    late = msgspec.structs.replace(entry, code="GHOSTS", until=1.0)
    await store.lease(keys.rooms(room_list.shard_of("GHOSTS")), {"GHOSTS": msgspec.msgpack.encode(late)})
    await store.unlease(keys.rooms(room_list.shard_of(code)), [code])

    async def healed() -> bool:
        return [e.code for e in await world.lobbies[0].room_list.read()] == [code]

    await auntil(healed)


async def _kept(world: World, code: str) -> bool:
    return code in {entry.code for entry in await world.lobbies[0].room_list.read()}
