"""The options of a room as clients give them: what they may be, and what they mean for this game."""

import re
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from lobby import catalog
from lobby.rules import room as rules
from matches.names import clean_text, readable
from protocol.errors import ProtocolError

MAX_TITLE = 40
NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")

T = TypeVar("T")
Word = Annotated[str, msgspec.Meta(max_length=64)]


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """See `protocol.rooms`. None: not named."""

    title: Word | None = None
    access: Literal["public", "friends", "private"] | None = None
    password: Word | None = None
    locked: bool | None = None
    places: Annotated[int, msgspec.Meta(ge=0, le=rules.MOST_PLACES)] | None = None
    countdown: Annotated[int, msgspec.Meta(ge=0, le=30)] | None = None
    moves_on: bool | None = None
    mode: Word | None = None
    seats: Annotated[int, msgspec.Meta(ge=0, le=64)] | None = None
    settings: dict[str, Any] | None = None


def options_of(given: dict[str, Any]) -> Options:
    """Raises ProtocolError `malformed`, which names what is wrong."""
    options = _convert(given, Options)
    if options.title:
        options = msgspec.structs.replace(options, title=_title(options.title))
    return options


def choice_of(options: Options, hashed: str | None) -> rules.Choice:
    """`hashed`: the password's hash, None where none was named."""
    return rules.Choice(
        title=options.title,
        access=None if options.access is None else rules.Access(options.access),
        password=hashed,
        locked=options.locked,
        places=options.places,
        countdown=options.countdown,
        moves_on=options.moves_on,
    )


def play_of(game: str, options: Options, now: rules.Play) -> rules.Play:
    """What is played then; `now` is what is not named.

    Another mode has its usual number of seats. Raises ProtocolError `mode-unknown`, `malformed`.
    """
    mode = now.mode if options.mode is None else options.mode
    same = mode == now.mode
    seats = options.seats if options.seats is not None else now.seats if same else 0
    return rules.Play(
        mode,
        catalog.seat_count(game, mode, seats),
        catalog.mode_of(game, mode)[1].team_size,
        catalog.settings(game, now.settings if options.settings is None else options.settings),
    )


def properties_of(given: dict[str, Any]) -> dict[str, rules.Value | None]:
    """Raises ProtocolError `malformed`."""
    for name in given:
        if not NAME.fullmatch(name):
            raise ProtocolError("malformed", f"{name[:40]!r} is no name of a property; take one as map_size.")
    values = _convert(given, dict[str, rules.Value | None])
    for name, value in values.items():
        if isinstance(value, str) and not readable(value):
            raise ProtocolError("malformed", f"The text of {name} has characters that are not seen.")
    return values


def _convert(given: dict[str, Any], kind: type[T]) -> T:
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        raise ProtocolError("malformed", str(error)) from None


def _title(text: str) -> str:
    try:
        return clean_text(text, MAX_TITLE)
    except ValueError as error:
        raise ProtocolError("malformed", str(error)) from None
