"""What players leave behind in Redis runs out: after the last of them no key stays for ever."""

from typing import Any

import pytest

from arcade.infra import keys
from arcade.infra.redis import aredis
from lobby import presence, records
from lobby.service import Lobby
from matches import directory
from matches.host.takeover import Died, encode
from matches.models import Player
from protocol import messages as wire
from tests.support import sockets
from tests.support.lobby import GAME, MODE, World
from tests.support.waiting import auntil

pytestmark = pytest.mark.django_db(transaction=True)
RESIGN = 3


async def lasting() -> set[str]:
    """The keys without an end."""
    client: Any = aredis()
    return {key.decode() for key in await client.keys("*") if await client.ttl(key) == -1}


async def test_after_queue_room_match_and_result_nothing_stays_for_ever(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "FLUSH", 3600.0)  # who has just left is taken off the list at the stop
    for player in ("ann", "bob"):
        await Player.objects.acreate(id=player, name=player)
    async with sockets.running_node() as node:
        lobby = Lobby(node, records.rating)
        await lobby.start()
        node.host.callbacks = lobby
        world.lobbies.append(lobby)
        ann, bob, cid, dan = [await world.player(name) for name in ("ann", "bob", "cid", "dan")]
        await cid.request(wire.RoomCreate, GAME, MODE, 2)
        await dan.request(wire.Enqueue, "arena", "duel")
        for one in (ann, bob):
            await one.request(wire.Enqueue, GAME, MODE)
        found = await ann.until(wire.MatchFound)
        match = found.match
        live = {keys.match_log(match), keys.match_meta(match)}
        assert live <= await lasting(), "a live match does not run out"
        assert keys.player_match("ann") not in await lasting()
        seat = await sockets.enter(match, found.ticket)
        other = await sockets.enter(match, (await bob.until(wire.MatchFound)).ticket)
        for socket in (seat, other):
            await socket.hello()
        await seat.act(RESIGN)
        await seat.until(wire.Recorded)
        client: Any = aredis()
        for key in live:
            assert 0 < await client.ttl(key) <= directory.KEPT_SECONDS
        await lobby.presence.flush()
        assert keys.presence() in await lasting()
        for socket in (ann, bob, cid, dan, seat, other):
            await socket.leave()
        await lobby.stop()
        world.lobbies.remove(lobby)
        assert await lasting() == {keys.nodes()}
    await world.lobbies.pop().stop()
    assert await client.keys("*"), "some wait for their end"
    assert await lasting() == set()


async def test_the_index_of_a_dead_node_runs_out(clean_redis: str) -> None:
    """Node ids are not used again, and a match whose creation failed may be named there and nowhere else."""
    client: Any = aredis()
    async with sockets.running_node() as node:
        await client.hset(keys.nodes(), "dead", "")
        await client.sadd(keys.node_matches("dead"), "nowhere")
        node.takeover.heard(encode(Died("dead", 0, "lease")))

        async def gone() -> bool:
            return not await client.hexists(keys.nodes(), "dead")

        await auntil(gone)
        assert await lasting() == {keys.nodes()}
