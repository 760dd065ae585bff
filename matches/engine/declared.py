"""What a game's class declares, read once: its types, their decoders, whether all see the same."""

from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from matches.engine.errors import DeclarationError
from matches.engine.game import Durability, Game, Mode, Pace, Seats
from matches.engine.state import MatchState, RefilledState
from protocol.typed import Typed

ANY_TIME = 2**53 - 1


class Declared:
    """`view_type` is None where `Game.view` is overridden without a struct as declared return type."""

    def __init__(self, cls: type[Game[Any, Any]]) -> None:
        self.state_type, self.move_type = _parameters(cls)
        self.open_view = cls.view is Game.view
        self.view_type = self.state_type if self.open_view else _returned(cls.view)
        self.moves: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(self.move_type)
        self.states: msgspec.msgpack.Decoder[MatchState[Any]] = msgspec.msgpack.Decoder(
            MatchState[self.state_type]  # type: ignore[name-defined]
        )
        self.refilled: msgspec.msgpack.Decoder[RefilledState[Any]] = msgspec.msgpack.Decoder(
            RefilledState[self.state_type]  # type: ignore[name-defined]
        )
        self.shown = Typed(self.view_type)
        self.views: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(self.view_type or Any)


_known: dict[type[Any], Declared] = {}


def declared(cls: type[Game[Any, Any]]) -> Declared:
    """The class's declaration; DeclarationError where State and Move cannot be read from it."""
    if cls not in _known:
        _known[cls] = Declared(cls)
    return _known[cls]


def mode_of(game: Game[Any, Any], name: str) -> Mode:
    """The mode of that name; ValueError names those there are."""
    mode = game.modes.get(name)
    if mode is None:
        raise ValueError(f"{game.name} has no mode {name!r}; it has {', '.join(sorted(game.modes))}")
    return mode


def seats_of(game: Game[Any, Any], mode: Mode) -> Seats:
    """How many seats a match of this mode has."""
    return mode.seats or game.seats


def pace_of(game: Game[Any, Any], mode: Mode) -> Pace:
    """The pace of this mode."""
    return mode.pace or game.pace


def durability_of(game: Game[Any, Any], mode: Mode) -> Durability | None:
    """What this mode asks for; None: whatever the server does."""
    return mode.durability or game.durability


def grace_of(game: Game[Any, Any], mode: Mode) -> int:
    """For how many ms a dropped seat is kept."""
    if game.grace is not None:
        return round(game.grace * 1000)
    return 20_000 if hasattr(pace_of(game, mode), "rate") else 60_000


def refill_of(game: Game[Any, Any], mode: Mode) -> int:
    """For how many ms of play a leaver's seat may be taken by a new player; 0: never."""
    seconds = game.backfill if mode.backfill is None else mode.backfill
    return min(round(seconds * 1000), ANY_TIME) if seconds < ANY_TIME else ANY_TIME


def _parameters(cls: type[Any]) -> tuple[type[msgspec.Struct], type[msgspec.Struct]]:
    for base in cls.__mro__:
        for generic in getattr(base, "__orig_bases__", ()):
            if get_origin(generic) is Game:
                state, move = get_args(generic)
                for what, given in (("State", state), ("Move", move)):
                    if not (isinstance(given, type) and issubclass(given, msgspec.Struct)):
                        raise DeclarationError(
                            f"{cls.__name__}: {what} is {given!r}; write "
                            f"class {cls.__name__}(Game[State, Move]) with a {what} that is a msgspec.Struct"
                        )
                return state, move
    raise DeclarationError(f"{cls.__name__}: write class {cls.__name__}(Game[State, Move])")


def _returned(view: Any) -> type[msgspec.Struct] | None:
    try:
        given = get_type_hints(view).get("return")
    except NameError:
        return None
    return given if isinstance(given, type) and issubclass(given, msgspec.Struct) else None
