"""The plainest game: everything that was said, in order. Any seat may speak at any time, until it resigns."""

import msgspec

from matches.engine.game import Game, IllegalMove, Result, Seats, Table, win
from matches.engine.registry import register


class Move(msgspec.Struct):
    """A number; those below nought are refused."""

    value: int


class State(msgspec.Struct):
    """Per seat, what it has said."""

    said: list[list[int]]
    left: list[int]


@register
class Tally(Game[State, Move]):
    """Says nothing of who wins: the last one there does."""

    name = "tally"
    seats = Seats(2)
    grace = 100_000

    def setup(self, table: Table) -> State:
        return State([[] for _ in range(table.seats)], [])

    def play(self, state: State, seat: int, move: Move, table: Table) -> None:
        state.said[seat].append(move.value)
        if move.value < 0:
            raise IllegalMove("Nothing below nought.")
        table.emit("said", {"seat": seat, "value": move.value})

    def left(self, state: State, seat: int, table: Table) -> None:
        state.left.append(seat)

    def result(self, state: State, table: Table) -> Result | None:
        here = [seat for seat in range(table.seats) if seat not in state.left]
        return win(here[0], table.seats, "the last one there") if len(here) == 1 else None
