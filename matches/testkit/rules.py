"""The rules that a test names: a class, one of its objects, or the name of a game that is registered."""

from typing import Any

from matches.engine import checks, registry
from matches.engine.declared import declared, mode_of, seats_of
from matches.engine.game import Game, Mode

Rules = type[Game[Any, Any]] | Game[Any, Any] | str


def rules_of(game: Rules) -> Game[Any, Any]:
    """The game, ready to be played. DeclarationError where its declaration is wrong, KeyError for a name."""
    if isinstance(game, str):
        return registry.get(game)
    if isinstance(game, Game):
        return game
    kinds = declared(game)
    checks.check(game, kinds)
    game.state_type, game.move_type = kinds.state_type, kinds.move_type
    return game()


def seat_counts(game: Game[Any, Any], mode: str) -> list[int]:
    """How many seats a match of this mode may have."""
    kind: Mode = mode_of(game, mode)
    seats, size = seats_of(game, kind), kind.team_size
    return [n for n in range(seats.low, seats.most + 1) if not size or (n % size == 0 and n > size)]
