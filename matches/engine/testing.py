"""A kit to test rules with: make a match, drive it at random, keep its log.

`choose(n)` gives 0..n-1: hand in `SeededRandom(key).below`, or draw from a property-testing library, whose
shrinking then makes the log that fails a short one.
"""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import inspect

from matches.engine.declared import declared, mode_of, refill_of, seats_of
from matches.engine.game import Game
from matches.engine.inputs import (
    AbortAsked,
    BotMoved,
    DrawSaid,
    Drop,
    Input,
    Join,
    Moved,
    RematchSaid,
    Resigned,
    Taken,
)
from matches.engine.match import Match, Step
from matches.engine.random import SeededRandom
from matches.engine.record import encode_header, encode_record
from matches.engine.settings import checked
from matches.engine.setup import Seat, Setup

Choose = Callable[[int], int]


def make_setup(
    game: Game[Any, Any],
    mode: str | None = None,
    *,
    seats: int = 0,
    bots: tuple[int, ...] = (),
    seed: bytes = bytes(32),
    settings: dict[str, Any] | None = None,
) -> Setup:
    """A setup of the first mode and the fewest seats, or as told, as of the queue: seats are filled again
    where the game allows it. `bots`: seats of computer players."""
    mode = mode or next(iter(game.modes))
    declared_mode = mode_of(game, mode)
    count = seats or seats_of(game, declared_mode).low
    return Setup(
        match="test",
        game=game.name,
        mode=mode,
        version=game.version,
        seats=[
            Seat(
                player=None if seat in bots else f"player-{seat}",
                name=f"Player {seat}",
                team=seat // declared_mode.team_size if declared_mode.team_size else seat,
                bot=1 if seat in bots else None,
            )
            for seat in range(count)
        ],
        seed=seed,
        rated=declared_mode.rated and not bots and not settings,
        created=1_700_000_000_000,
        settings=checked(game, settings or {}),
        refill=refill_of(game, declared_mode),
    )


class Drive:
    """A match, its log, and hands to steer both. Sessions are 1 + seat; time is the last step's."""

    def __init__(self, game: Game[Any, Any], setup: Setup) -> None:
        self.game = game
        self.match = Match.create(game, setup)
        self.records = [encode_header(setup)]
        self.hashes: list[str] = []
        self._given: dict[int, int] = {}

    def step(self, *inputs: Input, after: int = 10, committed: int | None = None) -> Step:
        """One step, `after` ms later; it is in the log."""
        time = self.match.time + after
        self._given.clear()
        step = self.match.step(time, inputs, committed)
        self.records.append(encode_record(step.seq, time, committed, inputs, ""))
        self.hashes.append(self.match.hash())
        return step

    def join(self) -> Step:
        """Every player comes, at once."""
        seats = [seat for seat, who in enumerate(self.match.setup.seats) if who.bot is None]
        return self.step(*(Join(seat, 1 + seat, self.now) for seat in seats))

    def move(self, seat: int, move: Any, after: int = 10, committed: int | None = None) -> Step:
        """The seat's next move, arriving when the step is made."""
        return self.step(self.moved(seat, move, after), after=after, committed=committed)

    def moved(self, seat: int, move: Any, after: int = 10) -> Moved:
        """The input of the seat's next move; `move` a struct, or bytes as a client may send them."""
        data = move if isinstance(move, bytes) else msgspec.msgpack.encode(move)
        return Moved(seat, 1 + seat, self.number(seat), self.now + after, data)

    def number(self, seat: int) -> int:
        """The seat's next number; one further with each call before the next step."""
        self._given[seat] = max(self.match.number(seat, 1 + seat), self._given.get(seat, 0)) + 1
        return self._given[seat]

    @property
    def now(self) -> int:
        return self.match.time

    def wander(self, choose: Choose, steps: int) -> None:
        """Whatever sockets, clients, clocks and computer players may do, some steps of it."""
        for _ in range(steps):
            after = (0, 1, 10, 50, 900, 7_000, 61_000)[choose(5) + (choose(3) if not choose(20) else 0)]
            inputs = [self.anything(choose, after) for _ in range(choose(4))]
            self.step(*inputs, after=after, committed=self.now + choose(3) if choose(2) else None)

    def anything(self, choose: Choose, after: int) -> Input:
        """Any input of any seat: most often a sensible move, at times a silly one, or none at all."""
        seat = choose(len(self.match.setup.seats))
        session, at = 1 + seat, self.now + choose(after + 1)
        turn = self.match.turn()
        if turn is not None and choose(4):
            seat, session = turn, 1 + turn
        bot = self.match.setup.seats[seat].bot is not None
        if bot:
            return BotMoved(seat, at, self.any_move(choose, seat))
        if choose(4) and self.match.state.seats[seat].status in ("awaited", "dropped"):
            return Join(seat, session, at)
        kind = choose(60)
        if kind > 55 and self.match.setup.refill:
            return Taken(seat, f"claim-{choose(6)}", f"new-{choose(6)}", "New", None, at)
        if kind == 0:
            return Drop(seat, at)
        if kind == 1:
            return Resigned(seat, session, self.number(seat), at, True)
        if kind in (2, 3, 4):
            return DrawSaid(seat, session, self.number(seat), at, "decline" if choose(2) else "offer")
        if kind == 5:
            return AbortAsked(seat, session, self.number(seat), at)
        if kind == 6 or self.match.over:
            return RematchSaid(seat, session, self.number(seat), at, bool(choose(3)))
        if kind == 7:
            return Moved(seat, session, choose(9), at, self.any_move(choose, seat))
        return Moved(seat, session, self.number(seat), at, self.any_move(choose, seat))

    def any_move(self, choose: Choose, seat: int) -> bytes:
        """The computer player's move where there is one, or any of the declared shape, or garbage."""
        if self.game.bots and self.match.phase == "running" and choose(4):
            kinds = declared(type(self.game))
            view = kinds.views.decode(self.match.bot_view(seat))
            key = choose(1 << 16).to_bytes(32, "big")
            move = self.game.bot(view, seat, SeededRandom(key), 1 + choose(self.game.bots))
            if move is not None:
                return msgspec.msgpack.encode(move)
        if not choose(8):
            return bytes(choose(256) for _ in range(choose(6)))
        return msgspec.msgpack.encode(anything(declared(type(self.game)).move_type, choose))


def anything(kind: type[msgspec.Struct], choose: Choose) -> Any:
    """Plain values that fit the struct's declared types; small ones, so that some are legal."""
    return _any(inspect.type_info(kind), choose)


def _any(info: inspect.Type, choose: Choose) -> Any:
    match info:
        case inspect.StructType():
            values = {field.encode_name: _any(field.type, choose) for field in info.fields}
            return list(values.values()) if info.array_like else values
        case inspect.Metadata():
            return _any(info.type, choose)
        case inspect.BoolType():
            return bool(choose(2))
        case inspect.IntType():
            low = info.ge if info.ge is not None else -2
            return low + choose((info.le if info.le is not None else low + 11) - low + 1)
        case inspect.FloatType():
            return (choose(41) - 20) / 4
        case inspect.StrType():
            return "".join("abcé0 "[choose(6)] for _ in range(choose(5)))
        case inspect.LiteralType():
            return info.values[choose(len(info.values))]
        case inspect.EnumType():
            return list(info.cls)[choose(len(info.cls))].value
        case inspect.UnionType():
            return _any(info.types[choose(len(info.types))], choose)
        case inspect.ListType() | inspect.VarTupleType():
            return [_any(info.item_type, choose) for _ in range(choose(4))]
        case inspect.TupleType():
            return [_any(item, choose) for item in info.item_types]
        case inspect.DictType():
            return {_any(info.key_type, choose): _any(info.value_type, choose) for _ in range(choose(4))}
        case _:
            return None
