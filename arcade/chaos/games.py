"""What only a run of chaos in the lobby needs of a node: a game of five against five that lasts until one
player ends it. A node has it where `ARCADE_APPS` names `arcade.chaos`.
"""

from typing import ClassVar

import msgspec

from matches.engine.game import Game, Mode, Result, Seats, Table
from matches.engine.registry import register

GAME, MODE, TEAM = "brawl", "five", 5


class Move(msgspec.Struct):
    """There is nothing to do."""


class State(msgspec.Struct):
    """There is nothing to know."""

    moves: int = 0


@register
class Brawl(Game[State, Move]):
    """Nobody moves: whoever likes to aborts it."""

    name = GAME
    title = "Brawl"
    seats = Seats(2 * TEAM)
    modes: ClassVar = {MODE: Mode(team_size=TEAM, rated=False)}

    def setup(self, table: Table) -> State:
        return State()

    def play(self, state: State, seat: int, move: Move, table: Table) -> None:
        state.moves += 1

    def result(self, state: State, table: Table) -> Result | None:
        return None
