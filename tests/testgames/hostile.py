"""Games that break: harmless until a move says `evil`, then each in its own way."""

import os
from typing import Any, ClassVar

import msgspec

from matches.engine.game import Game, IllegalMove, Mode, Random, Result, Seats, Table, draw
from matches.engine.registry import register


class Move(msgspec.Struct):
    """A move that counts, or does the game's worst."""

    evil: bool = False


class State(msgspec.Struct):
    """`count`: moves made; twenty end the match."""

    count: int = 0
    turn: int = 0
    evil: bool = False
    heap: list[int] = []


class Hostile(Game[State, Move]):
    """The harmless part."""

    seats = Seats(2)
    modes: ClassVar = {"standard": Mode(rated=False)}
    bots = 1

    def setup(self, table: Table) -> State:
        return State()

    def play(self, state: State, seat: int, move: Move, table: Table) -> None:
        state.count += 1
        state.turn = 1 - seat
        state.evil = move.evil
        if move.evil:
            self.worst(state, table)

    def worst(self, state: State, table: Table) -> None:
        """What an evil move does."""

    def result(self, state: State, table: Table) -> Result | None:
        return draw(2, "enough") if state.count >= 20 else None

    def bot(self, view: Any, seat: int, random: Random, level: int) -> Move | None:
        return Move()


@register
class Loops(Hostile):
    name = "hostile-loops"

    def worst(self, state: State, table: Table) -> None:
        while True:
            pass


@register
class Swallows(Hostile):
    """Loops, and catches whatever an `except Exception` can."""

    name = "hostile-swallows"

    def worst(self, state: State, table: Table) -> None:
        while True:
            try:
                while True:
                    pass
            except Exception:
                continue


@register
class Grows(Hostile):
    """Grows by 30,000 numbers with every evil move."""

    name = "hostile-grows"

    def worst(self, state: State, table: Table) -> None:
        state.heap = state.heap + [0] * 30_000


@register
class Raises(Hostile):
    name = "hostile-raises"

    def worst(self, state: State, table: Table) -> None:
        raise RuntimeError("the rules are broken")


@register
class Exits(Hostile):
    name = "hostile-exits"

    def worst(self, state: State, table: Table) -> None:
        raise SystemExit(1)


@register
class Dies(Hostile):
    """Ends the whole process. Either seat may move at any time."""

    name = "hostile-dies"

    def turn(self, state: State) -> int | None:
        return None

    def worst(self, state: State, table: Table) -> None:
        os._exit(3)


@register
class Recurses(Hostile):
    name = "hostile-recurses"

    def worst(self, state: State, table: Table) -> None:
        self.worst(state, table)


@register
class Shouts(Hostile):
    """Emits events without end."""

    name = "hostile-shouts"

    def worst(self, state: State, table: Table) -> None:
        while True:
            table.emit("noise", "x" * 1000)


@register
class Wakes(Hostile):
    """Wakes itself without end."""

    name = "hostile-wakes"

    def worst(self, state: State, table: Table) -> None:
        table.wake_at(table.time)

    def woke(self, state: State, table: Table) -> None:
        table.wake_at(table.time)


@register
class Mistypes(Hostile):
    """Puts something into its state that is not as declared, and breaks only on the next move."""

    name = "hostile-mistypes"

    def worst(self, state: State, table: Table) -> None:
        state.count = "many"  # type: ignore[assignment]

    def result(self, state: State, table: Table) -> Result | None:
        return None


@register
class BadView(Hostile):
    name = "hostile-view"

    def view(self, state: State, seat: int | None) -> Any:
        if state.evil:
            raise RuntimeError("the view is broken")
        return state


@register
class BadResult(Hostile):
    name = "hostile-result"

    def result(self, state: State, table: Table) -> Result | None:
        if state.evil:
            raise IllegalMove("not from here")
        return super().result(state, table)


@register
class WrongResult(Hostile):
    name = "hostile-wrong-result"

    def result(self, state: State, table: Table) -> Result | None:
        return Result([1, 2, 3]) if state.evil else super().result(state, table)


@register
class WrongTurn(Hostile):
    name = "hostile-wrong-turn"

    def turn(self, state: State) -> int | None:
        return 7 if state.evil else state.turn


@register
class BadSetup(Hostile):
    name = "hostile-setup"

    def setup(self, table: Table) -> State:
        raise RuntimeError("the setup is broken")


@register
class StuckBot(Hostile):
    """Its computer player never answers."""

    name = "hostile-bot"

    def bot(self, view: Any, seat: int, random: Random, level: int) -> Move | None:
        while True:
            pass


@register
class GreedyBot(Hostile):
    """Its computer player takes more memory than there is."""

    name = "hostile-greedy"

    def turn(self, state: State) -> int | None:
        return state.turn

    def bot(self, view: Any, seat: int, random: Random, level: int) -> Move | None:
        hoard = []
        while True:
            hoard.append(bytes(64 << 20))  # zeros, which the system gives on credit


@register
class FoolBot(Hostile):
    """Its computer player knows one move, and that one is against the rules."""

    name = "hostile-fool"

    def play(self, state: State, seat: int, move: Move, table: Table) -> None:
        if move.evil:
            raise IllegalMove("never")
        super().play(state, seat, move, table)

    def turn(self, state: State) -> int | None:
        return state.turn

    def bot(self, view: Any, seat: int, random: Random, level: int) -> Move | None:
        return Move(evil=True)


@register
class ExitView(Hostile):
    name = "hostile-exit-view"

    def view(self, state: State, seat: int | None) -> Any:
        if state.evil:
            raise SystemExit(3)
        return state


@register
class Moody(Hostile):
    """Its view is endless, once, for each of the seats in `endless`."""

    name = "hostile-moody"
    endless: ClassVar[set[int | None]] = set()

    def turn(self, state: State) -> int | None:
        return state.turn

    def view(self, state: State, seat: int | None) -> Any:
        if seat in self.endless:
            self.endless.discard(seat)
            while True:
                pass
        return state
