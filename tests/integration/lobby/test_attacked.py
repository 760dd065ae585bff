"""What gets lost, what comes at the worst moment, and who hears what he should not, through sockets."""

import asyncio
from typing import Any

import pytest

from lobby import consumer
from lobby.areas import room
from lobby.areas.presence import Presence
from lobby.rules.party_events import Left
from protocol import messages as wire
from protocol.errors import ProtocolError
from tests.support.company import heard, in_room, together
from tests.support.lobby import World
from tests.support.waiting import auntil


async def test_who_is_put_out_of_a_party_hears_it_no_more(world: World) -> None:
    ann, bob, party = await together(world)
    assert isinstance(await bob.request(wire.ChatJoin, f"party/{party}"), wire.Reply)
    await ann.request(wire.PartyKick, "bob")
    left = await heard(bob, wire.ChatLeft)
    assert left == wire.ChatLeft(f"party/{party}", "no-channel")


async def test_who_is_put_out_while_he_joins_the_channel_does_not_hear_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob, party = await together(world)
    chat = world.lobbies[0].chat
    since = chat.since

    async def late(*asked: Any) -> Any:
        monkeypatch.setattr(chat, "since", since)
        await ann.request(wire.PartyKick, "bob")
        return await since(*asked)

    monkeypatch.setattr(chat, "since", late)
    await bob.request(wire.ChatJoin, f"party/{party}")
    assert (await heard(bob, wire.ChatLeft)).code == "no-channel"


async def test_a_room_that_nobody_told_of_is_shown_by_a_later_look(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "BEAT_SECONDS", 0.1)
    monkeypatch.setattr(room, "LOOK", 1)
    ann, bob, code = await in_room(world)

    async def lost(*_: Any, **__: Any) -> None: ...

    monkeypatch.setattr(world.lobbies[0], "tell_room", lost)
    monkeypatch.setattr(world.lobbies[0], "tell", lost)
    await ann.request(wire.RoomChange, {"title": "News"})
    while (await bob.until(wire.Room, code=code)).more["title"] != "News":
        continue
    await ann.request(wire.RoomKick, "bob")
    await heard(bob, wire.Room, code=None)


async def test_what_cannot_be_looked_up_ends_no_socket(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database is away while Bob is told a direct line and that he hears somebody again."""
    ann, bob = await world.player("ann"), await world.player("bob")

    async def away(_: str) -> Any:
        raise ProtocolError("busy")

    monkeypatch.setattr(world.relations, "of", away)
    await bob.request(wire.ChatMute, "cid", False)
    await ann.request(wire.ChatSend, "direct/bob", 1, 1, "Hello.")
    await world.lobbies[0].announce("after", "Still here.")
    await bob.until(wire.Notice, code="after")


async def test_one_areas_failing_beat_takes_no_other_with_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "BEAT_SECONDS", 0.05)
    beats = 0

    async def fails(self: Presence) -> None:
        nonlocal beats
        beats += 1
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(Presence, "beat", fails)
    await world.player("ann")
    await auntil(lambda: beats > 2)


async def test_two_looks_at_once_leave_a_group_once(world: World) -> None:
    """One by the beat, one by what the group tells."""
    _, bob, party = await together(world)
    (socket,) = [s for s in world.lobbies[0].sockets if getattr(s, "player", "") == "bob"]
    area = next(a for a in socket.areas if type(a).__name__ == "Party")  # type: ignore[attr-defined]
    await world.lobbies[0].parties._book.step(party, Left("bob"))
    await asyncio.gather(area._look(), area._look())
    await heard(bob, wire.Party, party=None)
    assert [group for group in socket.groups if group.startswith("party")] == []  # type: ignore[attr-defined]
    assert isinstance(await bob.request(wire.Ping), wire.Pong)


async def test_who_waits_for_a_match_alone_and_comes_into_a_party_waits_no_more(world: World) -> None:
    """Else one of the party would be led into a match without the others; its owner too, who waited first."""
    ann, bob = await world.player("ann"), await world.player("bob")
    id = (await ann.request(wire.Invite, "party", "bob")).data["id"]
    for socket, game in ((ann, "arena"), (bob, "connect-four")):
        mode = "ffa" if game == "arena" else "standard"
        assert isinstance(await socket.request(wire.Enqueue, game, mode), wire.Reply)
    assert isinstance(await bob.request(wire.InviteAccept, id), wire.Reply)
    for player in ("ann", "bob"):
        assert (await world.lobbies[0].matchmaker.where(player)).game is None
    for socket in (ann, bob):
        await heard(socket, wire.Queue, game=None)
