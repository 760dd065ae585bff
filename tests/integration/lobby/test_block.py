"""A block parts those who are together already, and does not say that it is one."""

import pytest

from protocol import messages as wire
from tests.integration.lobby.test_room_list import browsing
from tests.support.company import heard, in_room, together
from tests.support.lobby import World


async def test_a_block_parts_those_in_one_party(world: World) -> None:
    ann, bob, _ = await together(world)
    assert isinstance(await bob.request(wire.Block, "ann"), wire.Reply)
    assert (await heard(bob, wire.Party, party=None)).code == "left"
    while len((await ann.until(wire.Party)).members) > 1:
        continue


async def test_a_block_by_the_owner_puts_out_and_declines(world: World) -> None:
    ann, bob, _ = await together(world)
    cid = await world.player("cid")
    await cid.request(wire.PartyAsk, "ann")
    for other in ("bob", "cid"):
        assert isinstance(await ann.request(wire.Block, other), wire.Reply)
    assert (await heard(bob, wire.Party, party=None)).code == "kicked"
    assert (await cid.until(wire.Notice)).code == "party-denied"


@pytest.mark.parametrize("blocker", ["owner", "guest"])
async def test_a_block_parts_owner_and_guest_of_a_room(world: World, blocker: str) -> None:
    ann, bob, _ = await in_room(world)
    who, other = (ann, "bob") if blocker == "owner" else (bob, "ann")
    assert isinstance(await who.request(wire.Block, other), wire.Reply)
    await heard(bob, wire.Room, code=None)


async def test_rooms_of_who_blocks_one_are_in_no_list_of_his(world: World) -> None:
    """Else he would see that a room is there which is unknown to him as soon as he knocks."""
    ann, cid = await world.player("ann"), await world.player("cid")
    options = {"access": "public", "countdown": 0}
    hers = (await ann.request(wire.RoomCreate, "arena", "ffa", 4, options)).data["code"]
    his = (await cid.request(wire.RoomCreate, "arena", "ffa", 4, options)).data["code"]
    page = await browsing(world, "bob")
    if len(page.codes) < 2:
        await page.until(hers, his)
    assert isinstance(await ann.request(wire.Block, "bob"), wire.Reply)
    await page.until(his)
    await cid.request(wire.RoomChange, {"title": "News"})
    await page.until(his, title="News")
    again = await browsing(world, "bob")
    assert again.codes == [his]
    await ann.request(wire.Unblock, "bob")
    await page.until(hers, his)
    assert isinstance(await page.socket.request(wire.RoomJoin, hers), wire.Reply)


async def test_who_blocks_can_report_what_was_written_to_him(world: World) -> None:
    ann, bob = await world.player("ann"), await world.player("bob")
    seq = (await ann.request(wire.ChatSend, "direct/bob", 1, 1, "Insult.")).data["seq"]
    assert isinstance(await bob.request(wire.Block, "ann"), wire.Reply)
    assert isinstance(await bob.request(wire.ChatReport, "direct/ann", seq, "insult"), wire.Reply)
    ((reporter, _, line, *_),) = world.reports
    assert (reporter, line.player, line.text) == ("bob", "ann", "Insult.")
    assert (await bob.request(wire.ChatReport, "direct/ann", seq + 1, "insult")).code == "line-gone"
    assert (await bob.request(wire.ChatHistory, "direct/ann")).code == "no-channel"


async def test_a_guests_link_shows_nothing_of_the_room_to_whom_its_owner_blocks(world: World) -> None:
    ann, bob, _ = await in_room(world)
    cid = await world.player("cid")
    code = (await bob.request(wire.LinkMake, "room")).data["code"]
    assert isinstance(await cid.request(wire.LinkLook, code), wire.Reply)
    await ann.request(wire.Block, "cid")
    assert (await cid.request(wire.LinkLook, code)).code == "invite-over"
    assert (await cid.request(wire.LinkTake, code)).code == "invite-over"
