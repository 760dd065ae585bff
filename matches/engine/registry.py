"""The games of this node, by name."""

from typing import Any, TypeVar

from matches.engine import checks
from matches.engine.declared import declared
from matches.engine.errors import DeclarationError
from matches.engine.game import Game

G = TypeVar("G", bound=type[Game[Any, Any]])

_games: dict[str, Game[Any, Any]] = {}


def register(cls: G) -> G:
    """Class decorator: check the declaration, make the game known. DeclarationError says what to change."""
    kinds = declared(cls)
    checks.check(cls, kinds)
    known = _games.get(cls.name)
    if known is not None and _place(type(known)) != _place(cls):
        raise DeclarationError(f"{cls.__name__}: {_place(type(known))} has the name {cls.name!r} already")
    cls.state_type, cls.move_type = kinds.state_type, kinds.move_type
    _games[cls.name] = cls()
    return cls


def get(name: str) -> Game[Any, Any]:
    """The game of that name; KeyError where there is none."""
    return _games[name]


def all() -> list[Game[Any, Any]]:
    """Every game, by name."""
    return [_games[name] for name in sorted(_games)]


def schema(game: Game[Any, Any]) -> dict[str, Any]:
    """JSON Schema of the game's `state`, `move`, `view` and `settings` ({}: not declared as a struct)."""
    return checks.schema(game, declared(type(game)))


def _place(cls: type[Any]) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"
