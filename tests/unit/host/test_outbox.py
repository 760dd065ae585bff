"""The bound of a socket's queue: what is conflated, what closes, what never grows."""

import asyncio

import pytest

from matches.host.outbox import MAX_BYTES, MAX_MESSAGES, MAX_UNSEEN, Outbox, TooSlow


class Wire:
    """A socket that takes frames only while its gate is open."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.written: list[bytes] = []
        self.asked = 0

    async def write(self, data: bytes) -> None:
        await self.gate.wait()
        self.written.append(data)

    def ask(self) -> None:
        self.asked += 1


@pytest.fixture
async def wire() -> Wire:
    return Wire()


async def test_in_order(wire: Wire) -> None:
    outbox = Outbox(wire.write, wire.ask)
    task = asyncio.create_task(outbox.run())
    wire.gate.set()
    outbox.put(b"welcome")
    outbox.put_keyframe(b"key")
    for n in range(5):
        outbox.put_frame(b"%d" % n)
    await outbox.flush(1)
    assert wire.written == [b"welcome", b"key", b"0", b"1", b"2", b"3", b"4"]
    assert wire.asked == 0
    task.cancel()


async def test_frames_are_conflated_into_a_keyframe(wire: Wire) -> None:
    outbox = Outbox(wire.write, wire.ask)
    task = asyncio.create_task(outbox.run())
    for n in range(MAX_MESSAGES * 3):
        outbox.put_frame(b"%d" % n)
    outbox.put(b"must arrive")
    assert outbox.waiting <= MAX_MESSAGES
    wire.gate.set()
    await outbox.flush(1)
    assert wire.written == [b"0", b"must arrive"]
    assert wire.asked == 1
    outbox.put_frame(b"not yet")
    outbox.put_keyframe(b"key")
    outbox.put_frame(b"after")
    await outbox.flush(1)
    assert wire.written == [b"0", b"must arrive", b"key", b"after"]
    task.cancel()


async def test_what_is_being_written_stays(wire: Wire) -> None:
    outbox = Outbox(wire.write, wire.ask)
    task = asyncio.create_task(outbox.run())
    outbox.put(b"first")
    await asyncio.sleep(0)  # the writer has taken it and waits at the gate
    for n in range(MAX_MESSAGES + 1):
        outbox.put_frame(b"%d" % n)
    wire.gate.set()
    await outbox.flush(1)
    assert wire.written == [b"first"]
    task.cancel()


async def test_what_must_arrive_closes_past_the_bound(wire: Wire) -> None:
    outbox = Outbox(wire.write, wire.ask)
    with pytest.raises(TooSlow):
        for _ in range(MAX_MESSAGES * 3):
            outbox.put(b"x")
    big = Outbox(wire.write, wire.ask)
    with pytest.raises(TooSlow):
        for _ in range(40):
            big.put(b"x" * (MAX_BYTES // 10))


async def test_a_client_that_says_nothing_of_what_it_saw_is_conflated(wire: Wire) -> None:
    """The kernel takes small frames for half an hour; the client's word is what counts."""
    outbox = Outbox(wire.write, wire.ask)
    task = asyncio.create_task(outbox.run())
    wire.gate.set()
    for n in range(1, MAX_UNSEEN + 10):
        outbox.put_frame(b"%d" % n, n)
        await asyncio.sleep(0)
    await outbox.flush(1)
    assert len(wire.written) <= MAX_UNSEEN
    assert wire.asked == 0
    outbox.seen(MAX_UNSEEN // 2)
    assert wire.asked == 1
    task.cancel()
