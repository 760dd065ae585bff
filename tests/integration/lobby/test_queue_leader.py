"""A queue has one writer: it dies, it sleeps, and another goes on."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from lobby.queue_store import QueueStore
from lobby.rules import queue_events as events
from lobby.rules.matching import QueueRules
from lobby.service import Lobby
from protocol import messages as wire
from protocol.errors import ProtocolError
from tests.support.lobby import GAME, MODE, World
from tests.support.waiting import auntil

KEY = (GAME, MODE)
NAME = f"{GAME}:{MODE}"


def leaders(world: World) -> list[Lobby]:
    return [lobby for lobby in world.lobbies if NAME in lobby.matchmaker.queues._leaders]


class Frozen:
    """A store that does not answer a node while `held`; what it was asked then is done afterwards."""

    def __init__(self, store: QueueStore) -> None:
        self._store = store
        self.held = asyncio.Event()
        self.held.set()
        self.asked = 0

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._store, name)

        async def wait(*args: Any) -> Any:
            self.asked += not self.held.is_set()
            await self.held.wait()
            return await call(*args)

        return wait


@pytest.fixture(autouse=True)
def thawed(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leases are shorter here; who is frozen is not at the end."""
    monkeypatch.setattr("lobby.queue_leader.LEASE", 0.7)
    monkeypatch.setattr("lobby.queues.LEASE", 0.7)
    monkeypatch.setattr("lobby.queue_leader.RENEW", 0.2)
    yield
    for lobby in world.lobbies:
        for leader, _ in lobby.matchmaker.queues._leaders.values():
            if isinstance(leader._store, Frozen):
                leader._store.held.set()


def freeze(lobby: Lobby) -> Frozen:
    """From now on its leader of the queue gets no answer."""
    leader, _ = lobby.matchmaker.queues._leaders[NAME]
    frozen = Frozen(leader._store)
    leader._store = frozen  # type: ignore[assignment]
    frozen.held.clear()
    return frozen


async def two(world: World, *players: str) -> tuple[Lobby, Lobby]:
    """The node that leads the queue, with these players in it, and another."""
    first, second = world.lobbies[0], await world.node()
    for lobby in (first, second):
        lobby.presence.online = lambda player: True  # type: ignore[method-assign]
    for player in players:
        await first.matchmaker.enter(player, player, *KEY)
    assert leaders(world) == [first]
    return first, second


def declare(monkeypatch: pytest.MonkeyPatch, **fields: Any) -> None:
    wanted = QueueRules(GAME, MODE, **{"low": 2, "high": 2, **fields})
    monkeypatch.setattr("lobby.catalog.rules_of", lambda *_: wanted)


async def test_what_another_node_says_reaches_the_leader_and_its_errors_come_back(world: World) -> None:
    first, second = await two(world, "ann")
    with pytest.raises(events.NotProposed):
        await second.matchmaker.queues.ask(KEY, events.Accepted("ann", "none"))
    await second.matchmaker.enter("bob", "Bob", *KEY)
    await auntil(lambda: len(world.matches.made) == 1)
    assert leaders(world) == [first]


async def test_a_queue_whose_leader_is_dead_is_led_by_another(world: World) -> None:
    first, second = await two(world, "ann")
    (mine,) = await world.waiting()
    freeze(first)
    began = asyncio.get_running_loop().time()
    await auntil(lambda: leaders(world) == [first, second])
    assert asyncio.get_running_loop().time() - began < 3
    assert await world.waiting() == [mine]
    await second.matchmaker.enter("bob", "Bob", *KEY)
    await auntil(lambda: len(world.matches.made) == 1)


async def test_what_was_handed_to_a_dead_leader_is_done_by_the_next(world: World) -> None:
    first, second = await two(world, "ann")
    freeze(first)
    await second.matchmaker.enter("bob", "Bob", *KEY)
    await auntil(lambda: len(world.matches.made) == 1)
    await auntil(world_empty(world))
    assert len(world.matches.made) == 1


def world_empty(world: World) -> Any:
    async def empty() -> bool:
        return not await world.waiting()

    return empty


async def test_a_leader_that_slept_changes_nothing(world: World) -> None:
    """It has taken an event in that was never written: who asked is answered by the one that leads now."""
    first, second = await two(world, "ann")
    frozen = freeze(first)
    slow = asyncio.create_task(first.matchmaker.queues.ask(KEY, events.Left("ann")))
    await auntil(lambda: frozen.asked > 0)
    await auntil(lambda: second in leaders(world))
    await second.matchmaker.queues.ask(KEY, events.Away("ann"))
    (now,) = await world.waiting()
    assert now.away == {"ann"}
    frozen.held.set()
    async with asyncio.timeout(5):
        await slow
    await auntil(lambda: leaders(world) == [second])
    assert await world.waiting() == []


async def test_a_proposal_and_who_took_it_survive_the_leader(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(monkeypatch, accept=30.0)
    first, second = await two(world, "ann", "bob")
    asked = (await second.matchmaker.where("ann")).asked
    assert asked is not None
    await second.matchmaker.answer("ann", asked["claim"], True)
    freeze(first)
    await second.matchmaker.answer("bob", asked["claim"], True)
    await auntil(lambda: len(world.matches.made) == 1)


async def test_a_match_that_was_to_be_made_is_made_by_the_next_leader(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = await two(world, "ann")
    frozen = freeze(first)

    async def dead(*_: Any) -> None:
        await frozen.held.wait()

    frozen.held.set()
    monkeypatch.setattr(first.matchmaker, "_make", dead)
    await second.matchmaker.enter("bob", "Bob", *KEY)
    assert {ticket.claim != "" for ticket in await world.waiting()} == {True}
    frozen.held.clear()
    await auntil(lambda: len(world.matches.made) == 1)
    await auntil(world_empty(world))


async def test_a_match_that_a_dead_leader_made_is_not_made_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It died before it could say that the match exists."""
    first, second = await two(world, "ann")

    async def dead(*_: Any) -> None:
        await freeze(first).held.wait()

    monkeypatch.setattr(first.matchmaker, "_matched", dead)
    await second.matchmaker.enter("bob", "Bob", *KEY)
    await auntil(lambda: len(world.matches.made) == 1)
    await auntil(world_empty(world))
    assert len(world.matches.made) == 1
    assert leaders(world)[-1] is second


async def test_a_match_that_a_dead_leader_made_and_told_nobody_of_is_told_by_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lobby.consumer.BEAT_SECONDS", 3600.0)
    first = world.lobbies[0]
    ann, bob = await world.player("ann"), await world.player("bob")

    async def dead(*_: Any) -> None:
        await freeze(first).held.wait()

    monkeypatch.setattr(first._maker, "_found", dead)
    await world.node()
    for socket in (ann, bob):
        await socket.request(wire.Enqueue, *KEY)
    assert (await ann.until(wire.MatchFound)).match == (await bob.until(wire.MatchFound)).match


async def test_who_was_let_go_by_a_dead_leader_is_told_by_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(monkeypatch, accept=30.0)
    ann, bob = await world.player("ann"), await world.player("bob")
    for socket in (ann, bob):
        await socket.request(wire.Enqueue, *KEY)
    asked = (await bob.until(wire.Queue, place=2)).asked or (await bob.until(wire.Queue)).asked
    first = world.lobbies[0]

    async def dead(*_: Any) -> None:
        await freeze(first).held.wait()

    monkeypatch.setattr(first.matchmaker, "_dropped", dead)
    await world.node()
    await bob.request(wire.MatchDecline, asked["claim"])
    assert (await bob.until(wire.Unqueued)).code == "declined"


async def test_an_event_at_which_the_rules_fail_harms_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = await two(world, "ann")
    (leader, _) = first.matchmaker.queues._leaders[NAME]
    real = type(leader._queue)._parted

    def fail(queue: Any, player: str, *more: Any) -> None:
        real(queue, player, *more)
        raise ZeroDivisionError

    monkeypatch.setattr(type(leader._queue), "_parted", fail)
    told = await asyncio.gather(
        first.matchmaker.queues.ask(KEY, events.Parted("ann", "bob")),
        second.matchmaker.queues.ask(KEY, events.Parted("ann", "cid")),
        first.matchmaker.queues.ask(KEY, events.Away("ann")),
        return_exceptions=True,
    )
    assert [type(each) for each in told] == [ProtocolError, ProtocolError, type(None)]
    (mine,) = await world.waiting()
    assert (mine.away, mine.blocks) == ({"ann"}, frozenset())
