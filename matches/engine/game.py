"""The interface a studio writes its rules against."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic, Literal, Protocol, TypeVar

import msgspec

S = TypeVar("S", bound=msgspec.Struct)
M = TypeVar("M", bound=msgspec.Struct)


class IllegalMove(Exception):
    """Raised by `Game.play`: the move is refused with this text, and leaves no trace."""


class Seats(msgspec.Struct, frozen=True):
    """How many seats a match may have: exactly `low`, or `low` to `high`."""

    low: int
    high: int = 0

    @property
    def most(self) -> int:
        return self.high or self.low


class FischerClock(msgspec.Struct, frozen=True):
    """Each seat starts with `seconds` and gains `increment` seconds after each of its moves."""

    seconds: float
    increment: float = 0


class Turns(msgspec.Struct, frozen=True):
    """Seats move one after another (or as `Game.turn` says); with a clock, who runs out of time loses."""

    clock: FischerClock | None = None


class Ticks(msgspec.Struct, frozen=True):
    """The match steps `rate` times a second, whatever the seats send."""

    rate: int


Pace = Turns | Ticks

Durability = Literal["log", "none"]
"""`log`: no step is shown before Redis has its record. `none`: the records stay in the node's memory, and the
match ends without a result when its node dies."""


class Mode(msgspec.Struct, frozen=True):
    """A way to play: seats, team size (0: everyone for themselves), pace, rated or not, what a node's death
    leaves of it, until when seats are filled again. None: as the game. `queue`: what is special about its
    queue, as in `ARCADE_QUEUES`."""

    seats: Seats | None = None
    team_size: int = 0
    pace: Pace | None = None
    rated: bool = True
    durability: Durability | None = None
    backfill: float | None = None
    queue: dict[str, Any] = {}


class Result(msgspec.Struct, frozen=True):
    """How it ended. `places` per seat, 1 is best, equal places are a draw; `scores` per seat, if any.

    Members of one team have equal places. `reason` is one of the game's words, such as `four in a row`.
    """

    places: list[int]
    scores: list[int] | None = None
    reason: str = ""


def win(seat: int, seats: int, reason: str = "") -> Result:
    """`seat` is first, all others share the second place."""
    return Result([1 if s == seat else 2 for s in range(seats)], reason=reason)


def draw(seats: int, reason: str = "") -> Result:
    """All share the first place."""
    return Result([1] * seats, reason=reason)


class Random(Protocol):
    """The match's seeded generator; all integers."""

    def below(self, n: int) -> int: ...
    def between(self, low: int, high: int) -> int: ...
    def choice(self, items: Sequence[Any]) -> Any: ...
    def shuffle(self, items: list[Any]) -> None: ...


class Table(Protocol):
    """What the rules may ask of their surroundings. Valid only during the call it was handed to."""

    @property
    def seats(self) -> int: ...
    @property
    def teams(self) -> list[int]:
        """The team of each seat; without teams each seat is its own."""
        ...

    @property
    def mode(self) -> str: ...
    @property
    def settings(self) -> Any:
        """What the room chose: the game's `Settings`, its defaults where nobody chose; None without any."""
        ...

    @property
    def tick(self) -> int:
        """Ticks since the start (tick games)."""
        ...

    @property
    def rate(self) -> int:
        """Ticks a second, 0 in turn games."""
        ...

    @property
    def time(self) -> int:
        """Match time in ms."""
        ...

    @property
    def random(self) -> Random: ...
    def present(self, seat: int) -> bool:
        """False once the seat is gone for good."""
        ...

    def emit(self, name: str, data: Any = None) -> None:
        """Tell everyone something that happened: an event of this step, never conflated away."""
        ...

    def wake_at(self, time: int) -> None:
        """Call `Game.woke` at this match time (ms); one alarm, the last call counts."""
        ...


class Game(Generic[S, M]):
    """The rules of one game: no clock, no I/O, no randomness but the table's.

    `State` and `Move` are read from the type parameters; they are `msgspec.Struct`s with typed fields. What a
    move has that `Move` has not is ignored, or refused if `Move` has `forbid_unknown_fields=True`; changing
    that takes a new `version`, as a log must run again as it ran.
    """

    name: ClassVar[str]
    title: ClassVar[str] = ""
    version: ClassVar[int] = 1
    seats: ClassVar[Seats] = Seats(2)
    pace: ClassVar[Pace] = Turns()
    modes: ClassVar[Mapping[str, Mode]] = {"standard": Mode()}
    bots: ClassVar[int] = 0
    """How many levels of computer players there are; 0: none."""
    grace: ClassVar[float | None] = None
    """Seconds a dropped seat is kept; None: 60 in turn games, 20 in tick games."""
    durability: ClassVar[Durability | None] = None
    """None: as the server's setting `ARCADE_DURABILITY` says."""
    backfill: ClassVar[float] = 0
    """Seconds of play in which a new player from the queue may take the seat of one who left; `math.inf`: at
    any time; 0: never. With it the game defines `joined`."""
    Settings: ClassVar[type[msgspec.Struct] | None] = None
    """What a room may choose, as a frozen struct; each field is a switch, a bounded integer or one of some
    words, and has a default. A match that was made otherwise than by the defaults is not rated."""

    state_type: ClassVar[type[msgspec.Struct]]
    move_type: ClassVar[type[msgspec.Struct]]

    def setup(self, table: Table) -> S:
        """The state at the start."""
        raise NotImplementedError

    def play(self, state: S, seat: int, move: M, table: Table) -> None:
        """Apply a move by changing `state`, or raise `IllegalMove`."""
        raise NotImplementedError

    def tick(self, state: S, table: Table) -> None:
        """One tick, after the moves that came in (tick games)."""

    def woke(self, state: S, table: Table) -> None:
        """The alarm set by `table.wake_at`."""

    def left(self, state: S, seat: int, table: Table) -> None:
        """A seat is gone for good (resigned, out of time, stayed away) and the match goes on."""

    def joined(self, state: S, seat: int, table: Table) -> None:
        """A new player has come to a seat that was gone, where `backfill` allows that."""
        raise NotImplementedError

    def turn(self, state: S) -> int | None:
        """The seat to move in a turn game, None when any may. Its clock runs."""
        return getattr(state, "turn", None)

    def view(self, state: S, seat: int | None) -> Any:
        """What this seat may know; None is a spectator. Not overridden: all is open, encoded once for all."""
        return state

    def result(self, state: S, table: Table) -> Result | None:
        """None while it goes on."""
        raise NotImplementedError

    def scores(self, state: S, table: Table) -> list[int] | None:
        """The points per seat so far, where the game counts any: kept when a match ends before its result."""
        return None

    def bot(self, view: Any, seat: int, random: Random, level: int) -> M | None:
        """A computer player's move from its own view (what `view` returned), or None to do nothing."""
        raise NotImplementedError

    def upgrade(self, state: Any, version: int) -> S:
        """A state of an older version, as plain values, made into one of this version.

        Optional: without it, or where a node died and steps of the old rules must be made again, only a
        node that has these goes on with the match.
        """
        raise NotImplementedError
