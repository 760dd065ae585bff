"""A frame that is written the shortest way is as one that went through all of the outbox's conditions."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from hypothesis import given
from hypothesis import strategies as st

from arcade.infra.direct import SMALL
from matches.host import link, outbox
from matches.host.gateway import Viewer
from matches.host.outbox import NEVER, Outbox
from tests.support.audience import by_no_task, let_in

UNSEEN, MESSAGES = 6, 4
"""In place of the outbox's bounds, so that a few frames come to them."""


@dataclass
class Line:
    """A socket that takes so many messages more, and has a shortest way or not."""

    short: bool
    room: int = 10
    sent: list[bytes] = field(default_factory=list)
    ways: int = 0

    @property
    def blocked(self) -> bool:
        return self.room <= 0

    @property
    def write(self) -> Callable[[int, bytes], None] | None:
        return self._write if self.short and not self.blocked else None

    def _write(self, opcode: int, payload: bytes) -> None:
        assert opcode == 2
        assert len(payload) <= SMALL
        self.ways += 1
        self.send(payload)

    def send(self, payload: bytes) -> None:
        assert not self.blocked
        self.room -= 1
        self.sent.append(payload)


class Side:
    """A gateway with two sockets of one view; what it did is told by `told`."""

    def __init__(self, *, short: bool) -> None:
        self.closes: list[tuple[int, int]] = []
        self.asked = [0, 0]
        self.lines = [Line(short), Line(short)]
        self.viewers = [self._viewer(seat) for seat in range(2)]
        self.gateway = let_in(self.viewers)

    def _viewer(self, seat: int) -> Viewer:
        def ask() -> None:
            self.asked[seat] += 1

        box = Outbox(by_no_task, ask, self.lines[seat])
        return Viewer("m", f"p{seat}", seat, box, lambda code: self.closes.append((seat, code)))

    def fan(self, seq: int, prev: int | None, epoch: int, size: int, refused: int | None) -> None:
        told = [] if refused is None else [(self.viewers[refused].conn, b"refused")]
        self.gateway.fan("m", "*", seq, b"%d/%d" % (epoch, seq) + bytes(size), told, prev, epoch)

    def keyframe(self, seat: int, seq: int, epoch: int) -> None:
        self.gateway.receive(link.Direct("m", self.viewers[seat].conn, b"anew", seq, [], epoch))

    def must(self, seat: int) -> None:
        self.gateway.receive(link.Direct("m", self.viewers[seat].conn, b"must"))

    def seen(self, seat: int, seq: int) -> None:
        self.viewers[seat].outbox.seen(seq)

    def takes(self, seat: int, count: int) -> None:
        self.lines[seat].room = count

    def drains(self, seat: int) -> None:
        if not self.lines[seat].blocked:
            self.viewers[seat].outbox.drain()

    @property
    def told(self) -> Any:
        boxes = [viewer.outbox for viewer in self.viewers]
        return (
            [line.sent for line in self.lines],
            [(box.seq, box.written, box.waiting, box.clear) for box in boxes],
            [viewer.latest for viewer in self.viewers],
            self.closes,
            self.asked,
        )


SEAT = st.integers(0, 1)
FRAME = st.tuples(st.just("next"), st.sampled_from([5, 5, 5, 5, 4, 6]), st.sampled_from([0, 0, 0, SMALL]))
HAPPENING = st.one_of(
    FRAME,
    FRAME,
    FRAME,
    st.just(("lost",)),
    st.just(("old",)),
    st.tuples(st.just("refused"), SEAT),
    st.tuples(st.just("keyframe"), SEAT, st.integers(5, 6)),
    st.tuples(st.just("must"), SEAT),
    st.tuples(st.just("seen"), SEAT, st.integers(-3, 2)),
    st.tuples(st.just("again"), st.integers(0, 3)),
    st.tuples(st.just("takes"), SEAT, st.sampled_from([0, 1, 2, 50])),
    st.tuples(st.just("drains"), SEAT),
)


async def both(happenings: list[Any]) -> int:
    """Lets it happen to both, with the shortest way and without; returns how often that was gone."""
    short, long = Side(short=True), Side(short=False)
    seq = 1
    for happening in happenings:
        match happening:
            case ("next", epoch, size):
                seq += 1
                do = lambda side, s=seq, e=epoch, n=size: side.fan(s, s - 1, e, n, None)  # noqa: E731
            case ("refused", seat):
                seq += 1
                do = lambda side, s=seq, w=seat: side.fan(s, s - 1, 5, 0, w)  # noqa: E731
            case ("old",):
                seq += 1
                do = lambda side, s=seq: side.fan(s, None, 0, 0, None)  # noqa: E731
            case ("lost",):
                seq += 1
                continue
            case ("keyframe", seat, epoch):
                do = lambda side, w=seat, s=seq, e=epoch: side.keyframe(w, s, e)  # noqa: E731
            case ("must", seat):
                do = lambda side, w=seat: side.must(w)  # noqa: E731
            case ("seen", seat, by):
                do = lambda side, w=seat, s=seq + by: side.seen(w, s)  # noqa: E731
            case ("again", back):
                do = lambda side, s=seq - back: side.fan(s, s - 1, 5, 0, None)  # noqa: E731
            case ("takes", seat, count):
                do = lambda side, w=seat, n=count: side.takes(w, n)  # noqa: E731
            case ("drains", seat):
                do = lambda side, w=seat: side.drains(w)  # noqa: E731
        for side in (short, long):
            do(side)
            for viewer in side.viewers:
                box = viewer.outbox
                assert box.clear == NEVER or not (box.waiting or box._stale), happening
        assert short.told == long.told, happening
    return sum(line.ways for line in short.lines)


@given(st.lists(HAPPENING, max_size=60))
def test_both_ways_do_the_same(happenings: list[Any]) -> None:
    with (
        mock.patch.object(outbox, "MAX_UNSEEN", UNSEEN),
        mock.patch.object(outbox, "MAX_MESSAGES", MESSAGES),
    ):
        asyncio.run(both(happenings))


def test_nothing_overtakes_what_waits() -> None:
    asyncio.run(both([("takes", 0, 0), ("next", 5, 0), ("takes", 0, 9), ("next", 5, 0), ("drains", 0)]))


def test_nothing_goes_out_before_a_keyframe_that_is_due() -> None:
    with mock.patch.object(outbox, "MAX_UNSEEN", UNSEEN):
        asyncio.run(both([*[("next", 5, 0)] * (UNSEEN + 2), ("again", 0), ("seen", 0, -4), ("next", 5, 0)]))


def test_the_shortest_way_is_gone() -> None:
    assert asyncio.run(both([("next", 5, 0)] * 5)) == 10
    assert asyncio.run(both([("next", 5, SMALL)] * 5)) == 0
