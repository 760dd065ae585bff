"""Kept notices on both stores."""

import asyncio
import time
from typing import Any

import pytest

from arcade.infra import keys
from lobby.broadcasts import MOST as KEPT
from lobby.notices import Notices
from lobby.rules.notices import MOST, SECONDS
from lobby.store import Store
from lobby.store_memory import MemoryStore
from lobby.store_redis import RedisStore


class World:
    def __init__(self) -> None:
        self.told: list[tuple[str, str, dict[str, Any]]] = []
        self.now = time.time()

    def clock(self) -> float:
        return self.now

    async def tell(self, player: str, event: str, **data: Any) -> None:
        self.told.append((player, event, data))

    async def tell_all(self, event: str, **data: Any) -> None:
        self.told.append(("*", event, data))


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture(params=["memory", "redis"])
async def notices(request: pytest.FixtureRequest, world: World) -> Notices:
    store: Store = MemoryStore(time.time)
    if request.param == "redis":
        request.getfixturevalue("clean_redis")
        store = RedisStore()
    return Notices(world, store)


async def test_a_notice_waits_until_one_device_has_shown_it(notices: Notices, world: World) -> None:
    first = await notices.send("ann", "news", "One", {"n": 1})
    second = await notices.send("ann", "news", "Two")
    assert [(n.id, n.text, n.data) for n in await notices.waiting("ann")] == [
        (first, "One", {"n": 1}),
        (second, "Two", {}),
    ]
    assert await notices.waiting("bob") == []
    await notices.seen("ann", [first, "unknown"])
    await notices.seen("ann", [first])
    assert [n.id for n in await notices.waiting("ann")] == [second]
    assert [(who, what) for who, what, _ in world.told] == [
        ("ann", "notice.kept"),
        ("ann", "notice.kept"),
        ("ann", "notice.gone"),
    ]
    assert world.told[-1][2] == {"ids": [first]}
    await notices.seen("ann", [second])
    assert await notices.waiting("ann") == []


async def test_the_same_notice_is_told_once(notices: Notices, world: World) -> None:
    for _ in range(2):
        assert await notices.send("ann", "news", "One", ident="n1") == "n1"
    assert len(world.told) == len(await notices.waiting("ann")) == 1


async def test_notices_run_out_and_are_so_many_at_most(notices: Notices, world: World) -> None:
    await notices.send("ann", "news", "short", seconds=60)
    await notices.send("ann", "news", "long", seconds=10 * SECONDS)
    world.now += 61
    assert [n.text for n in await notices.waiting("ann")] == ["long"]
    assert (await notices.waiting("ann"))[0].until <= world.now + SECONDS
    for n in range(MOST + 5):
        await notices.send("ann", "news", str(n))
    assert [n.text for n in await notices.waiting("ann")] == [str(n) for n in range(5, MOST + 5)]


async def test_of_two_devices_that_show_it_at_once_one_is_told_gone(notices: Notices, world: World) -> None:
    ident = await notices.send("ann", "news", "One")
    await asyncio.gather(*[notices.seen("ann", [ident]) for _ in range(5)])
    assert [what for _, what, _ in world.told].count("notice.gone") == 1


async def test_a_broadcast_is_kept_for_each_until_he_has_seen_it(notices: Notices, world: World) -> None:
    word = await notices.broadcast("The server restarts at six.", seconds=60)
    world.now += 1
    mine = await notices.send("ann", "news", "One")
    assert [(who, what) for who, what, _ in world.told] == [("*", "notice.kept"), ("ann", "notice.kept")]
    assert [n.id for n in await notices.waiting("ann")] == [word, mine]
    for _ in range(2):
        await notices.seen("ann", [word, mine, "unknown"])
    assert await notices.waiting("ann") == []
    gone = [(who, data["ids"]) for who, what, data in world.told if what == "notice.gone"]
    assert gone == [("ann", [word]), ("ann", [mine])], "his other devices need not show it; said once"
    (left,) = await notices.waiting("bob")
    assert (left.id, left.code, left.text) == (word, "broadcast", "The server restarts at six.")
    world.now += 61
    assert await notices.waiting("bob") == []
    await notices.seen("bob", [word])


async def test_broadcasts_are_so_many_at_most(notices: Notices, world: World) -> None:
    await notices.broadcast("short", seconds=60)
    await notices.seen("ann", [(await notices.waiting("ann"))[0].id])
    world.now += 61
    for n in range(KEPT + 3):
        world.now += 1
        await notices.broadcast(str(n), seconds=10 * SECONDS)
    waiting = await notices.waiting("ann")
    assert [n.text for n in waiting] == [str(n) for n in range(3, KEPT + 3)]
    assert all(n.until <= world.now + SECONDS for n in waiting)
    await notices.seen("ann", [n.id for n in waiting[1:]])
    assert await notices.waiting("ann") == waiting[:1]
    assert len(await notices._broadcasts._store.leases(keys.broadcasts())) == KEPT
    seen, _ = await notices._broadcasts._seen.get(keys.player_broadcasts("ann"))
    assert len(seen or []) == KEPT - 1, "what runs out is forgotten there too"
