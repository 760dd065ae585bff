"""The accept step and parties in queues, through sockets of two nodes."""

import asyncio
from functools import partial
from typing import Any

import pytest

from lobby.rules.matching import Parties, QueueRules
from protocol import messages as wire
from tests.support.lobby import GAME, MODE, Socket, World
from tests.support.waiting import auntil


def declare(monkeypatch: pytest.MonkeyPatch, **fields: Any) -> None:
    wanted = QueueRules(GAME, MODE, **{"low": 2, "high": 2, **fields})
    monkeypatch.setattr("lobby.catalog.rules_of", lambda *_: wanted)


async def asked(world: World) -> tuple[Socket, Socket, str]:
    """Ann and Bob on two nodes, to whom a match is proposed."""
    ann = await world.player("ann")
    world.serve(await world.node())
    bob = await world.player("bob")
    for socket in (ann, bob):
        assert isinstance(await socket.request(wire.Enqueue, GAME, MODE), wire.Reply)
    told = [await proposal(socket) for socket in (ann, bob)]
    assert told[0]["claim"] == told[1]["claim"]
    assert (told[0]["players"], told[0]["mine"]) == (2, False)
    return ann, bob, str(told[0]["claim"])


async def proposal(socket: Socket) -> dict[str, Any]:
    while True:
        queue = await socket.until(wire.Queue)
        if queue.asked is not None:
            found: dict[str, Any] = queue.asked
            return found


async def test_a_match_that_both_accept_is_made(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    declare(monkeypatch, accept=30.0)
    ann, bob, claim = await asked(world)
    for _ in range(2):
        assert isinstance(await ann.request(wire.MatchAccept, claim), wire.Reply)
    assert world.matches.made == {}
    assert isinstance(await bob.request(wire.MatchAccept, claim), wire.Reply)
    found = [await ann.until(wire.MatchFound), await bob.until(wire.MatchFound)]
    assert found[0].match == found[1].match
    assert (await ann.request(wire.MatchDecline, claim)).code == "not-proposed"


async def test_who_declines_is_out_and_the_other_waits_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(monkeypatch, accept=30.0)
    ann, bob, claim = await asked(world)
    await ann.request(wire.MatchAccept, claim)
    assert isinstance(await bob.request(wire.MatchDecline, claim), wire.Reply)
    gone = await bob.until(wire.Unqueued)
    assert (gone.code, gone.mine) == ("declined", True)
    assert (await bob.until(wire.Queue)).game is None
    refused = await bob.request(wire.Enqueue, GAME, MODE)
    assert refused.code == "penalty"
    assert 5 < refused.retry_after <= 10
    assert (await ann.until(wire.Queue, asked=None)).game == GAME
    assert not any(isinstance(message, wire.Unqueued) for message in ann.past)
    cid = await world.player("cid")
    await cid.request(wire.Enqueue, GAME, MODE)
    again = await proposal(ann)
    assert again["claim"] != claim


async def test_who_does_not_answer_is_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    declare(monkeypatch, accept=0.8)
    ann, bob, claim = await asked(world)
    await ann.request(wire.MatchAccept, claim)
    assert (await bob.until(wire.Unqueued)).code == "missed"
    assert (await ann.until(wire.Queue, asked=None)).game == GAME


async def test_a_pending_match_survives_its_node(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """All is in the document: the node that proposed it is gone, the other makes the match."""
    declare(monkeypatch, accept=30.0)
    _, bob, claim = await asked(world)
    await world.lobbies[0].stop()
    await bob.request(wire.MatchAccept, claim)
    back = await world.player("ann")
    assert (await proposal(back))["accepted"] == 1
    await back.request(wire.MatchAccept, claim)
    assert (await back.until(wire.MatchFound)).match == (await bob.until(wire.MatchFound)).match


async def test_a_party_is_one_ticket_and_in_one_team(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    declare(monkeypatch, low=4, high=4, team_size=2)
    ann, bob, cid, dan = [await world.player(name) for name in ("ann", "bob", "cid", "dan")]
    await ann.request(wire.PartyCreate, GAME, MODE)
    await bob.request(wire.PartyAsk, "ann")
    await ann.until(wire.Party, asks=[{"player": "bob", "name": "Bob"}])
    await ann.request(wire.PartyAnswer, "bob", True)
    await bob.request(wire.PartyReady, True)
    assert (await bob.request(wire.Enqueue, GAME, MODE)).code == "in-party"
    assert isinstance(await ann.request(wire.PartyQueue), wire.Reply)
    assert (await bob.until(wire.Queue, game=GAME)).party == 2
    assert isinstance(await bob.request(wire.Dequeue), wire.Reply)
    stopped = await bob.until(wire.Party, phase="open")
    while stopped.reason is None:
        stopped = await bob.until(wire.Party, phase="open")
    assert stopped.reason["code"] == "stopped"
    await ann.until(wire.Queue, game=None)
    await bob.request(wire.PartyReady, True)
    await ann.request(wire.PartyQueue)
    await asyncio.gather(*(socket.request(wire.Enqueue, GAME, MODE) for socket in (cid, dan)))
    for socket in (ann, bob, cid, dan):
        await socket.until(wire.MatchFound)
    (setup,) = world.matches.made.values()
    teams = {seat.player: seat.team for seat in setup.seats}
    assert teams["ann"] == teams["bob"] != teams["cid"] == teams["dan"]
    assert (await ann.until(wire.Party, phase="playing")).party


async def test_players_who_block_each_other_are_not_matched(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(monkeypatch, parties=Parties())
    ann, bob = await world.player("ann"), await world.player("bob")
    await ann.request(wire.Block, "bob")
    for socket in (ann, bob):
        await socket.request(wire.Enqueue, GAME, MODE)
    cid = await world.player("cid")
    await cid.request(wire.Enqueue, GAME, MODE)
    await cid.until(wire.MatchFound)
    (setup,) = world.matches.made.values()
    assert {seat.player for seat in setup.seats} in ({"ann", "cid"}, {"bob", "cid"})


async def test_a_pair_has_so_many_rated_duels_a_day_and_may_play_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(monkeypatch, repeats=2)
    ann, bob = await world.player("ann"), await world.player("bob")
    for count in (1, 2, 3):
        for socket in (ann, bob):
            await socket.request(wire.Enqueue, GAME, MODE)
        found = await ann.until(wire.MatchFound)
        await bob.until(wire.MatchFound, match=found.match)
        await auntil(partial(counted, world, min(count, 2)))
        await world.end(found.match)
    assert [setup.rated for setup in world.matches.made.values()] == [True, True, False]
    cid = await world.player("cid")
    for socket in (ann, cid):
        await socket.request(wire.Enqueue, GAME, MODE)
    assert world.matches.made[(await cid.until(wire.MatchFound)).match].rated


async def test_a_rematch_counts_like_any_duel(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    declare(monkeypatch, repeats=1)
    ann, bob = await world.player("ann"), await world.player("bob")
    for socket in (ann, bob):
        await socket.request(wire.Enqueue, GAME, MODE)
    found = await ann.until(wire.MatchFound)
    await auntil(lambda: counted(world, 1))
    again = await world.lobbies[0].rematch_agreed(world.matches.made[found.match], [0, 1])
    assert again is not None
    assert not world.matches.made[again].rated


async def counted(world: World, times: int) -> bool:
    repeats = world.lobbies[0]._maker._repeats
    return all([await repeats.over(player, (GAME, MODE), times) for player in ("ann", "bob")])
