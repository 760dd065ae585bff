"""An honest game with hidden hands, chance, an alarm, teams, and a play that gives up halfway."""

from typing import ClassVar

import msgspec

from matches.engine.game import Game, IllegalMove, Mode, Random, Result, Seats, Table
from matches.engine.registry import register

HAND = 4
PATIENCE = 10_000


class Move(msgspec.Struct):
    """Which card of the hand to lay."""

    index: int


class State(msgspec.Struct):
    """`laid`: per seat the card of this trick, None before; `out`: seats that are gone."""

    hands: list[list[int]]
    laid: list[int | None]
    points: list[int]
    out: list[int]
    turn: int | None = 0


class Seen(msgspec.Struct):
    """What a seat knows: its own hand, how many cards the others hold, what lies on the table."""

    hand: list[int]
    counts: list[int]
    laid: list[int | None]
    points: list[int]
    turn: int | None


@register
class HighCard(Game[State, Move]):
    """Each lays a card in turn; the highest takes the trick."""

    name = "high-card"
    seats = Seats(2, 4)
    modes: ClassVar = {"standard": Mode(), "pairs": Mode(seats=Seats(4), team_size=2)}
    bots = 1
    grace = 5

    def setup(self, table: Table) -> State:
        deck = list(range(1, HAND * table.seats + 1))
        table.random.shuffle(deck)
        table.wake_at(table.time + PATIENCE)
        hands = [sorted(deck[seat :: table.seats]) for seat in range(table.seats)]
        return State(hands, [None] * table.seats, [0] * table.seats, [])

    def play(self, state: State, seat: int, move: Move, table: Table) -> None:
        # the state is changed, chance taken and an event told before the move is judged
        state.points[seat] += 1000 + table.random.below(6)
        table.emit("reached")
        table.wake_at(table.time + PATIENCE)
        if not 0 <= move.index < len(state.hands[seat]):
            raise IllegalMove("There is no such card.")
        state.points[seat] %= 1000
        state.points[seat] -= state.points[seat] % 10
        self._lay(state, seat, move.index, table)

    def _lay(self, state: State, seat: int, index: int, table: Table) -> None:
        state.laid[seat] = state.hands[seat].pop(index)
        table.emit("laid", {"seat": seat, "card": state.laid[seat]})
        self._pass_on(state, table)

    def _pass_on(self, state: State, table: Table) -> None:
        seats = [seat for seat in range(table.seats) if seat not in state.out]
        waiting = [seat for seat in seats if state.laid[seat] is None and state.hands[seat]]
        if not waiting:
            cards = [(card, seat) for seat, card in enumerate(state.laid) if card is not None]
            if cards:
                state.points[max(cards)[1]] += 10
            state.laid = [None] * table.seats
            waiting = [seat for seat in seats if state.hands[seat]]
        state.turn = waiting[0] if waiting else None

    def woke(self, state: State, table: Table) -> None:
        if state.turn is not None:
            table.wake_at(table.time + PATIENCE)
            self._lay(state, state.turn, table.random.below(len(state.hands[state.turn])), table)

    def left(self, state: State, seat: int, table: Table) -> None:
        state.out.append(seat)
        state.laid[seat] = None
        self._pass_on(state, table)

    def view(self, state: State, seat: int | None) -> Seen:
        hand = [] if seat is None else state.hands[seat]
        return Seen(hand, [len(h) for h in state.hands], state.laid, state.points, state.turn)

    def result(self, state: State, table: Table) -> Result | None:
        if any(hand for seat, hand in enumerate(state.hands) if seat not in state.out):
            return None
        sums = [
            sum(p for p, of in zip(state.points, table.teams, strict=True) if of == team)
            for team in table.teams
        ]
        ranks = sorted(set(sums), reverse=True)
        return Result([ranks.index(total) + 1 for total in sums], list(state.points), "all cards laid")

    def bot(self, view: Seen, seat: int, random: Random, level: int) -> Move | None:
        return Move(random.below(len(view.hand))) if view.hand else None
