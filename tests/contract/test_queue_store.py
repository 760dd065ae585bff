"""What every store of the queues does: one writer, and an event that is handed over counts once."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from arcade.infra import redis
from lobby import queue_store
from lobby.queue_store import Done, Full, Handed, QueueStore
from lobby.queue_store_memory import MemoryQueueStore
from lobby.queue_store_redis import RedisQueueStore
from lobby.rules.queue_book import Change
from tests.support.waiting import auntil

QUEUE = "game:mode"
NOTHING = Change({}, [], {})


@pytest.fixture(params=["memory", "redis"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[QueueStore]:
    if request.param == "memory":
        yield MemoryQueueStore(asyncio.get_running_loop().time)
        return
    request.getfixturevalue("clean_redis")
    yield RedisQueueStore()
    await redis.close()


def change(*put: str, gone: list[str] | None = None) -> Change:
    return Change({p: p.encode() for p in put}, gone or [], {p: 5.0 for p in put if p.startswith("t:")})


async def lead(store: QueueStore, node: str, seconds: float = 60) -> int:
    lease = await store.claim(QUEUE, node, seconds)
    assert lease.fence
    return lease.fence


async def test_one_node_at_a_time_writes(store: QueueStore) -> None:
    fence = await lead(store, "a")
    other = await store.claim(QUEUE, "b", 60)
    assert (other.fence, other.holder) == (0, "a")
    assert 50 < other.seconds <= 60
    assert (await store.claim(QUEUE, "a", 60, fence)).fence == fence
    assert (await store.claim(QUEUE, "b", 60, fence)).fence == 0, "another's fence is no lease"


async def test_of_many_at_once_one_leads(store: QueueStore) -> None:
    leases = await asyncio.gather(*[store.claim(QUEUE, f"n{n}", 60) for n in range(10)])
    assert sum(lease.fence != 0 for lease in leases) == 1


async def test_a_lease_that_ran_out_is_anybodys_and_the_fence_grows(store: QueueStore) -> None:
    old = await lead(store, "a", 0.05)
    assert (await store.claim(QUEUE, "a", 0.05, old)).fence == old
    assert await store.commit(QUEUE, old, 1, change("t:1"), [])
    await auntil(lambda: taken(store, "b"))
    new = (await store.claim(QUEUE, "b", 60)).fence
    assert new > old
    assert (await store.claim(QUEUE, "a", 60, old)).fence == 0
    assert not await store.commit(QUEUE, old, 2, change("t:2"), [])
    assert await store.load(QUEUE, old) is None
    assert await store.load(QUEUE, new) == {"t:1": b"t:1"}


async def taken(store: QueueStore, node: str) -> bool:
    return (await store.claim(QUEUE, node, 60)).fence > 0


async def test_a_lease_that_is_given_back_is_anybodys_at_once(store: QueueStore) -> None:
    fence = await lead(store, "a")
    await store.release(QUEUE, "a", fence + 1)
    assert not (await store.claim(QUEUE, "b", 60)).fence
    await store.release(QUEUE, "a", fence)
    assert await lead(store, "b") > fence
    assert not await store.commit(QUEUE, fence, 1, change("t:1"), [])


async def test_a_node_that_forgot_its_lease_takes_it_anew(store: QueueStore) -> None:
    old = await lead(store, "a")
    assert await lead(store, "a") > old
    assert not await store.commit(QUEUE, old, 1, change("t:1"), [])


async def test_parts_are_written_and_deleted(store: QueueStore) -> None:
    fence = await lead(store, "a")
    assert await store.commit(QUEUE, fence, 1, change("t:1", "t:2", "s"), [])
    assert await store.commit(QUEUE, fence, 2, change("t:3", gone=["t:2", "t:9"]), [])
    assert await store.load(QUEUE, fence) == {"t:1": b"t:1", "t:3": b"t:3", "s": b"s"}
    assert await store.read(QUEUE, ["t:1", "t:2", "s"]) == ([b"t:1", None, b"s"], 0)


async def test_a_commit_sent_again_changes_nothing(store: QueueStore) -> None:
    fence = await lead(store, "a")
    assert await store.commit(QUEUE, fence, 1, change("t:1"), [])
    assert await store.commit(QUEUE, fence, 2, change(gone=["t:1"]), [])
    for number in (2, 1):
        assert await store.commit(QUEUE, fence, number, change("t:1"), [])
    assert await store.load(QUEUE, fence) == {}


async def test_a_writer_that_lost_its_lease_knows_whether_its_last_was_written(store: QueueStore) -> None:
    fence = await lead(store, "a")
    assert await store.commit(QUEUE, fence, 1, change("t:1"), [])
    await store.release(QUEUE, "a", fence)
    await lead(store, "b")
    assert await store.commit(QUEUE, fence, 1, change("t:1"), [])
    assert not await store.commit(QUEUE, fence, 2, change("t:2"), [])


async def test_the_place_is_by_waiting(store: QueueStore) -> None:
    fence = await lead(store, "a")
    since = {"t:a": 3.5, "t:b": 1.25, "t:c": 2.0}
    assert await store.commit(QUEUE, fence, 1, Change(dict.fromkeys(since, b""), [], since), [])
    assert [(await store.read(QUEUE, [], id))[1] for id in "abc"] == [2, 0, 1]
    assert await store.commit(QUEUE, fence, 2, change(gone=["t:b"]), [])
    assert [(await store.read(QUEUE, [], id))[1] for id in "abc"] == [1, 0, 0]


async def test_an_event_is_kept_until_it_is_taken_in_and_then_is_told(store: QueueStore) -> None:
    assert await store.hand(QUEUE, "b", "x", b"one") is None
    assert await store.hand(QUEUE, "c", "y", b"two:\x00") is None
    assert await store.hand(QUEUE, "b", "x", b"one") is None, "said again"
    assert await store.inbox(QUEUE) == [Handed("x", "b", b"one"), Handed("y", "c", b"two:\x00")]
    assert await store.said(QUEUE, "x") is None
    lease = await store.claim(QUEUE, "a", 60)
    assert lease.handed == 2
    assert await store.commit(QUEUE, lease.fence, 1, NOTHING, [Done("x", "b", b"ok")])
    assert [each.id for each in await store.inbox(QUEUE)] == ["y"]
    assert await store.said(QUEUE, "x") == b"ok"
    assert await store.hand(QUEUE, "b", "x", b"one") == b"ok", "said again"
    assert [each.id for each in await store.inbox(QUEUE)] == ["y"]


async def test_without_the_fence_nothing_is_taken_in(store: QueueStore) -> None:
    old = await lead(store, "a")
    await store.release(QUEUE, "a", old)
    await lead(store, "b")
    await store.hand(QUEUE, "c", "x", b"one")
    assert not await store.commit(QUEUE, old, 1, NOTHING, [Done("x", "c", b"ok")])
    assert [each.id for each in await store.inbox(QUEUE)] == ["x"]
    assert await store.said(QUEUE, "x") is None


async def test_an_event_is_taken_back_or_it_was_too_late(store: QueueStore) -> None:
    fence = await lead(store, "a")
    for id in "xy":
        await store.hand(QUEUE, "b", id, b"one")
    assert await store.withdraw(QUEUE, "x") is None
    assert await store.commit(QUEUE, fence, 1, NOTHING, [Done("y", "b", b"ok")])
    assert await store.withdraw(QUEUE, "y") == b"ok"
    assert await store.inbox(QUEUE) == []


async def test_the_inbox_is_bounded(store: QueueStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_store, "INBOX", 2)
    for id in "xyx":
        await store.hand(QUEUE, "b", id, b"one")
    with pytest.raises(Full):
        await store.hand(QUEUE, "b", "z", b"one")
    await store.withdraw(QUEUE, "y")
    assert await store.hand(QUEUE, "b", "z", b"one") is None


async def test_the_writer_is_woken_and_the_sender_told(store: QueueStore) -> None:
    heard: dict[str, list[tuple[str, str, bytes | None]]] = {"a": [], "b": []}
    ready = {node: asyncio.Event() for node in heard}
    ears = [
        asyncio.create_task(store.listen(node, lambda *told, to=told: to.append(told), ready[node]))
        for node, told in heard.items()
    ]
    try:
        async with asyncio.timeout(5):
            await asyncio.gather(*[each.wait() for each in ready.values()])
        fence = await lead(store, "a")
        await store.hand(QUEUE, "b", "x", b"one")
        await auntil(lambda: heard["a"] == [(QUEUE, "", None)])
        await store.commit(QUEUE, fence, 1, NOTHING, [Done("x", "b", b"ok")])
        await auntil(lambda: heard["b"] == [(QUEUE, "x", b"ok")])
    finally:
        for ear in ears:
            ear.cancel()
        await asyncio.gather(*ears, return_exceptions=True)


async def test_queues_with_a_writer_are_listed(store: QueueStore) -> None:
    assert await store.queues() == []
    await lead(store, "a")
    assert await store.queues() == [QUEUE]
    await store.unlist(QUEUE)
    assert await store.queues() == []
