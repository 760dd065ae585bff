"""Connect four: drop discs, four in a row win."""

from typing import ClassVar

import msgspec

from matches.engine.game import (
    FischerClock,
    Game,
    IllegalMove,
    Mode,
    Random,
    Result,
    Seats,
    Table,
    Turns,
    draw,
    win,
)
from matches.engine.registry import register
from matches.games import connect_four_search as search

COLUMNS = search.COLUMNS
ROWS = search.ROWS


class Move(msgspec.Struct):
    """The column a disc falls into, 0..6 from the left."""

    column: int


class State(msgspec.Struct):
    """`board`: per column the discs from the bottom up, each the seat that dropped it.

    `line`: the four winning places as [column, row], empty before. `last`: where the latest disc lies.
    """

    board: list[list[int]]
    turn: int = 0
    last: list[int] = []
    line: list[list[int]] = []


@register
class ConnectFour(Game[State, Move]):
    """Two seats drop discs in turn; four of a kind in a row, upright, level or slanting, win."""

    name = "connect-four"
    title = "Connect Four"
    seats = Seats(2)
    pace = Turns(FischerClock(seconds=180, increment=2))
    modes: ClassVar = {
        "standard": Mode(),
        "blitz": Mode(pace=Turns(FischerClock(seconds=60, increment=1))),
    }
    bots = 2

    def setup(self, table: Table) -> State:
        return State(board=[[] for _ in range(COLUMNS)])

    def play(self, state: State, seat: int, move: Move, table: Table) -> None:
        if not 0 <= move.column < COLUMNS:
            raise IllegalMove(f"There are columns 0 to {COLUMNS - 1}.")
        column = state.board[move.column]
        if len(column) == ROWS:
            raise IllegalMove("This column is full.")
        column.append(seat)
        state.last = [move.column, len(column) - 1]
        state.line = search.line(state.board, move.column)
        state.turn = 1 - seat

    def result(self, state: State, table: Table) -> Result | None:
        if state.line:
            column, row = state.line[0]
            return win(state.board[column][row], 2, "four in a row")
        if all(len(column) == ROWS for column in state.board):
            return draw(2, "board full")
        return None

    def bot(self, view: State, seat: int, random: Random, level: int) -> Move | None:
        """Wins where it can, blocks where it must; level 1 else plays at random, level 2 looks ahead."""
        columns = search.sensible(view.board, seat)
        if len(columns) > 1 and level >= 2:
            columns = search.best(view.board, seat, columns)
        return Move(random.choice(columns)) if columns else None
