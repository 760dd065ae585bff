"""The arena: run, collect coins, bump rivals so that they drop theirs; 90 seconds unless the room chose
other; most coins win.
"""

from typing import Annotated, ClassVar

import msgspec

from matches.engine.game import Game, Mode, Random, Result, Seats, Table, Ticks
from matches.engine.registry import register
from matches.games import arena_bot
from matches.games.arena_field import (
    RATE,
    SAFE,
    SPOTS,
    Coin,
    Runner,
    bump,
    coins_of,
    collect,
    meetings,
    run,
    scatter,
)

Step = Annotated[int, msgspec.Meta(ge=-1, le=1)]


class Move(msgspec.Struct):
    """Where to run from now on: `dx` -1 left, 1 right; `dy` -1 up, 1 down; kept until changed."""

    dx: Step
    dy: Step


class State(msgspec.Struct):
    """`runners` per seat; `ends`: match time (ms). Places in tenths of a unit; the field is 16000x9000."""

    runners: list[Runner]
    coins: list[Coin]
    ends: int


@register
class Arena(Game[State, Move]):
    """Two to eight runners, each for itself or in teams of two."""

    name = "arena"
    title = "Arena"
    seats = Seats(2, 8)
    pace = Ticks(RATE)
    modes: ClassVar = {
        "duel": Mode(seats=Seats(2)),
        "ffa": Mode(seats=Seats(2, 8)),
        "teams": Mode(seats=Seats(4), team_size=2),
    }
    bots = 2
    backfill = 60

    class Settings(msgspec.Struct, frozen=True):
        """`seconds`: how long a match goes on."""

        seconds: Annotated[int, msgspec.Meta(ge=30, le=300)] = 90

    def setup(self, table: Table) -> State:
        runners = [Runner(x, y, team) for (x, y), team in zip(SPOTS[: table.seats], table.teams, strict=True)]
        state = State(runners, [], table.time + table.settings.seconds * 1000)
        for _ in range(coins_of(table.seats)):
            state.coins.append(scatter(table.random))
        return state

    def play(self, state: State, seat: int, move: Move, table: Table) -> None:
        runner = state.runners[seat]
        runner.dx, runner.dy = move.dx, move.dy

    def tick(self, state: State, table: Table) -> None:
        places = run(state.runners)
        for (_, _, seat, runner), (_, _, other_seat, other) in meetings(places):
            for victim, by, dropped in bump(runner, other, state.coins):
                pair = (seat, other_seat) if victim is runner else (other_seat, seat)
                table.emit("bumped", {"seat": pair[0], "by": pair[1] if by else None, "dropped": dropped})
        for seat, runner in collect(places, state.coins, coins_of(table.seats), table.random):
            table.emit("scored", {"seat": seat, "score": runner.score})

    def left(self, state: State, seat: int, table: Table) -> None:
        runner = state.runners[seat]
        runner.out = True
        runner.dx = runner.dy = runner.kx = runner.ky = 0

    def joined(self, state: State, seat: int, table: Table) -> None:
        """Goes on where the leaver stood, with what he had; for a moment nobody can bump the new one."""
        runner = state.runners[seat]
        runner.out = False
        runner.safe = SAFE

    def result(self, state: State, table: Table) -> Result | None:
        if table.tick < table.settings.seconds * RATE:
            return None
        scores = self.scores(state, table)
        sums = dict.fromkeys(table.teams, 0)
        for score, team in zip(scores, table.teams, strict=True):
            sums[team] += score
        places = [1 + sum(other > sums[team] for other in sums.values()) for team in table.teams]
        return Result(places, scores, "time is up")

    def scores(self, state: State, table: Table) -> list[int]:
        return [runner.score for runner in state.runners]

    def bot(self, view: State, seat: int, random: Random, level: int) -> Move | None:
        """Runs to the nearest coin; level 2 to one it can win, and bumps who carries coins."""
        dx, dy = arena_bot.steer(view.runners, view.coins, seat, random, level)
        runner = view.runners[seat]
        return None if (dx, dy) == (runner.dx, runner.dy) else Move(dx, dy)
