"""How a player plays: with the game's own computer player, at a pace of its own."""

import random
from typing import Any

import msgspec

from arcade.chaos.recorder import RecordedMatch
from matches.engine import registry
from matches.engine.declared import declared
from matches.engine.random import SeededRandom

MOST_PENDING = 6


class Pace(msgspec.Struct, frozen=True):
    """What a player plays and how fast: `think` seconds between its moves, from and to."""

    game: str
    mode: str
    seats: int
    think: tuple[float, float]


PACES = {
    "fast": Pace("connect-four", "standard", 2, (0.05, 0.2)),
    "slow": Pace("connect-four", "blitz", 2, (0.3, 1.5)),
    "duel": Pace("arena", "duel", 2, (0.1, 0.3)),
    "ffa": Pace("arena", "ffa", 3, (0.1, 0.3)),
}


class Mind:
    """Of one player. `dice`: whatever it does by chance, seeded by its name."""

    def __init__(self, kind: str, name: str, dice: random.Random) -> None:
        self.pace, self.name, self.dice = PACES[kind], name, dice
        self.game = registry.get(self.pace.game)
        self.random = SeededRandom(self.dice.randbytes(32))
        self.view_type = declared(type(self.game)).view_type or Any
        self._moves = 0

    def think(self) -> float:
        """Seconds until the next move."""
        return self.dice.uniform(*self.pace.think)

    def tires(self) -> bool:
        """Arena matches take 90 s; most are cut short, so that there are more of them."""
        return self.pace.game == "arena" and self.dice.random() < 0.4

    def may_move(self, match: RecordedMatch) -> bool:
        view = match.view
        if not view or view["phase"] != "running" or len(match.session.pending) >= MOST_PENDING:
            return False
        if match.session.ticks:
            return True
        return view["turn"] == match.seat and not match.session.pending

    def move(self, match: RecordedMatch) -> None:
        """The computer player's move, marked so that each is one of its kind; now and then a wrong one."""
        given = msgspec.convert(match.view["game"], type=self.view_type)
        chosen = self.game.bot(given, match.seat or 0, self.random, 1)
        move = msgspec.to_builtins(chosen) if chosen is not None else None
        if move is None:
            if self.pace.game != "arena":
                return
            move = {"dx": self.dice.randint(-1, 1), "dy": self.dice.randint(-1, 1)}
        if self.dice.random() < 0.02:
            move = dict.fromkeys(move, 99)
        self._moves += 1
        match.send({**move, "mark": f"{self.name} {self._moves}"})
