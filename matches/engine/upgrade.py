"""A match made by older rules, carried over to newer ones where the game says how."""

from typing import Any

import msgspec

from matches.engine.errors import GameFault, WrongVersion
from matches.engine.game import Game
from matches.engine.match import Match, Snapshot
from matches.engine.state import MatchState, RefilledState


def can_upgrade(game: Game[Any, Any], version: int) -> bool:
    """Whether these rules take over states of that version."""
    return version < game.version and type(game).upgrade is not Game.upgrade


def version_of(snapshot: bytes) -> int:
    """Of the rules that a `Match.snapshot()` is of. DecodeError."""
    return msgspec.msgpack.decode(snapshot, type=Snapshot).setup.version


def upgraded(game: Game[Any, Any], snapshot: bytes) -> Match:
    """The match whose `snapshot()` this is, with its state and version made anew by `Game.upgrade`.

    That is given the state as plain values. DecodeError, WrongVersion, GameFault where it fails or what it
    gives is not as declared, ValueError for a mode or seats that are no more.
    """
    kept = msgspec.msgpack.decode(snapshot, type=Snapshot)
    old = kept.setup.version
    if not can_upgrade(game, old):
        raise WrongVersion(f"{game.name}: version {game.version} does not upgrade a match of version {old}")
    kind = RefilledState[Any] if kept.setup.refill else MatchState[Any]
    state: MatchState[Any] = msgspec.msgpack.decode(kept.state, type=kind)
    if state.game is not None:
        try:
            state.game = game.upgrade(state.game, old)
        except Exception as cause:
            raise GameFault(f"{game.name} cannot upgrade from version {old}: {cause!r}", cause) from cause
    setup = msgspec.structs.replace(kept.setup, version=game.version)
    return Match(game, setup, msgspec.msgpack.encode(state))
