"""Computer players and their strikes, with a pool that answers what the test says."""

import asyncio
from collections import deque
from typing import Any, cast

import msgspec
import pytest

from matches.directory import Live
from matches.engine import inputs as inp
from matches.engine import registry
from matches.engine.match import Match
from matches.engine.setup import Seat, Setup
from matches.host import thinking
from matches.host.bots import UNASKED, BotPool, Done, Said
from matches.host.fanout import Fanout
from matches.host.hosted import Hosted
from matches.host.thinking import STRIKES, Thinking
from matches.host.watchdog import Watchdog
from tests.support.waiting import auntil

GOOD = msgspec.msgpack.encode({"evil": False})
EVIL = msgspec.msgpack.encode({"evil": True})


class Pool:
    """Thoughts that wait for their answer."""

    def __init__(self) -> None:
        self.asked: deque[Done] = deque()

    def think(self, game: str, seat: int, level: int, view: bytes, seed: int, done: Done) -> None:
        self.asked.append(done)


class Table:
    """A match of a player (seat 0) against a computer that is on turn, stepped as a host does."""

    def __init__(self) -> None:
        game = registry.get("hostile-fool")
        seats = [Seat("ann", "Ann", 0), Seat(None, "Computer", 1, bot=1)]
        setup = Setup("m", game.name, "standard", game.version, seats, bytes(32), False, 0)
        live = Live("m", "n", 1, game.name, "standard", game.version, ["ann", None], False, 0, "open")
        match = Match.create(game, setup)
        self.hosted = Hosted(live, match, 0, Fanout("m", [(1, 0)], lambda *_: None), 0.0, Watchdog().on("m"))
        self.pool = Pool()
        self.thinking = Thinking(
            cast("BotPool", self.pool), lambda hosted: hosted.match.time, lambda h, said: h.inbox.append(said)
        )
        self.number = 0
        self.hosted.inbox = [inp.Join(0, 1, 0)]
        self.confirm()
        self.play()

    def play(self) -> None:
        """The player's move."""
        self.number += 1
        self.hosted.inbox.append(inp.Moved(0, 1, self.number, 0, GOOD))
        self.confirm()

    def confirm(self) -> None:
        """A step with all that waits, and its record."""
        said, self.hosted.inbox = self.hosted.inbox, []
        step = self.hosted.match.step(self.hosted.match.time + 1, said)
        for refusal in step.refusals:
            if not refusal.number:
                self.thinking.refused(self.hosted, refusal.seat)
        self.thinking.ask(self.hosted)

    def answer(self, said: Said) -> None:
        """The pool's one thought comes to this."""
        (done,) = self.pool.asked
        self.pool.asked.clear()
        done(said)

    @property
    def gone(self) -> bool:
        return any(isinstance(said, inp.BotGone) for said in self.hosted.inbox)


def test_refused_moves_are_strikes_and_the_seat_is_given_up() -> None:
    table = Table()
    for _ in range(STRIKES):
        assert not table.gone
        table.answer(EVIL)
        table.confirm()
    assert table.gone
    assert not table.pool.asked
    table.confirm()
    assert table.hosted.match.over
    assert table.hosted.match.fates == ["stayed", "gone"]


def test_a_move_that_was_applied_clears_the_strikes() -> None:
    table = Table()
    for _ in range(3):
        for _ in range(STRIKES - 1):
            table.answer(EVIL)
            table.confirm()
        table.answer(GOOD)
        table.confirm()
        assert table.hosted.strikes == {}
        table.play()
    assert not table.gone


def test_no_answer_is_a_strike_too() -> None:
    table = Table()
    table.answer(None)
    table.answer(None)
    table.answer(EVIL)
    table.confirm()
    assert table.gone


def test_a_seat_is_not_asked_again_while_its_move_is_under_way() -> None:
    table = Table()
    hosted: Any = table.hosted
    hosted.step = hosted.match.step(hosted.match.time + 1, [])  # a record of its own is under way
    table.answer(GOOD)
    hosted.step = None
    table.thinking.ask(table.hosted)
    assert not table.pool.asked
    table.confirm()
    assert table.hosted.match.state.moves == 2


def test_a_move_that_was_forgotten_with_the_logs_tail_is_asked_for_again() -> None:
    table = Table()
    table.answer(GOOD)
    table.hosted.inbox = []
    table.hosted.restart(2)
    table.thinking.ask(table.hosted)
    assert len(table.pool.asked) == 1


async def test_who_was_not_asked_is_asked_later_without_a_strike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thinking, "PAUSE", 0.02)
    table = Table()
    for _ in range(3 * STRIKES):
        table.answer(UNASKED)
        table.thinking.ask(table.hosted)
        assert not table.pool.asked
        async with asyncio.timeout(5):
            await auntil(lambda: table.pool.asked)
    assert table.hosted.strikes == {}
    assert not table.gone
    table.answer(GOOD)
    table.confirm()
    assert table.hosted.match.state.moves == 2
