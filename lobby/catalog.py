"""What the lobby needs to know of the games: modes, seats, levels of computer players."""

import math
from collections import Counter
from typing import Any

import msgspec
from django.conf import settings as configured

from lobby.rules.matching import Common, Difference, Equal, Parties, QueueRules, presets
from matches import catalog
from matches.engine import registry
from matches.engine.game import Game, Mode, Seats
from matches.engine.settings import checked
from matches.engine.setup import Seat
from protocol.errors import ProtocolError


def mode_of(game: str, mode: str) -> tuple[Game[Any, Any], Mode]:
    """Raises ProtocolError `game-unknown` or `mode-unknown`."""
    try:
        found = registry.get(game)
    except KeyError:
        raise ProtocolError("game-unknown") from None
    if mode not in found.modes:
        raise ProtocolError("mode-unknown")
    return found, found.modes[mode]


def seats_of(game: Game[Any, Any], mode: Mode) -> Seats:
    return mode.seats or game.seats


def rules_of(game: str, mode: str) -> QueueRules:
    """How the queue of this mode matches: by its seats and teams as it was measured best, and what the mode's
    `queue` and, before that, `ARCADE_QUEUES` say of it.

    Raises ProtocolError `…-unknown`; msgspec.ValidationError and ValueError where what they say cannot be.
    """
    found, way = mode_of(game, mode)
    seats, size = seats_of(found, way), way.team_size
    measured = presets.shaped(seats.low, seats.most, size) or QueueRules("", "", 0, 0)
    parties = Parties(_usual_party(found, way), measured.parties.gap)
    plain = QueueRules(game, mode, seats.low, seats.most, size, way.rated, measured.window, parties=parties)
    wanted = {**way.queue, **getattr(configured, "ARCADE_QUEUES", {}).get(f"{game}/{mode}", {})}
    return declared(plain, wanted) if wanted else plain


def declared(plain: QueueRules, wanted: dict[str, Any]) -> QueueRules:
    """The rules with these fields said otherwise. Raises msgspec.ValidationError or ValueError where a field
    is none of theirs, or is the mode's own."""
    for name in ("game", "mode", "team_size", "rated"):
        if name in wanted:
            raise ValueError(f"{name} is the mode's own and said there.")
    new: QueueRules = msgspec.convert({**msgspec.to_builtins(plain), **wanted}, QueueRules, strict=True)
    if not plain.low <= new.low <= new.high <= plain.high:
        raise ValueError(f"The mode has {plain.low} to {plain.high} seats.")
    return new


def asks(rules: QueueRules) -> dict[str, Any]:
    """What a queue's players may say or should know, as `LobbyWelcome` tells it: `regions`, `roles` with the
    seats of each in a team, `values`, `accept` (s)."""
    return {
        "accept": rules.accept,
        "regions": list(rules.region.names) if rules.region else [],
        "roles": rules.roles,
        "values": [_value(rule) for rule in rules.rules],
    }


def _value(rule: Equal | Common | Difference) -> dict[str, Any]:
    match rule:
        case Difference(name=name):
            finite = {"low": rule.low, "high": rule.high}
            bounds = {key: n for key, n in finite.items() if math.isfinite(n)}
            return {"name": name, "kind": "difference", "default": rule.default, **bounds}
        case Equal(name=name, choices=choices, default=default):
            needed = bool(choices) and not default
            return {
                "name": name,
                "kind": "equal",
                "choices": list(choices),
                "default": default,
                "needed": needed,
            }
        case Common(name=name, choices=choices, default=several):
            usual = list(several or choices)
            return {"name": name, "kind": "common", "choices": list(choices), "default": usual}


def seat_count(game: str, mode: str, wanted: int) -> int:
    """The seats of a match made by hand; `wanted` 0 is the usual number.

    Raises ProtocolError `malformed` where the mode does not allow so many.
    """
    found, way = mode_of(game, mode)
    if not wanted:
        return catalog.usual_seats(found, way)
    if wanted not in catalog.seat_counts(found, way):
        seats = seats_of(found, way)
        teams = f", in full teams of {way.team_size}" if way.team_size else ""
        raise ProtocolError("malformed", f"This mode has {seats.low} to {seats.most} seats{teams}.")
    return wanted


def party_size(game: str, mode: str) -> int:
    """How many may queue together. Raises ProtocolError as `mode_of`."""
    return rules_of(game, mode).largest


def _usual_party(game: Game[Any, Any], mode: Mode) -> int:
    """A team; where everyone is for themselves and more than two play, all."""
    seats = seats_of(game, mode)
    return mode.team_size or (seats.most if seats.most > 2 else 1)


def settings(game: str, chosen: dict[str, Any]) -> dict[str, Any]:
    """Those of the chosen settings that differ from the game's defaults. Raises ProtocolError `malformed`."""
    try:
        return checked(registry.get(game), chosen)
    except KeyError:
        raise ProtocolError("game-unknown") from None
    except ValueError as error:
        raise ProtocolError("malformed", str(error)) from None


def playable(game: str, mode: str, teams: list[int]) -> bool:
    """True if the mode can be played by seats of these teams. Raises ProtocolError as `mode_of`."""
    found, way = mode_of(game, mode)
    seats = seats_of(found, way)
    if not seats.low <= len(teams) <= seats.most:
        return False
    sizes = Counter(teams)
    return not way.team_size or (len(sizes) > 1 and set(sizes.values()) == {way.team_size})


def check_bot(game: str, level: int) -> None:
    """Raises ProtocolError `no-bot` where the game has no computer player of this level."""
    try:
        levels = registry.get(game).bots
    except KeyError:
        raise ProtocolError("game-unknown") from None
    if not 1 <= level <= levels:
        raise ProtocolError("no-bot")


def has_bots(game: str) -> bool:
    try:
        return registry.get(game).bots > 0
    except KeyError:
        return False


def bot_seat(number: int, level: int, team: int) -> Seat:
    """The `number`th computer player of a match, counted from 1."""
    return Seat(None, bot_name(number), team, bot=level)


def bot_name(number: int) -> str:
    return f"Computer {number}"


def regions() -> dict[str, str]:
    """Where a client measures its latency, by region; "" is the server it talks to."""
    return dict(getattr(configured, "ARCADE_REGIONS", {}))


def listing() -> list[dict[str, Any]]:
    """The `games` of a `LobbyWelcome`; `teams` is the size of a team, 0 for everyone for themselves; `party`:
    how many may queue together; `queue`: see `asks`."""
    return [
        {
            "name": game.name,
            "title": game.title or game.name,
            "bots": game.bots,
            "modes": [
                {
                    "name": name,
                    "seats": [seats_of(game, mode).low, seats_of(game, mode).most],
                    "teams": mode.team_size,
                    "rated": mode.rated,
                    "party": party_size(game.name, name),
                    "queue": asks(rules_of(game.name, name)),
                }
                for name, mode in game.modes.items()
            ],
        }
        for game in registry.all()
    ]
