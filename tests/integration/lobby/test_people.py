"""Friends, requests and blocks through sockets: told to all devices of both, on any node."""

import pytest

from lobby.areas import people, presence
from lobby.relations import Met
from lobby.rules.relation import Event
from protocol import messages as wire
from protocol.errors import ProtocolError
from tests.support.lobby import GAME, MODE, Socket, World
from tests.support.waiting import auntil


async def code(socket: Socket, kind: type[wire.Request], *fields: object) -> str | None:
    """The error's code, None where it was done."""
    answer = await socket.request(kind, *fields)
    return answer.code if isinstance(answer, wire.Error) else None


async def befriend(world: World, one: str, other: str) -> None:
    await world.relations.change(one, other, Event.ASKED)
    await world.relations.change(other, one, Event.ASKED)


async def test_the_whole_comes_once_after_the_hello(world: World) -> None:
    await befriend(world, "ann", "bob")
    await world.relations.change("cid", "ann", Event.ASKED)
    await world.relations.change("ann", "dan", Event.BLOCKED)
    await world.relations.change("eve", "ann", Event.BLOCKED)
    ann = await world.player("ann")
    told = await ann.until(wire.People)
    assert (told.version, told.gone, told.full) == (1, [], True)
    assert told.here == [
        ["dan", "Dan", "blocked", ""],
        ["cid", "Cid", "asks", ""],
        ["bob", "Bob", "friend", "offline"],
    ]


async def test_from_a_request_to_friends_on_all_devices(world: World) -> None:
    second = await world.node()
    ann, bob = await world.player("ann"), await world.player("bob")
    world.serve(second)
    ann_too = await world.player("ann")
    for socket in (ann, bob, ann_too):
        assert (await socket.until(wire.People)).here == []
    assert await code(bob, wire.FriendAsk, "ann") is None
    await bob.until(wire.People, version=2, here=[["ann", "Ann", "asked", ""]])
    for socket in (ann, ann_too):
        await socket.until(wire.People, version=2, here=[["bob", "Bob", "asks", ""]], full=False)
    assert await code(ann_too, wire.FriendAnswer, "bob", True) is None
    for socket in (ann, ann_too):
        await socket.until(wire.People, here=[["bob", "Bob", "friend", "online"]])
    await bob.until(wire.People, here=[["ann", "Ann", "friend", "online"]])
    assert await code(ann, wire.FriendRemove, "bob") is None
    for socket in (ann, ann_too):
        await socket.until(wire.People, here=[], gone=["bob"])
    await bob.until(wire.People, here=[], gone=["ann"])


async def test_friends_hear_what_friends_do_and_others_do_not(world: World) -> None:
    await befriend(world, "ann", "bob")
    ann, cid = await world.player("ann"), await world.player("cid")
    for socket in (ann, cid):
        await socket.until(wire.People)
    bob = await world.player("bob")
    await ann.until(wire.People, here=[["bob", "Bob", "friend", "online"]])
    await bob.request(wire.Enqueue, GAME, "standard")
    await ann.until(wire.People, here=[["bob", "Bob", "friend", "queue"]])
    await bob.leave()
    await ann.until(wire.People, here=[["bob", "Bob", "friend", "offline"]])
    await cid.until(wire.Presence, gone=["bob"])
    assert [m.version for m in cid.past if isinstance(m, wire.People)] == [1]


async def test_a_friend_who_is_removed_is_watched_no_more(world: World) -> None:
    await befriend(world, "ann", "bob")
    ann = await world.player("ann")
    assert set(world.lobbies[0].presence._watchers) == {"bob"}
    await ann.request(wire.FriendRemove, "bob")
    await ann.until(wire.People, gone=["bob"])
    assert not world.lobbies[0].presence._watchers
    await befriend(world, "ann", "cid")
    other = await world.player("ann")
    await other.until(wire.People)
    await other.leave()
    assert not world.lobbies[0].presence._watchers


async def test_the_blocked_vanish_for_each_other(world: World) -> None:
    ann, bob, cid = [await world.player(player) for player in ("ann", "bob", "cid")]
    for socket in (ann, bob):
        await socket.until(wire.Presence, online=3)
    await ann.ask(wire.Block(ann.ref(), "bob"))
    for socket, other in ((ann, "bob"), (bob, "ann")):
        whole = await socket.until(wire.Presence, full=True)
        assert whole.online == 2
        assert sorted(row[0] for row in whole.here) == sorted({"ann", "bob", "cid"} - {other})
        assert (await socket.request(wire.PlayerFind, other)).data == {"players": []}
    assert [m.here for m in ann.past if isinstance(m, wire.People)][1:] == [[["bob", "Bob", "blocked", ""]]]
    assert (await cid.request(wire.PlayerFind, "b")).data == {"players": [["bob", "Bob", "online"]]}
    assert await code(bob, wire.FriendAsk, "ann") == "player-unknown"
    assert await code(ann, wire.FriendAsk, "bob") == "blocked"
    assert not [m for m in bob.past if isinstance(m, wire.People) and (m.here or m.gone)]
    await bob.request(wire.Enqueue, GAME, "standard")
    await cid.until(wire.Presence, here=[["bob", "Bob", "queue"]])
    await ann.request(wire.Unblock, "bob")
    whole = await ann.until(wire.Presence, full=True)
    assert ["bob", "Bob", "queue"] in whole.here
    told = [row for m in ann.past if isinstance(m, wire.Presence) for row in m.here]
    assert told.count(["bob", "Bob", "queue"]) == 1, "only after the block was taken back"


async def test_one_who_comes_back_is_not_shown_the_blocked(world: World) -> None:
    await world.relations.change("ann", "bob", Event.BLOCKED)
    await world.player("bob")
    ann = await world.player("ann")
    cid = await world.player("cid")
    await cid.until(wire.Presence, online=3)
    await ann.until(wire.Presence, online=2)
    assert not [m for m in ann.past if isinstance(m, wire.Presence) and m.online > 2]
    assert not [row for m in ann.past if isinstance(m, wire.Presence) for row in m.here if row[0] == "bob"]


async def test_said_twice_the_answer_is_the_same(world: World) -> None:
    ann, bob = await world.player("ann"), await world.player("bob")
    steps: list[tuple[Socket, type[wire.Request], tuple[object, ...]]] = [
        (ann, wire.FriendAsk, ("bob",)),
        (bob, wire.FriendAnswer, ("ann", False)),
        (bob, wire.FriendAsk, ("ann",)),
        (ann, wire.FriendAnswer, ("bob", True)),
        (ann, wire.FriendRemove, ("bob",)),
        (ann, wire.Block, ("bob",)),
        (ann, wire.Unblock, ("bob",)),
    ]
    for socket, kind, fields in steps:
        assert await code(socket, kind, *fields) is None
        assert await code(socket, kind, *fields) is None


async def test_out_of_order_or_of_nobody_each_has_its_error(world: World) -> None:
    ann = await world.player("ann")
    assert await code(ann, wire.FriendAnswer, "bob", True) == "no-request"
    assert await code(ann, wire.FriendAnswer, "bob", False) is None
    assert await code(ann, wire.FriendRemove, "bob") is None
    for kind in (wire.FriendAsk, wire.FriendRemove, wire.Block, wire.Unblock):
        assert await code(ann, kind, "ann") == "forbidden"
    await ann.request(wire.FriendAsk, "bob")
    bob = await world.player("bob")
    await bob.request(wire.FriendAnswer, "ann", False)
    answer = await ann.request(wire.FriendAsk, "bob")
    assert answer.code == "declined"
    assert answer.retry_after > 80_000


async def test_those_met_without_the_hidden(world: World) -> None:
    world.relations.meetings["ann"] = [
        Met(player, player.title(), GAME, "m1", 1764000000.0) for player in ("bob", "cid", "dan", "eve")
    ]
    await befriend(world, "ann", "bob")
    await world.relations.change("ann", "cid", Event.BLOCKED)
    await world.relations.change("dan", "ann", Event.BLOCKED)
    ann = await world.player("ann")
    met = (await ann.request(wire.PlayersMet)).data["met"]
    assert [one["id"] for one in met] == ["bob", "eve"]
    assert met[0] == {"id": "bob", "name": "Bob", "game": GAME, "match": "m1", "at": 1764000000.0}


async def test_without_the_database_one_plays_and_is_told_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(player: str) -> list[people.Known]:
        raise ProtocolError("busy", retry_after=1.0)

    await befriend(world, "ann", "bob")
    with monkeypatch.context() as patched:
        patched.setattr(world.relations, "of", away)
        ann = await world.player("ann")
        await ann.until(wire.Presence, full=True)
    monkeypatch.setattr(people, "LOOK_AGAIN", 0)
    consumer = next(iter(world.lobbies[0].sockets))
    area = next(a for a in consumer.areas if isinstance(a, people.People))  # type: ignore[attr-defined]
    area._due = 0
    await area.beat()
    await ann.until(wire.People, here=[["bob", "Bob", "friend", "offline"]], full=True)


# --- never matched ----------------------------------------------------------------------------------


async def meets_one_of_them(world: World, ann: Socket, bob: Socket) -> None:
    """Ann and Bob wait, though they would fit; who comes plays with one of them, and the other waits on."""
    for socket in (ann, bob):
        assert (await socket.until(wire.Queue, game=GAME)).waiting >= 1
    cid = await world.player("cid")
    await cid.request(wire.Enqueue, GAME, MODE)
    match = (await cid.until(wire.MatchFound)).match
    assert len({"ann", "bob", "cid"} & set(world.matches.live[match].players)) == 2
    assert [live.match for live in world.matches.live.values()] == [match]


async def blocks_of(world: World, player: str) -> frozenset[str]:
    return next(ticket.blocks for ticket in await world.waiting() if ticket.player == player)


async def test_who_is_blocked_is_never_matched(world: World) -> None:
    await world.relations.change("bob", "ann", Event.BLOCKED)
    ann, bob = await world.player("ann"), await world.player("bob")
    await bob.request(wire.Enqueue, GAME, MODE)
    assert await blocks_of(world, "bob") == {"ann"}
    await ann.request(wire.Enqueue, GAME, MODE)
    await meets_one_of_them(world, ann, bob)


async def test_a_block_holds_for_who_waits_already(world: World) -> None:
    world.ratings = {"ann": 0, "bob": 9000}
    ann, bob = await world.player("ann"), await world.player("bob")
    for socket in (ann, bob):
        await socket.request(wire.Enqueue, GAME, MODE)
    assert await blocks_of(world, "ann") == frozenset()
    await ann.request(wire.Block, "bob")
    assert await blocks_of(world, "ann") == {"bob"}


async def test_a_block_that_came_while_both_were_being_queued_holds(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def not_yet(player: str) -> frozenset[str]:
        return frozenset()

    monkeypatch.setattr(world.relations, "blocks_of", not_yet)
    await world.relations.change("bob", "ann", Event.BLOCKED)
    ann, bob = await world.player("ann"), await world.player("bob")
    for socket in (ann, bob):
        await socket.request(wire.Enqueue, GAME, MODE)

    async def parted() -> bool:
        return await blocks_of(world, "ann") == {"bob"}

    await auntil(parted)
    await meets_one_of_them(world, ann, bob)


# --- away -------------------------------------------------------------------------------------------


async def test_away_by_ones_own_word_at_all_devices(world: World) -> None:
    ann, bob = await world.player("ann"), await world.player("bob")
    await bob.until(wire.Presence, online=2)
    await ann.request(wire.Away, True)
    await bob.until(wire.Presence, here=[["ann", "Ann", "away"]])
    phone = await world.player("ann")
    await bob.until(wire.Presence, here=[["ann", "Ann", "online"]])
    await phone.request(wire.Away, True)
    await bob.until(wire.Presence, here=[["ann", "Ann", "away"]])
    await ann.request(wire.Ping)
    await ann.request(wire.Away, True)
    await ann.request(wire.Away, False)
    await bob.until(wire.Presence, here=[["ann", "Ann", "online"]])
    await ann.leave()
    told = await bob.until(wire.Presence, here=[["ann", "Ann", "away"]])
    assert told.online == 2


async def test_who_asks_for_something_is_there_again(world: World) -> None:
    ann, bob = await world.player("ann"), await world.player("bob")
    await bob.until(wire.Presence, online=2)
    await ann.request(wire.Away, True)
    await bob.until(wire.Presence, here=[["ann", "Ann", "away"]])
    await ann.request(wire.PlayersMet)
    await bob.until(wire.Presence, here=[["ann", "Ann", "online"]])


async def test_away_by_silence_but_not_after_a_match(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ann, bob = await world.player("ann"), await world.player("bob")
    await bob.until(wire.Presence, online=2)
    area = next(
        area
        for consumer in world.lobbies[0].sockets
        for area in consumer.areas  # type: ignore[attr-defined]
        if isinstance(area, presence.Presence) and area.player == "ann"
    )
    await area.beat()
    assert world.lobbies[0].presence.status("ann") == "online"
    area._acted -= presence.SILENT + 1
    await ann.request(wire.Ping)
    await area.beat()
    await bob.until(wire.Presence, here=[["ann", "Ann", "away"]])
    match = (await ann.request(wire.PlayBot, GAME, "standard")).data["match"]
    await bob.until(wire.Presence, here=[["ann", "Ann", "match"]])
    area._acted -= presence.SILENT + 1
    await area.beat()
    await world.end(match)
    await bob.until(wire.Presence, here=[["ann", "Ann", "online"]])
    await auntil(lambda: world.lobbies[0].presence.status("ann") == "online", 5)
