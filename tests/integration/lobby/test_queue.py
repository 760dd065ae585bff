"""From a wish to a match, on one node and on two."""

import asyncio
from typing import Any

import pytest

from arcade.security import tickets
from lobby.places import Hold
from lobby.rules import queue as rules
from lobby.rules.matching import QueueRules, Shrink
from lobby.rules.queue_events import Entered, Seeker, Ticket
from protocol import messages as wire
from tests.support.lobby import GAME, MODE, Socket, World
from tests.support.waiting import auntil


async def enqueue(socket: Socket, game: str = GAME, mode: str = MODE) -> Any:
    return await socket.request(wire.Enqueue, game, mode)


async def empty(world: World, game: str = GAME, mode: str = MODE) -> bool:
    return not await world.waiting(game, mode)


@pytest.mark.parametrize("nodes", [1, 2])
async def test_two_who_fit_get_a_match_at_once(world: World, nodes: int) -> None:
    ann = await world.player("ann")
    if nodes == 2:
        world.serve(await world.node())
    bob = await world.player("bob")
    assert isinstance(await enqueue(ann), wire.Reply)
    waits = await ann.until(wire.Queue, game=GAME)
    assert (waits.mode, waits.waiting, waits.bot) == (MODE, 1, False)
    began = asyncio.get_running_loop().time()
    await enqueue(bob)
    found = [await ann.until(wire.MatchFound), await bob.until(wire.MatchFound)]
    assert asyncio.get_running_loop().time() - began < 1
    assert {f.seat for f in found} == {0, 1}
    for player, one in zip(("ann", "bob"), found, strict=True):
        assert one.path == f"/ws/match/{one.match}/"
        ticket = await tickets.aredeem(one.ticket, "match", one.match)
        assert (ticket.player, ticket.seat) == (player, one.seat)
    (setup,) = world.matches.made.values()
    assert setup.seats[found[0].seat].player == "ann"
    assert {seat.rating for seat in setup.seats} == {1500}
    await auntil(lambda: empty(world))


async def test_each_device_gets_a_ticket_of_its_own(world: World) -> None:
    phone, desk, bob = [await world.player(name) for name in ("ann", "ann", "bob")]
    await enqueue(phone)
    assert (await desk.until(wire.Queue)).game == GAME
    await enqueue(bob)
    found = [await phone.until(wire.MatchFound), await desk.until(wire.MatchFound)]
    assert found[0].match == found[1].match
    assert found[0].ticket != found[1].ticket


async def test_the_window_widens_while_one_waits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.ratings = {"ann": 1500, "bob": 1555}
    ann, bob = await world.player("ann"), await world.player("bob")
    await enqueue(ann)
    await enqueue(bob)
    assert world.matches.made == {}
    await ann.until(wire.MatchFound, seconds=10)


async def test_a_table_with_room_begins_after_patience(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = QueueRules("arena", "ffa", 2, 8, shrink=Shrink(0.6))
    monkeypatch.setattr("lobby.catalog.rules_of", lambda *_: wanted)
    sockets = [await world.player(f"p{n}") for n in range(3)]
    for socket in sockets:
        await enqueue(socket, "arena", "ffa")
    for socket in sockets:
        await socket.until(wire.MatchFound)
    (setup,) = world.matches.made.values()
    assert sorted(seat.team for seat in setup.seats) == [0, 1, 2]


async def test_leaving_the_queue(world: World) -> None:
    ann = await world.player("ann")
    assert (await ann.request(wire.Dequeue)).code == "not-queued"
    await enqueue(ann)
    await ann.until(wire.Queue, game=GAME)
    assert isinstance(await ann.request(wire.Dequeue), wire.Reply)
    assert (await ann.until(wire.Queue)).game is None
    assert await empty(world)


@pytest.mark.parametrize(
    ("game", "mode", "code"), [("chess", MODE, "game-unknown"), (GAME, "hasty", "mode-unknown")]
)
async def test_unknown_games_and_modes(world: World, game: str, mode: str, code: str) -> None:
    assert (await enqueue(await world.player("ann"), game, mode)).code == code
    assert await world.lobbies[0].places.get("ann") is None


async def test_who_is_in_a_match_waits_for_no_other(world: World) -> None:
    ann = await world.player("ann")
    found = await ann.request(wire.PlayBot, GAME, MODE)
    assert (await enqueue(ann)).code == "in-match"
    assert (await ann.request(wire.PlayBot, GAME, MODE)).code == "in-match"
    again = await world.player("ann")
    assert again.welcome.match == {"match": found.data["match"], "game": GAME, "mode": MODE, "seat": 0}
    await world.end(found.data["match"])
    assert isinstance(await enqueue(ann), wire.Reply)


async def test_a_bot_match_takes_its_player_off_the_queue(world: World) -> None:
    ann, bob = await world.player("ann"), await world.player("bob")
    await enqueue(ann)
    await ann.request(wire.PlayBot, GAME, MODE, 1)
    found = await ann.until(wire.MatchFound)
    setup = world.matches.made[found.match]
    assert (setup.rated, setup.seats[1].player, setup.seats[1].bot) == (False, None, 1)
    await auntil(lambda: empty(world))
    await enqueue(bob)
    assert len(world.matches.made) == 1


async def test_no_bot_of_that_level(world: World) -> None:
    assert (await (await world.player("ann")).request(wire.PlayBot, GAME, MODE, 99)).code == "no-bot"


async def test_a_player_in_two_queues_waits_in_the_second(world: World) -> None:
    ann = await world.player("ann")
    await enqueue(ann)
    await enqueue(ann, "arena", "ffa")
    assert await empty(world)
    assert not await empty(world, "arena", "ffa")
    assert (await world.lobbies[0].matchmaker.where("ann")).game == "arena"


async def test_a_failed_match_puts_the_tickets_back_in_place(world: World) -> None:
    ann, bob = await world.player("ann"), await world.player("bob")
    world.matches.failures = 1
    await enqueue(ann)
    (mine,) = await world.waiting()
    since = mine.since
    await enqueue(bob)
    await auntil(lambda: world.matches.failures == 0)

    async def back() -> bool:
        return [t.since for t in await world.waiting() if t.player == "ann" and not t.claim] == [since]

    await auntil(back)
    assert (await ann.until(wire.MatchFound)).match == (await bob.until(wire.MatchFound)).match


async def test_a_node_that_died_while_making_a_match_loses_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "CLAIM", 0.5)
    monkeypatch.setattr("lobby.places.CLAIM", 0.5)
    ann, bob = await world.player("ann"), await world.player("bob")
    maker, real = world.lobbies[0]._maker, world.lobbies[0]._maker.make
    died = asyncio.Event()

    async def die(game: str, mode: str, seats: Any, wanted: dict[str, str], **_: Any) -> Any:
        maker.make = real  # type: ignore[method-assign]
        for player, ticket in wanted.items():
            assert await world.lobbies[0].places.take(player, ticket)
        died.set()
        raise asyncio.CancelledError

    maker.make = die  # type: ignore[method-assign]
    await enqueue(ann)
    await enqueue(bob)
    async with asyncio.timeout(5):
        await died.wait()
    assert (await ann.until(wire.MatchFound)).match == (await bob.until(wire.MatchFound)).match


async def test_a_dropped_player_keeps_the_ticket_for_a_moment(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await world.player("ann")
    await enqueue(ann)
    await ann.leave()
    bob = await world.player("bob")
    await enqueue(bob)
    assert world.matches.made == {}, "nobody is matched with someone who is away"
    back = await world.player("ann")
    assert (await back.until(wire.Queue)).game == GAME
    await back.until(wire.MatchFound)


async def test_who_does_not_come_back_is_taken_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "GRACE", 0.3)
    ann = await world.player("ann")
    await enqueue(ann)
    await ann.leave()
    await auntil(lambda: empty(world))

    async def free() -> bool:
        place = await world.lobbies[0].places.get("ann")
        return place is None or not place.ticket

    await auntil(free)
    assert (await (await world.player("ann")).until(wire.Unqueued)).code == "away"


async def test_after_a_while_alone_the_computer_offers_to_play(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "BOT_AFTER", 0.3)
    ann = await world.player("ann")
    await enqueue(ann)
    assert not (await ann.until(wire.Queue)).bot
    assert (await ann.until(wire.Queue, bot=True)).game == GAME


async def test_many_players_on_two_nodes_are_each_matched_once(world: World) -> None:
    lobbies = [world.lobbies[0], await world.node()]
    players = [f"p{n}" for n in range(24)]
    for lobby in lobbies:
        lobby.presence.online = lambda player: True  # type: ignore[method-assign]
    wishes = [lobbies[n % 2].matchmaker.enter(p, p, GAME, MODE) for n, p in enumerate(players)]
    await asyncio.gather(*wishes)
    await auntil(lambda: len(world.matches.made) == 12)
    seated = [seat.player for setup in world.matches.made.values() for seat in setup.seats]
    assert sorted(seated, key=str) == sorted(players)
    await auntil(lambda: empty(world))


async def test_a_ticket_left_over_in_another_queue_matches_nobody(world: World) -> None:
    matchmaker, clock = world.lobbies[0].matchmaker, world.lobbies[0].clock
    ann, bob = await world.player("ann"), await world.player("bob")
    await enqueue(ann, "arena", "ffa")
    stale = Ticket("stale", [Seeker("ann", "Ann", 1500)], clock())
    await matchmaker.queues.ask((GAME, MODE), Entered(stale))
    await enqueue(bob)

    async def bob_alone() -> bool:
        return [(t.player, t.claim) for t in await world.waiting()] == [("bob", "")]

    await auntil(bob_alone)
    assert world.matches.made == {}
    assert (await matchmaker.where("ann")).game == "arena"


async def test_one_player_is_put_into_one_match_at_a_time(world: World) -> None:
    places = world.lobbies[0].places
    ann = await world.player("ann")
    await enqueue(ann)
    place = await places.get("ann")
    assert place is not None
    wanted = [places.take("ann", place.ticket) for _ in range(8)]
    holds = await asyncio.gather(*wanted, return_exceptions=True)
    (hold,) = [h for h in holds if isinstance(h, Hold)]
    assert {getattr(h, "code", None) for h in holds if h is not hold} == {"in-match"}
    assert (await ann.request(wire.PlayBot, GAME, MODE)).code == "in-match"
    assert (await enqueue(ann, "arena", "ffa")).code == "in-match"
    await places.restore(hold)
    assert await places.get("ann") == place
