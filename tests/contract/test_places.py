"""What becomes of a player's place on every store."""

import asyncio

import pytest

from arcade.infra import keys
from lobby import places as module
from lobby.places import Out, Place, Places
from lobby.store import Store
from lobby.store_memory import MemoryStore
from lobby.store_redis import RedisStore
from tests.support.waiting import auntil

OUT = Out("g", "m", "ticket", "missed", True)
WAITS = Place("g", "m", "ticket")


class Kept(Places):
    """`now` is its time."""

    def __init__(self, store: Store) -> None:
        self.now = 1000.0
        super().__init__(store, lambda: self.now)


@pytest.fixture(params=["memory", "redis"])
async def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "memory":
        return MemoryStore(asyncio.get_running_loop().time)
    request.getfixturevalue("clean_redis")
    return RedisStore()


@pytest.fixture
async def places(store: Store) -> Kept:
    return Kept(store)


async def test_why_a_ticket_was_let_go_is_kept_until_told(places: Kept) -> None:
    await places.wait("ann", WAITS)
    await places.drop("ann", OUT)
    assert await places.get("ann") == Place(out=OUT)
    assert await places.leave("ann") is None
    await places.told("ann", "another")
    assert await places.get("ann") == Place(out=OUT)
    await places.told("ann", "ticket")
    assert await places.get("ann") is None
    await places.told("ann", "ticket")
    await places.drop("ann", OUT)  # said again by the next leader, after he had left the place
    assert await places.get("ann") == Place(out=OUT)


async def test_who_waits_again_or_is_matched_needs_not_know_any_more(places: Kept) -> None:
    await places.drop("ann", OUT)
    again = Place("g", "m", "next")
    await places.wait("ann", again)
    assert await places.get("ann") == again
    await places.drop("ann", OUT)
    assert await places.get("ann") == again, "of a ticket before"
    await places.told("ann", "ticket")
    assert await places.get("ann") == again
    await places.drop("bob", OUT)
    hold = await places.take("bob")
    assert hold is not None
    for late in (places.drop("bob", OUT), places.told("bob", "ticket")):
        await late
        assert await places.busy("bob"), "his match is being made"
    await places.free(hold)
    assert await places.get("bob") is None


async def test_a_match_that_was_not_made_leaves_it_as_it_was(places: Kept) -> None:
    await places.drop("ann", OUT)
    hold = await places.take("ann")
    assert hold is not None
    await places.restore(hold)
    assert await places.get("ann") == Place(out=OUT)


async def test_it_is_not_kept_for_ever(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TOLD_SECONDS", 0.05)
    places = Kept(store)
    await places.wait("ann", WAITS)
    await places.drop("ann", OUT)

    async def forgotten() -> bool:
        return (await store.get(keys.player_queue("ann"))).version == 0

    await auntil(forgotten)
    await places.wait("ann", WAITS)
    assert await places.get("ann") == WAITS
