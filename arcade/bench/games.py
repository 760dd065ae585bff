"""What only a bench needs of a node: a turn game that goes on for ever, and moves as fast as they come.

A node has it where `ARCADE_APPS` names `arcade.bench`.
"""

from typing import ClassVar

from matches.engine.game import Mode, Result, Table
from matches.engine.registry import register
from matches.games.connect_four import COLUMNS, ROWS, ConnectFour, Move, State
from protocol import messages as wire


@register
class EndlessFour(ConnectFour):
    """Connect four that nobody wins, on a board that is emptied when it is full."""

    name = "endless-four"
    title = "Endless four"
    modes: ClassVar = {"standard": Mode(rated=False)}

    def play(self, state: State, seat: int, move: Move, table: Table) -> None:
        super().play(state, seat, move, table)
        if all(len(column) == ROWS for column in state.board):
            state.board = [[] for _ in range(COLUMNS)]

    def result(self, state: State, table: Table) -> Result | None:
        return None


wire.Move.budget = wire.Budget(rate=100_000, burst=100_000)
