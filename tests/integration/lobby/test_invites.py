"""Invites through sockets: to all devices, kept while away, to party, room, friendship, by link."""

from typing import Any

import pytest

from lobby.rules.invite import Accepted
from protocol import messages as wire
from tests.support.lobby import GAME, MODE, Socket, World


async def invited(socket: Socket, to: str = "party") -> Any:
    while not (told := await socket.until(wire.Invites)).invites:
        continue
    (invite,) = told.invites
    assert invite["to"] == to
    return invite


async def test_all_devices_on_all_nodes_hear_of_it_and_one_accepts(world: World) -> None:
    ann, bob = await world.player("ann"), await world.player("bob")
    world.serve(await world.node())
    phone = await world.player("bob")
    id = (await ann.request(wire.Invite, "party", "bob")).data["id"]
    party = await ann.until(wire.Party)
    sent = await ann.until(wire.Invites)
    assert [one["player"] for one in sent.sent] == ["bob"]
    for device in (bob, phone):
        invite = await invited(device)
        assert (invite["id"], invite["player"], invite["name"]) == (id, "ann", "Ann")
        assert 0 < invite["seconds"] <= 600
    assert (await phone.request(wire.InviteAccept, id)).data == {"to": "party", "what": party.party}
    for device in (bob, phone):
        await device.until(wire.Invites, invites=[])
        assert len((await device.until(wire.Party)).members) == 2
    assert (await bob.request(wire.InviteAccept, id)).data == {"to": "party", "what": party.party}
    assert (await bob.request(wire.InviteDecline, id)).code == "invite-over"
    assert (await ann.until(wire.InviteOver)).outcome == "accepted"


async def test_it_waits_for_who_is_away(world: World) -> None:
    ann = await world.player("ann")
    id = (await ann.request(wire.Invite, "party", "bob")).data["id"]
    bob = await world.player("bob")
    assert (await invited(bob))["id"] == id
    await bob.leave()
    world.serve(await world.node())
    bob = await world.player("bob")
    assert (await invited(bob))["id"] == id
    assert isinstance(await bob.request(wire.InviteDecline, id), wire.Reply)
    assert (await ann.until(wire.InviteOver)) == wire.InviteOver(id, "declined", "bob")
    again = await ann.request(wire.Invite, "party", "bob")
    assert again.code == "too-many"
    assert 0 < again.retry_after <= 30


async def test_what_is_taken_back_is_gone_from_the_other_side(world: World) -> None:
    ann, bob = await world.player("ann"), await world.player("bob")
    id = (await ann.request(wire.Invite, "party", "bob")).data["id"]
    await invited(bob)
    assert (await bob.request(wire.InviteCancel, id, "bob")).code == "invite-over"
    for _ in range(2):
        assert isinstance(await ann.request(wire.InviteCancel, id, "bob"), wire.Reply)
    await bob.until(wire.Invites, invites=[])
    assert (await bob.request(wire.InviteAccept, id)).code == "invite-over"


async def test_into_a_room_with_a_password_the_invited_need_none(world: World) -> None:
    ann, bob, cid = [await world.player(name) for name in ("ann", "bob", "cid")]
    assert (await ann.request(wire.Invite, "room", "bob")).code == "no-room"
    made = await ann.request(wire.RoomCreate, GAME, MODE, 2, {"access": "private", "password": "sesame"})
    code = made.data["code"]
    assert isinstance(await cid.request(wire.RoomJoin, code), wire.Error)
    link = (await ann.request(wire.LinkMake, "room")).data["code"]
    seen = {"to": "room", "game": GAME, "mode": MODE, "inside": 1, "most": 2}
    assert seen.items() <= (await bob.request(wire.LinkLook, link)).data.items()
    id = (await ann.request(wire.Invite, "room", "bob")).data["id"]
    invite = await invited(bob, "room")
    assert (invite["what"], invite["game"]) == (code, GAME)
    assert (await bob.request(wire.InviteAccept, id)).data == {"to": "room", "what": code}
    assert (await bob.until(wire.Room)).code == code
    assert (await ann.request(wire.Invite, "room", "bob")).code == "already-there"


async def test_to_be_friends_is_the_people_s_own_request(world: World) -> None:
    ann, bob = await world.player("ann"), await world.player("bob")
    assert (await ann.request(wire.Invite, "friend", "bob")).data == {"id": ""}
    while not any(row[0] == "ann" for row in (await bob.until(wire.People)).here):
        continue


async def test_a_stranger_takes_a_link_and_its_maker_ends_it(world: World) -> None:
    ann = await world.player("ann")
    link = (await ann.request(wire.LinkMake, "party")).data
    assert link["url"] == f"/?invite={link['code']}"
    assert (await ann.request(wire.LinkMake, "party")).data["code"] == link["code"]
    world.serve(await world.node())
    bob, cid = await world.player("bob"), await world.player("cid")
    seen = {"to": "party", "player": "ann", "name": "Ann", "game": "", "mode": "", "inside": 1, "most": 8}
    assert (await bob.request(wire.LinkLook, link["code"])).data == seen
    for _ in range(2):
        assert (await bob.request(wire.LinkTake, link["code"])).data["to"] == "party"
    while len((await ann.until(wire.Party)).members) != 2:
        continue
    assert isinstance(await ann.request(wire.LinkRevoke, link["code"]), wire.Reply)
    assert (await cid.request(wire.LinkTake, link["code"])).code == "invite-over"
    assert (await cid.request(wire.LinkTake, "made up")).code == "invite-over"
    assert (await bob.request(wire.LinkRevoke, link["code"])).code == "forbidden"


async def test_every_answer_to_what_is_not_there_has_its_one_error(world: World) -> None:
    ann = await world.player("ann")
    assert (await ann.request(wire.InviteAccept, "none")).code == "invite-over"
    assert (await ann.request(wire.InviteDecline, "none")).code == "invite-over"
    assert (await ann.request(wire.InviteCancel, "none", "bob")).code == "invite-over"
    assert (await ann.request(wire.Invite, "party", "nobody")).code == "player-unknown"
    assert (await ann.request(wire.LinkMake, "room")).code == "no-room"


async def test_what_was_accepted_before_the_node_died_is_done_when_the_player_is_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer was written, then the node was killed before it brought him in."""
    monkeypatch.setattr("lobby.areas.invites.CARRY", 0.0)
    monkeypatch.setattr("lobby.rules.invite.CARRY", 0.0)
    ann = await world.player("ann")
    id = (await ann.request(wire.Invite, "party", "bob")).data["id"]
    await world.lobbies[0].invites._change("bob", Accepted(id))
    world.serve(await world.node())
    bob = await world.player("bob")
    assert len((await bob.until(wire.Party)).members) == 2


async def test_who_is_blocked_sees_no_invite_of_the_blocker_any_more(world: World) -> None:
    ann, bob = await world.player("ann"), await world.player("bob")
    await ann.request(wire.Invite, "party", "bob")
    await invited(bob)
    assert isinstance(await ann.request(wire.Block, "bob"), wire.Reply)
    await bob.until(wire.Invites, invites=[])
