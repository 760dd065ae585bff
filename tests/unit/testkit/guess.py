"""A small game with a secret, and what can be wrong with one."""

import datetime
import time
from typing import Any, ClassVar

import msgspec

from matches.engine.game import Game, IllegalMove, Random, Result, Seats, Table, win


class Move(msgspec.Struct):
    """A number from 0 to 9, to be that of the other."""

    guess: int


class State(msgspec.Struct):
    """`numbers`: each seat's own. `last`: the latest guess. `wins`: who has found the other's."""

    numbers: list[int]
    turn: int = 0
    last: int | None = None
    wins: int | None = None
    noted: list[int] = []


class View(msgspec.Struct):
    """`mine`: the own number, None for who watches."""

    mine: int | None
    turn: int
    last: int | None
    noted: list[int] = []


class Guess(Game[State, Move]):
    """Find the other's number."""

    name = "guess"
    seats = Seats(2)
    bots = 1

    def setup(self, table: Table) -> State:
        return State([table.random.below(10) for _ in range(table.seats)])

    def play(self, state: State, seat: int, move: Move, table: Table) -> None:
        if not 0 <= move.guess <= 9:
            raise IllegalMove("There are numbers from 0 to 9.")
        state.last = move.guess
        if move.guess == state.numbers[1 - seat]:
            state.wins = seat
        state.turn = 1 - seat

    def view(self, state: State, seat: int | None) -> View:
        return View(None if seat is None else state.numbers[seat], state.turn, state.last, list(state.noted))

    def result(self, state: State, table: Table) -> Result | None:
        return None if state.wins is None else win(state.wins, 2, "found")

    def bot(self, view: Any, seat: int, random: Random, level: int) -> Move | None:
        return Move(random.below(10))


def swap(state: State, seat: int | None, random: Random) -> None:
    """The numbers of the others, to be any that the latest guess was not."""
    for other in range(2):
        if other != seat:
            state.numbers[other] = random.choice([n for n in range(10) if n != state.last])


class ByTheClock(Guess):
    def play(self, state: State, seat: int, move: Move, table: Table) -> None:
        super().play(state, seat, move, table)
        state.noted = [int(time.time()) // 86_400]


class ByTheDate(Guess):
    def play(self, state: State, seat: int, move: Move, table: Table) -> None:
        super().play(state, seat, move, table)
        state.noted = [datetime.date.today().year]  # noqa: DTZ011  what is to be found


class Remembering(Guess):
    moves: ClassVar[list[int]] = []

    def play(self, state: State, seat: int, move: Move, table: Table) -> None:
        super().play(state, seat, move, table)
        self.moves.append(move.guess)
        state.noted = [len(self.moves)]


class OutOfOrder(Guess):
    def play(self, state: State, seat: int, move: Move, table: Table) -> None:
        super().play(state, seat, move, table)
        state.noted = [len(word) for word in {"a", "bb", "ccc", "dddd", "eeeee", "ffffff"}]


class Peeking(Guess):
    def view(self, state: State, seat: int | None) -> View:
        state.last = state.last or 0
        return super().view(state, seat)


class Open(Guess):
    def view(self, state: State, seat: int | None) -> View:
        view = super().view(state, seat)
        view.noted = list(state.numbers)
        return view


class ToldByAnEvent(Guess):
    def play(self, state: State, seat: int, move: Move, table: Table) -> None:
        super().play(state, seat, move, table)
        table.emit("played", {"by": state.numbers[seat]})


class ToldByATrace(Guess):
    def play(self, state: State, seat: int, move: Move, table: Table) -> None:
        super().play(state, seat, move, table)
        state.noted = [abs(move.guess - state.numbers[seat])]


class Growing(Guess):
    def play(self, state: State, seat: int, move: Move, table: Table) -> None:
        super().play(state, seat, move, table)
        state.noted = [*state.noted, *range(1_000, 8_000)]


class Slow(Guess):
    def play(self, state: State, seat: int, move: Move, table: Table) -> None:
        super().play(state, seat, move, table)
        until = time.thread_time() + 0.03
        while time.thread_time() < until:
            pass


class BadBot(Guess):
    def bot(self, view: Any, seat: int, random: Random, level: int) -> Move | None:
        return Move(10)


class LazyBot(Guess):
    def bot(self, view: Any, seat: int, random: Random, level: int) -> Move | None:
        return None


class WilfulBot(Guess):
    calls: ClassVar[list[int]] = []

    def bot(self, view: Any, seat: int, random: Random, level: int) -> Move | None:
        self.calls.append(seat)
        return Move(len(self.calls) % 10)


class Narrow(Guess):
    """Its moves are not found by chance."""

    bots = 0

    def play(self, state: State, seat: int, move: Move, table: Table) -> None:
        if move.guess < 1_000:
            raise IllegalMove("Too small.")
        super().play(state, seat, Move(move.guess - 1_000), table)
