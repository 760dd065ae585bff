"""Parties through sockets: two people on two nodes, drops, deaths, and whoever may not."""

from typing import Any

import pytest

from protocol import messages as wire
from tests.support.lobby import GAME, MODE, Socket, World
from tests.support.parties import FakeQueues


@pytest.fixture
def queues(world: World) -> FakeQueues:
    """A queue that takes parties, the same for all nodes made so far."""
    queues = FakeQueues()
    for lobby in world.lobbies:
        lobby.parties._queues = queues
    return queues


async def two(world: World) -> tuple[Socket, Socket, str]:
    """Ann's party, which Bob is let into, on another node."""
    ann = await world.player("ann")
    node = await world.node()
    node.parties._queues = world.lobbies[0].parties._queues
    world.serve(node)
    bob = await world.player("bob")
    id = (await ann.request(wire.PartyCreate, "arena", "ffa")).data["party"]
    assert isinstance(await bob.request(wire.PartyAsk, "ann"), wire.Reply)
    asked = await shown(ann, asks=[{"player": "bob", "name": "Bob"}])
    assert asked.party == id
    assert isinstance(await ann.request(wire.PartyAnswer, "bob", True), wire.Reply)
    for socket in (ann, bob):
        assert names(await members(socket, 2)) == ["Ann", "Bob"]
    return ann, bob, id


def names(party: Any) -> list[str]:
    return [member["name"] for member in party.members]


async def shown(socket: Socket, **fields: Any) -> Any:
    return await socket.until(wire.Party, **fields)


async def members(socket: Socket, count: int) -> Any:
    while len((party := await socket.until(wire.Party)).members) != count:
        continue
    return party


async def test_two_meet_in_a_party_queue_play_and_are_still_together(
    world: World, queues: FakeQueues
) -> None:
    ann, bob, id = await two(world)
    assert (await bob.request(wire.PartyQueue)).code == "not-owner"
    assert (await ann.request(wire.PartyQueue)).code == "not-ready"
    await bob.request(wire.PartyReady, True)
    assert isinstance(await ann.request(wire.PartyQueue), wire.Reply)
    for socket in (ann, bob):
        assert (await shown(socket, phase="queued")).reason is None
    (ticket,) = queues.waiting
    await world.lobbies[1].parties.queue_matched(id, ticket, "m1")
    for socket in (ann, bob):
        await shown(socket, phase="playing")
    await world.lobbies[0].parties.ended("m1", ["ann", "bob"])
    for socket in (ann, bob):
        back = await shown(socket, phase="open")
        assert [m["ready"] for m in back.members] == [False, False]


async def test_all_are_told_why_the_party_is_out_of_the_queue(world: World, queues: FakeQueues) -> None:
    ann, bob, _ = await two(world)
    await bob.request(wire.PartyReady, True)
    await ann.request(wire.PartyQueue)
    await bob.request(wire.PartyStop)
    for socket in (ann, bob):
        await shown(socket, phase="queued")
        told = await shown(socket, phase="open")
        assert told.reason == {"code": "stopped", "player": "bob", "name": "Bob"}


async def test_who_is_put_out_hears_it_and_nothing_more(world: World) -> None:
    ann, bob, _ = await two(world)
    assert isinstance(await ann.request(wire.PartyKick, "bob"), wire.Reply)
    assert (await shown(bob, party=None)).code == "kicked"
    bob.past.clear()
    await ann.request(wire.PartyReady, True)
    assert (await bob.request(wire.PartyReady, True)).code == "no-party"
    assert (await bob.request(wire.PartyAsk, "ann")).code == "party-unknown"
    assert not any(isinstance(message, wire.Party) for message in bob.past)
    await ann.request(wire.PartyLeave)
    assert (await shown(ann, party=None)).code == "left"


async def test_the_party_is_told_whole_after_the_hello_on_any_node(world: World) -> None:
    ann, bob, id = await two(world)
    await ann.request(wire.PartyPromote, "bob")
    await ann.leave()
    back = await world.player("ann")
    told = await shown(back)
    assert (told.party, told.owner, names(told)) == (id, "bob", ["Ann", "Bob"])
    other = await world.player("bob")
    assert (await shown(other)).party == id
    await bob.request(wire.PartyKick, "ann")
    assert (await shown(back, party=None)).code == "kicked"
    for socket in (bob, other):
        assert names(await members(socket, 1)) == ["Bob"]


async def test_a_member_whose_last_socket_is_gone_is_away_until_he_is_back(world: World) -> None:
    ann, bob, id = await two(world)
    await bob.leave()
    while (await shown(ann)).members[1:] != [{"player": "bob", "name": "Bob", "ready": False, "away": True}]:
        continue
    bob = await world.player("bob")
    assert (await shown(bob)).party == id
    while (await shown(ann)).members[1]["away"]:
        continue


async def test_every_request_without_a_party_has_its_one_error(world: World) -> None:
    ann = await world.player("ann")
    requests = [
        (wire.PartyLeave, ()),
        (wire.PartyKick, ("bob",)),
        (wire.PartyPromote, ("bob",)),
        (wire.PartyReady, (True,)),
        (wire.PartyChoose, (GAME, MODE)),
        (wire.PartyQueue, ()),
        (wire.PartyStop, ()),
        (wire.PartyAnswer, ("bob", True)),
    ]
    for kind, fields in requests:
        assert (await ann.request(kind, *fields)).code == "no-party", kind
    assert (await ann.request(wire.PartyAsk, "nobody")).code == "party-unknown"
    assert (await ann.request(wire.PartyCreate, "chess", "x")).code == "game-unknown"
    assert (await ann.request(wire.PartyChoose, "chess", "x")).code in ("game-unknown", "no-party")


async def test_what_the_game_has_no_room_for_is_not_chosen(world: World) -> None:
    ann, bob, _ = await two(world)
    assert (await ann.request(wire.PartyChoose, GAME, MODE)).code == "party-too-large"
    assert (await bob.request(wire.PartyChoose, "arena", "teams")).code == "not-owner"
    assert isinstance(await ann.request(wire.PartyChoose, "arena", "teams"), wire.Reply)
    assert (await shown(bob, mode="teams")).size == 2


async def test_two_parties_meet_in_the_queue_and_each_stays_whole(world: World) -> None:
    ann, bob, id = await two(world)
    await ann.request(wire.PartyChoose, "arena", "teams")
    await bob.request(wire.PartyReady, True)
    assert isinstance(await ann.request(wire.PartyQueue), wire.Reply)
    assert (await bob.request(wire.Enqueue, GAME, MODE)).code == "in-party"
    cid, dan = await world.player("cid"), await world.player("dan")
    other = (await cid.request(wire.PartyCreate, "arena", "teams")).data["party"]
    await world.lobbies[0].parties.join("dan", "Dan", other)
    await dan.request(wire.PartyReady, True)
    assert isinstance(await cid.request(wire.PartyQueue), wire.Reply)
    found = [await socket.until(wire.MatchFound) for socket in (ann, bob, cid, dan)]
    (setup,) = world.matches.made.values()
    assert {one.match for one in found} == {setup.match}
    teams = {seat.player: seat.team for seat in setup.seats}
    assert teams["ann"] == teams["bob"] != teams["cid"] == teams["dan"]
    for socket in (ann, dan):
        await shown(socket, phase="playing")
    await world.end(setup.match)
    assert (await shown(bob, phase="open")).party == id


async def test_a_member_who_stays_away_takes_the_party_out_of_the_real_queue(world: World) -> None:
    ann, bob, _ = await two(world)
    await ann.request(wire.PartyChoose, "arena", "teams")
    await bob.request(wire.PartyReady, True)
    await ann.request(wire.PartyQueue)
    await shown(ann, phase="queued")
    await bob.leave()
    told = await ann.until(wire.Party, 30, phase="open")
    assert told.reason == {"code": "away", "player": "bob", "name": "Bob"}
    cid = await world.player("cid")
    assert (await cid.request(wire.PartyQueue)).code == "no-party"
    assert world.matches.made == {}
