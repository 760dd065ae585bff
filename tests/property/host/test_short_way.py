"""The short way of a move (`MatchConsumer.play`) and the long one (`receive`) come to the same."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arcade.infra.metrics import metrics
from matches.host import place, reception
from protocol import messages as wire
from tests.support.table import Player, Table, pack

RUNS = [pack({"dx": dx, "dy": dy}) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
ODD = [
    pack({"value": 1}),
    pack({"value": -1}),
    pack({"dx": 2, "dy": 0}),
    pack(None),
    pack(5),
    pack({"dx": 0.5, "dy": float("nan")}),
    pack({"dx": 1, "dy": 1, "more": "x" * 30}),
    pack("x" * 2000),
    pack(b"binary"),
    pack(msgspec.msgpack.Ext(1, b"x")),
    b"\x81\x01\x02",
    b"\x91" * 20 + b"\xc0",
    pack({"dx": 1, "dy": 1}) + b"\xc0",
    pack({"dx": 1, "dy": 1})[:-1],
    b"",
    b"\xc1",
    pack("x" * 17_000),
]
WIDTHS = [b"\xcc", b"\xcd", b"\xce", b"\xcf", b"\xd0", b"\xd1", b"\xd2", b"\xd3"]


def numbered(number: int, head: bytes, move: bytes) -> bytes:
    """A move whose number has this head, or the shortest one where it does not fit."""
    size = 1 << WIDTHS.index(head) % 4 if head else 0
    try:
        wide = head + number.to_bytes(size, "big", signed=head >= b"\xd0") if head else pack(number)
    except OverflowError:
        wide = pack(number)
    return b"\x93\x02" + wide + move


aside = st.sampled_from([0] * 12 + [-1, 1, 2**40, -(10**6)])
moves = st.tuples(
    st.just("move"), aside, st.sampled_from([b""] * 8 + WIDTHS), st.sampled_from(RUNS * 4 + ODD)
)
others = st.tuples(
    st.just("say"),
    st.sampled_from(
        [
            wire.Ping(3),
            wire.Seen(2),
            wire.Resync(4, 5, 1),
            wire.Hello(9, 7),
            wire.Draw(0, "offer"),
            wire.Resign(0),
        ]
    ),
    aside,
)
garbage = st.tuples(
    st.just("raw"),
    st.one_of(
        st.binary(max_size=8),
        st.binary(max_size=12).map(b"\x93\x02".__add__),
        st.sampled_from(["", "[2,1,{}]", "\x93\x02\x01", b"\x94\x02\x01\xc0\xc0", b"\x92\x02\x01"]),
    ),
)
almost = st.tuples(
    st.just("begun"),
    st.sampled_from([b"\x92\x02", b"\x94\x02", b"\x93\x03", b"\xdc\x00\x03\x02", b"\x93\x82"]),
)
passing = st.tuples(st.just("pass"), st.sampled_from([0.0, 0.001, 0.01, 0.05, 0.05, 0.3, 3.0]))
flood = st.tuples(st.just("flood"), st.integers(2, 12))
seat = st.integers(0, 1)
acts = st.lists(
    st.tuples(seat, st.one_of(moves, moves, moves, passing, passing, others, garbage, almost, flood)),
    max_size=40,
)


class Side:
    """One of two tables that hear the same. `short`: its players are on our own server."""

    def __init__(self, game: str, mode: str, short: bool) -> None:
        self.table = Table(game, mode)
        self.short = short
        self.counted = 0

    def do(self, who: int, act: Any) -> None:
        before = metrics.moves.n
        self._do(who, act)
        self.counted += metrics.moves.n - before

    def _do(self, who: int, act: Any) -> None:
        player = self.table.players[who]
        match act:
            case "move", aside, head, move:
                self.hear(player, numbered(self.next(who) + aside, head, move))
            case "say", wire.Draw() | wire.Resign() as said, aside:
                number = max(0, self.next(who) + aside)
                self.hear(player, pack(msgspec.structs.replace(said, number=number)))
            case "say", said, _:
                self.hear(player, pack(said))
            case "begun", head:
                self.hear(player, head + numbered(self.next(who), b"", RUNS[0])[2:])
            case "raw", data:
                self.hear(player, data)
            case "flood", count:
                for _ in range(count):
                    self.hear(player, numbered(self.next(who), b"", RUNS[0]))
            case "pass", seconds:
                self.table.run(seconds)

    def hear(self, player: Player, data: bytes | str) -> None:
        if self.short:
            player.play(data)
        else:
            self.table.loop.inside(lambda: player.consumer.receive(data))

    def next(self, who: int) -> int:
        """The number that the seat's session has not used yet, nor given away."""
        watcher = self.table.hosted.fanout.seats.get(who)
        return 1 if watcher is None or watcher.place is None else watcher.place.next

    def seen(self) -> Any:
        """All that either way might leave behind."""
        hosted = self.table.hosted
        return [
            self.counted,
            hosted.inbox,
            hosted.match.saved,
            hosted.stage,
            [self.next(0), self.next(1)],
            [
                (p.closed, p.heard, p.consumer.heard, p.consumer._budgets.breaches, buckets(p))
                for p in self.table.players
            ],
        ]


def buckets(player: Player) -> Any:
    return {kind: (b.tokens, b.last) for kind, b in player.consumer._budgets._buckets.items()}


@pytest.fixture(autouse=True, scope="module")
def narrow() -> Any:
    """Bounds that a few messages reach."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wire.Move, "budget", wire.Budget(rate=20, burst=12))
        for module in (place, reception):
            patch.setattr(module, "MAX_INBOX", 10)
        yield


@pytest.mark.parametrize(("game", "mode"), [("arena", "duel"), ("tally", "standard")])
@given(acts=acts)
def test_both_ways_come_to_the_same(game: str, mode: str, acts: list[Any]) -> None:
    sides = [Side(game, mode, short) for short in (True, False)]
    try:
        for who, act in acts:
            for side in sides:
                side.do(who, act)
            assert sides[0].seen() == sides[1].seen(), (who, act)
    finally:
        for side in sides:
            side.table.end()
