"""What a room chose of a game's settings, as the rules see it and as the log keeps it."""

from typing import Any

import msgspec

from matches.engine.game import Game


def settings_of(game: Game[Any, Any], chosen: dict[str, Any]) -> msgspec.Struct | None:
    """The game's `Settings` with these values; None where it has none. ValueError names the wrong one."""
    if game.Settings is None:
        if chosen:
            raise ValueError(f"{game.name} has no settings")
        return None
    unknown = sorted(set(chosen) - set(game.Settings.__struct_fields__))
    if unknown:
        known = ", ".join(game.Settings.__struct_fields__)
        raise ValueError(f"{game.name} has no setting {unknown[0]!r}; it has {known}")
    try:
        return msgspec.convert({**_plain(game.Settings()), **chosen}, game.Settings)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None


def checked(game: Game[Any, Any], chosen: dict[str, Any]) -> dict[str, Any]:
    """Those of the chosen values that differ from the defaults. ValueError names the wrong one."""
    settings = settings_of(game, chosen)
    if settings is None or game.Settings is None:
        return {}
    usual = _plain(game.Settings())
    return {name: value for name, value in _plain(settings).items() if value != usual[name]}


def _plain(settings: msgspec.Struct) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in settings.__struct_fields__}
