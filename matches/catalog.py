"""The registered games as the API tells them."""

import inspect
from typing import Any

import msgspec

from matches.engine import registry
from matches.engine.declared import pace_of, seats_of
from matches.engine.game import Game, Mode, Pace, Turns
from protocol.errors import ProtocolError


def games() -> list[dict[str, Any]]:
    """Every game, by name."""
    return [_game(g) for g in registry.all()]


def detail(name: str) -> dict[str, Any]:
    """One game with its schemas. Raises ProtocolError `game-unknown`."""
    game = _get(name)
    return {**_game(game), "schemas": registry.schema(game)}


def mode_of(game: str, mode: str | None) -> str:
    """The name of a mode this game has, the first where none is asked for. Raises ProtocolError."""
    modes = _get(game).modes
    if mode is not None and mode not in modes:
        raise ProtocolError("mode-unknown")
    return mode if mode is not None else next(iter(modes))


def pairs() -> list[tuple[str, list[str]]]:
    """Per game its name and those of its modes."""
    return [(g.name, list(g.modes)) for g in registry.all()]


def seat_counts(game: Game[Any, Any], mode: Mode) -> list[int]:
    """How many seats a match of this mode may have: teams are full, and at least two."""
    seats, size = seats_of(game, mode), mode.team_size
    return [n for n in range(seats.low, seats.most + 1) if not size or (n % size == 0 and n > size)]


def usual_seats(game: Game[Any, Any], mode: Mode) -> int:
    """The seats of a match made by hand unless told: of those allowed, the number nearest to four."""
    return min(seat_counts(game, mode), key=lambda n: (abs(n - 4), n))


def _get(name: str) -> Game[Any, Any]:
    try:
        return registry.get(name)
    except KeyError:
        raise ProtocolError("game-unknown") from None


def _game(game: Game[Any, Any]) -> dict[str, Any]:
    return {
        "name": game.name,
        "title": game.title or game.name,
        "about": (inspect.cleandoc(type(game).__doc__ or "")).partition("\n\n")[0],
        "version": game.version,
        "bots": game.bots,
        "modes": [_mode(game, name, mode) for name, mode in game.modes.items()],
    }


def _mode(game: Game[Any, Any], name: str, mode: Mode) -> dict[str, Any]:
    seats = seats_of(game, mode)
    return {
        "name": name,
        "seats": [seats.low, seats.most],
        "usual": usual_seats(game, mode),
        "teams": mode.team_size,
        "rated": mode.rated,
        "pace": told_pace(pace_of(game, mode)),
    }


def told_pace(pace: Pace) -> dict[str, Any]:
    """`{"kind": "turns", "clock": {"seconds", "increment"} or None}` or `{"kind": "ticks", "rate"}`."""
    if isinstance(pace, Turns):
        return {"kind": "turns", "clock": msgspec.to_builtins(pace.clock)}
    return {"kind": "ticks", "rate": pace.rate}
