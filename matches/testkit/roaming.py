"""Matches of random legal moves, and of people who now and then go away or give up."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from matches.engine.declared import declared
from matches.engine.game import Game
from matches.engine.inputs import BotMoved, Drop, Input, Join, Moved, Resigned
from matches.engine.match import Step
from matches.engine.random import SeededRandom
from matches.engine.testing import Choose, Drive, anything, make_setup
from matches.testkit.rules import Rules, rules_of, seat_counts

Moves = Callable[[Any, int], Sequence[Any]]
"""`moves(view, seat)`: moves worth trying, the view being what `Game.view` gives this seat."""
Watch = Callable[[Drive, Step], None]

TRIES = 300
"""Moves tried for one that the rules take, where nobody says which they are."""
TURNS, TICKS = 600, 240
"""Steps of a random match, at most."""


class NoMoveFound(AssertionError):
    """Nobody could be found a legal move, so that the match cannot be played at random."""


def by_seed(seed: int) -> Choose:
    """Choices that are always the same for this number."""
    return SeededRandom(seed.to_bytes(32, "big")).below


def random_match(
    game: Rules,
    choose: Choose | int,
    *,
    mode: str | None = None,
    moves: Moves | None = None,
    leavers: bool = True,
    steps: int = 0,
    watch: Watch | None = None,
) -> Drive:
    """A match of any mode, number of seats and settings, played to its end or for `steps`.

    `choose(n)` gives 0..n-1; a number stands for choices of its own. Without `moves` those of the computer
    player are tried, and any of the declared shape; NoMoveFound where that does not do. `leavers`: some go
    away, come back, or give up. `watch` sees each step.
    """
    rules = rules_of(game)
    draw = by_seed(choose) if isinstance(choose, int) else choose
    kind = mode or list(rules.modes)[draw(len(rules.modes))]
    counts = seat_counts(rules, kind)
    settings = _settings(rules, draw) if not draw(3) else None
    setup = make_setup(
        rules,
        kind,
        seats=counts[draw(len(counts))],
        settings=settings,
        seed=bytes(draw(256) for _ in range(32)),
    )
    match = _Roaming(Drive(rules, setup), draw, moves, leavers, watch or (lambda drive, step: None))
    match.play(steps)
    return match.drive


def _settings(game: Game[Any, Any], choose: Choose) -> dict[str, Any] | None:
    if game.Settings is None:
        return None
    given: dict[str, Any] = anything(game.Settings, choose)
    default = msgspec.to_builtins(game.Settings())
    return {name: value for name, value in given.items() if value != default[name]}


class _Roaming:
    def __init__(
        self, drive: Drive, choose: Choose, moves: Moves | None, leavers: bool, watch: Watch
    ) -> None:
        self.drive, self.choose, self.moves, self.watch = drive, choose, moves, watch
        self.leavers = leavers
        self.views = declared(type(drive.game)).views

    def play(self, steps: int) -> None:
        drive = self.drive
        self.watch(drive, drive.join())
        most = steps or (TICKS if drive.match.rate else TURNS)
        for _ in range(most):
            if drive.match.over:
                return
            if drive.match.rate:
                self._tick()
            else:
                self._turn()

    def _tick(self) -> None:
        drive = self.drive
        after = round(1000 / drive.match.rate)
        here = [n for n, seat in enumerate(drive.match.state.seats) if seat.status == "here"]
        said = [drive.moved(seat, self._move(seat), after) for seat in here if not self.choose(3)]
        self._step(*said, *self._other(), after=after)

    def _turn(self) -> None:
        drive = self.drive
        if other := self._other():
            self._step(*other)
            return
        due = drive.match.next_wake(drive.now)
        turn = drive.match.turn()
        here = [n for n, seat in enumerate(drive.match.state.seats) if seat.status == "here"]
        movers = [turn] if turn in here else here if turn is None else []
        if due is not None and (not movers or not self.choose(40)):
            self._step(after=max(1, due - drive.now))
            return
        first = self.choose(len(movers)) if movers else 0
        for mover in movers[first:] + movers[:first]:
            if self._moved(mover, TRIES if mover == turn else TRIES // 10):
                return
        if due is None:
            raise NoMoveFound(self._lost(turn))
        self._step(after=max(1, due - drive.now))

    def _moved(self, seat: int, tries: int) -> bool:
        """Whether the rules took a move of this seat; those they refuse are in the log as well."""
        listed = self._listed(seat)
        for _ in range(tries if listed is None else min(tries, 3 * len(listed))):
            move = self._move(seat) if listed is None else _packed(listed[self.choose(len(listed))])
            step = self._step(self.drive.moved(seat, move))
            if not step.refusals or self.drive.match.over:
                return True
        return False

    def _lost(self, turn: int | None) -> str:
        who = "no seat" if turn is None else f"seat {turn}, whose turn it is,"
        name = self.drive.game.name
        if self.moves is not None:
            return f"{name}: {who} has a legal move among those that moves(view, seat) gives; no alarm is set"
        return (
            f"{name}: of {TRIES} random moves {who} had a legal one; tell which are worth trying: "
            "moves(view, seat), or define bot()"
        )

    def _listed(self, seat: int) -> Sequence[Any] | None:
        if self.moves is None:
            return None
        return self.moves(self.views.decode(self.drive.match.bot_view(seat)), seat)

    def _move(self, seat: int) -> bytes:
        if listed := self._listed(seat):
            return _packed(listed[self.choose(len(listed))])
        return self.drive.any_move(self.choose, seat)

    def _other(self) -> list[Input]:
        """Now and then somebody goes, comes back, or gives up."""
        drive = self.drive
        if not self.leavers or self.choose(12):
            return []
        seat = self.choose(len(drive.match.setup.seats))
        status, now = drive.match.state.seats[seat].status, drive.now
        if status == "dropped":
            return [Join(seat, 1 + seat, now)]
        if status != "here":
            return []
        if not self.choose(8):
            return [Resigned(seat, 1 + seat, drive.number(seat), now, True)]
        return [Drop(seat, now)] if not self.choose(3) else []

    def _step(self, *said: Input, after: int = 10) -> Step:
        step = self.drive.step(*said, after=after)
        self.watch(self.drive, step)
        return step


def _packed(move: Any) -> bytes:
    return msgspec.msgpack.encode(move)


def moves_in(inputs: Sequence[Input]) -> list[Moved | BotMoved]:
    """The moves among a step's inputs."""
    return [each for each in inputs if isinstance(each, Moved | BotMoved)]
