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


class Line:
    """A socket that is written to at once, while it is open."""

    def __init__(self) -> None:
        self.open = True
        self.written: list[bytes] = []
        self.asked = 0
        self.narrow = False
        """It is blocked by each message."""

    @property
    def blocked(self) -> bool:
        return not self.open

    def send(self, payload: bytes) -> None:
        assert self.open, "nothing is sent to a blocked line"
        self.written.append(payload)
        self.open = not self.narrow

    def ask(self) -> None:
        self.asked += 1

    async def write(self, data: bytes) -> None:
        raise AssertionError("nobody writes by a task here")

    def outbox(self) -> Outbox:
        return Outbox(self.write, self.ask, self)


async def test_at_once_where_the_socket_takes_it() -> None:
    line = Line()
    outbox = line.outbox()
    outbox.put(b"welcome")
    outbox.put_keyframe(b"key", 3)
    outbox.put_frame(b"four", 4, 3)
    assert line.written == [b"welcome", b"key", b"four"]
    assert outbox.waiting == 0
    assert outbox.seq == 4
    await outbox.flush(0)


async def test_blocked_it_queues_and_drains_in_order() -> None:
    line = Line()
    outbox = line.outbox()
    outbox.put_frame(b"0", 0)
    line.open = False
    for n in range(1, 5):
        outbox.put_frame(b"%d" % n, n, n - 1)
    outbox.put(b"must arrive")
    assert outbox.waiting == 5
    line.open = True
    outbox.put(b"not past the others")
    assert line.written == [b"0"]
    flushing = asyncio.create_task(outbox.flush(5))
    await asyncio.sleep(0)
    outbox.drain()
    await flushing
    assert line.written == [b"0", b"1", b"2", b"3", b"4", b"must arrive", b"not past the others"]
    outbox.put_frame(b"5", 5, 4)
    assert line.written[-1] == b"5"
    assert line.asked == 0


async def test_a_socket_that_blocks_again_keeps_the_rest() -> None:
    line = Line()
    outbox = line.outbox()
    line.open = False
    for n in range(3):
        outbox.put(b"%d" % n)

    line.narrow = True
    for n in range(3):
        assert outbox.waiting == 3 - n
        line.open = True
        outbox.drain()
    assert line.written == [b"0", b"1", b"2"]


async def test_blocked_it_conflates_and_asks_for_a_keyframe_once_drained() -> None:
    line = Line()
    outbox = line.outbox()
    outbox.put_frame(b"1", 1, 0)
    line.open = False
    for n in range(2, MAX_MESSAGES * 3):
        outbox.put_frame(b"%d" % n, n, n - 1)
    outbox.put(b"must arrive")
    assert outbox.waiting == 1
    assert outbox.seq == 1, "what the client holds is what was written"
    line.open = True
    outbox.drain()
    assert line.written == [b"1", b"must arrive"]
    assert line.asked == 1
    outbox.put_keyframe(b"key", 900)
    outbox.put_frame(b"901", 901, 900)
    assert line.written[2:] == [b"key", b"901"]


async def test_blocked_past_the_bounds_it_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line()
    line.open = False
    outbox = line.outbox()
    with pytest.raises(TooSlow):
        for _ in range(MAX_MESSAGES * 3):
            outbox.put(b"x")
    big = line.outbox()
    with pytest.raises(TooSlow):
        for _ in range(40):
            big.put(b"x" * (MAX_BYTES // 10))
    old = line.outbox()
    old.put(b"x")
    monkeypatch.setattr("matches.host.outbox.MAX_SECONDS", -1.0)
    with pytest.raises(TooSlow):
        old.put(b"y")
    assert line.written == []


async def test_a_client_that_says_nothing_is_conflated_also_at_once() -> None:
    line = Line()
    outbox = line.outbox()
    for n in range(1, MAX_UNSEEN + 10):
        outbox.put_frame(b"%d" % n, n, n - 1)
    assert len(line.written) == MAX_UNSEEN
    assert line.asked == 0
    outbox.seen(MAX_UNSEEN // 2)
    assert line.asked == 1
