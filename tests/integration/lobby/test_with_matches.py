"""The lobby over real matches and the real database: from the queue to a seat, a result, and a rematch."""

import asyncio
from collections.abc import Callable

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth import get_user_model

from lobby import records
from lobby.service import Lobby
from matches.models import Match, Player, Rating
from protocol import messages as wire
from tests.support import sockets
from tests.support.lobby import GAME, MODE, World
from tests.support.waiting import auntil

pytestmark = pytest.mark.django_db(transaction=True)


async def in_db(work: Callable[[], object]) -> object:
    return await sync_to_async(work, thread_sensitive=False)()


async def test_what_the_lobby_asks_of_the_database(clean_redis: str) -> None:
    def prepare() -> None:
        user = get_user_model().objects.create_user("cid")
        ann = Player.objects.create(id="ann", name="Ann")
        Player.objects.create(id="cid", name="Cid", user=user)
        for season, shown in (("0", 1000), ("1", 1700)):
            Rating.objects.create(
                player=ann, game=GAME, mode=MODE, season=season, mu=25, sigma=8, shown=shown
            )

    await in_db(prepare)
    assert await records.rating("ann", GAME, MODE) == 1700
    assert await records.strength("ann", GAME, MODE) == (1700, 8.0)
    assert await records.rating("ann", "arena", "ffa") == 1500
    assert await records.rating("nobody", GAME, MODE) == 1500
    assert (await records.strength("nobody", GAME, MODE)).sigma == pytest.approx(25 / 3)
    assert [await records.guest(p) for p in ("ann", "cid", "nobody")] == [True, False, True]


async def test_from_the_queue_to_a_result_and_a_rematch(world: World) -> None:
    await in_db(lambda: [Player.objects.create(id=p, name=p.title()) for p in ("ann", "bob")])
    async with sockets.running_node() as node:
        lobby = Lobby(node, records.rating)
        await lobby.start()
        node.host.callbacks = lobby
        world.lobbies.append(lobby)
        ann, bob = await world.player("ann"), await world.player("bob")
        await ann.request(wire.Enqueue, GAME, MODE)
        await bob.request(wire.Enqueue, GAME, MODE)
        found = [await ann.until(wire.MatchFound), await bob.until(wire.MatchFound)]
        seats = []
        for one in found:
            seat = sockets.Socket(one.match, f"ticket={one.ticket}")
            assert await seat.open()
            await seat.hello()
            seats.append(seat)
        back = await world.player("ann")
        assert back.welcome.match["match"] == found[0].match
        assert back.welcome.match["seat"] == found[0].seat
        assert (await ann.request(wire.Enqueue, GAME, MODE)).code == "in-match"
        await seats[0].until(wire.Frame)
        await seats[0].act(3)
        for seat in seats:
            await seat.until(wire.Recorded)
        assert await in_db(lambda: Match.objects.get(id=found[0].match).rated)
        for seat in seats:
            await seat.act(6, True)
        following = [await seat.until(wire.Next) for seat in seats]
        assert {n[2] for n in following} == {0, 1}
        assert following[0][2] != found[0].seat
        for seat in seats:
            await seat.leave()

        async def shown() -> bool:
            return (await lobby.matches.running("ann")) is not None

        await auntil(shown)
        assert isinstance(await ann.request(wire.Ping), wire.Pong)
        assert not [m for m in ann.past if isinstance(m, wire.MatchFound) and m.match != found[0].match]
        for socket in (ann, bob, back):
            await socket.leave()
        async with asyncio.timeout(10):
            await lobby.stop()
        world.lobbies.remove(lobby)
