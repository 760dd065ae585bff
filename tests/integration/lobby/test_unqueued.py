"""Why the queue let a player go is told also where the node of his socket dies over it."""

from typing import Any

import pytest

from lobby import consumer
from protocol import messages as wire
from tests.integration.lobby.test_accept import asked, declare
from tests.support.lobby import GAME, MODE, World
from tests.support.waiting import auntil


@pytest.fixture(autouse=True)
def far(monkeypatch: pytest.MonkeyPatch) -> None:
    """No beat comes in these tests."""
    monkeypatch.setattr(consumer, "BEAT_SECONDS", 3600.0)


def lost(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """No node tells Bob anything by his group."""
    for lobby in world.lobbies:

        async def told(player: str, what: str, tell: Any = lobby.tell, **data: Any) -> None:
            if player != "bob":
                await tell(player, what, **data)

        monkeypatch.setattr(lobby, "tell", told)


async def let_go(world: World) -> None:
    async def out() -> bool:
        place = await world.lobbies[0].places.get("bob")
        return place is not None and place.out is not None

    await auntil(out)


async def test_it_is_told_where_he_comes_back_and_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    declare(monkeypatch, accept=30.0)
    _, bob, claim = await asked(world)
    lost(world, monkeypatch)
    assert isinstance(await bob.request(wire.MatchDecline, claim), wire.Reply)
    await let_go(world)
    assert not any(isinstance(message, wire.Unqueued) for message in bob.past)
    world.serve(world.lobbies[0])
    back = await world.player("bob")
    told = await back.until(wire.Unqueued)
    assert (told.game, told.mode, told.code, told.mine) == (GAME, MODE, "declined", True)
    (socket,) = [s for s in world.lobbies[0].sockets if s.player == "bob"]
    for area in socket.areas:
        await area.beat()
    assert await world.lobbies[0].places.get("bob") is None
    again = await world.player("bob")
    await again.request(wire.Ping)
    assert not any(isinstance(message, wire.Unqueued) for message in again.past)


async def test_a_socket_that_was_told_is_not_told_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(monkeypatch, accept=30.0)
    _, bob, claim = await asked(world)
    await bob.request(wire.MatchDecline, claim)
    await bob.until(wire.Unqueued)
    await let_go(world)
    again = {"code": "declined", "mine": True, "game": GAME, "mode": MODE}
    place = await world.lobbies[0].places.get("bob")
    await world.lobbies[0].tell("bob", "player.unqueued", ticket=place.out.ticket, **again)
    await world.lobbies[0].tell("bob", "player.queue")
    await world.lobbies[0].announce("after", "what came twice")
    await bob.until(wire.Notice, code="after")
    assert len([m for m in bob.past if isinstance(m, wire.Unqueued)]) == 1


async def test_who_is_away_over_it_hears_it_by_the_queue_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message was lost; the next look of his socket finds it."""
    declare(monkeypatch, accept=30.0)
    _, bob, claim = await asked(world)
    lost(world, monkeypatch)
    await bob.request(wire.MatchDecline, claim)
    await let_go(world)
    (socket,) = [s for s in world.lobbies[1].sockets if s.player == "bob"]
    for area in socket.areas:
        await area.beat()
    assert (await bob.until(wire.Unqueued)).code == "declined"


async def test_who_is_joined_on_an_invite_has_not_declined(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(monkeypatch, accept=30.0)
    ann, bob, _ = await asked(world)
    cid = await world.player("cid")
    id = (await ann.request(wire.Invite, "party", "cid")).data["id"]
    assert isinstance(await cid.request(wire.InviteAccept, id), wire.Reply)
    assert (await bob.until(wire.Queue, asked=None)).game == GAME
    await ann.until(wire.Queue, game=None)
    await cid.request(wire.PartyLeave)
    assert isinstance(await ann.request(wire.Enqueue, GAME, MODE), wire.Reply), "no penalty"
    assert not any(isinstance(message, wire.Unqueued) for message in [*ann.past, *bob.past])


async def test_who_goes_to_another_party_over_it_has(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    declare(monkeypatch, accept=30.0)
    _, bob, _ = await asked(world)
    cid = await world.player("cid")
    id = (await cid.request(wire.Invite, "party", "bob")).data["id"]
    assert isinstance(await bob.request(wire.InviteAccept, id), wire.Reply)
    await bob.request(wire.PartyLeave)
    assert (await bob.request(wire.Enqueue, GAME, MODE)).code == "penalty"


async def test_who_sees_nothing_of_what_he_is_asked_is_not_asked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bob's ticket was left in the queue by a node that died when it had made his match."""
    declare(monkeypatch, accept=30.0)
    bob, ann = await world.player("bob"), await world.player("ann")
    await bob.request(wire.Enqueue, GAME, MODE)
    (ticket,) = await world.waiting()
    await world.lobbies[0].places.settle("bob", ticket.id)
    await ann.request(wire.Enqueue, GAME, MODE)

    async def alone() -> bool:
        return [(t.player, t.claim) for t in await world.waiting()] == [("ann", "")]

    await auntil(alone)
    assert isinstance(await bob.request(wire.Enqueue, GAME, MODE), wire.Reply), "no penalty"
