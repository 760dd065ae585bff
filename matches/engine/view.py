"""What a client may see of a match: a tree of plain values for keyframes, what changed in it for frames."""

from typing import TYPE_CHECKING, Any, Final

import msgspec

from matches.engine.timers import JOIN_LIMIT
from protocol.delta import SAME, Patch, operand
from protocol.typed import Typed, plain

if TYPE_CHECKING:
    from matches.engine.match import Match


class _Seat(msgspec.Struct):
    status: str
    until: int | None


class _Clocks(msgspec.Struct):
    left: list[int]
    running: int | None
    since: int


class _Result(msgspec.Struct):
    places: list[int]
    scores: list[int] | None
    reason: str


class _Head(msgspec.Struct):
    """What the engine shows, in a view before `game`, which comes last."""

    phase: str
    turn: int | None
    seats: list[_Seat]
    clocks: _Clocks | None
    draw: int | None
    rematch: list[int]
    result: _Result | None


_HEAD: Final = Typed(_Head)
_GAME: Final = 1 << len(_Head.__struct_fields__)
"""The bit of `game` in the mask that reaches all of a view."""

Head = tuple[Any, ...]
"""The image of a `_Head`: what the engine shows at one moment, untouched by what happens later."""


class Image(msgspec.Struct, frozen=True, gc=False):
    """A view at one moment: what the engine shows, and the image of the game's part."""

    head: Head
    game: Any


def _seats(match: "Match") -> list[tuple[str, int | None]]:
    """Per seat its status and the match time (ms) up to which it is kept: in an open match all must come."""
    held = match.state.seats
    if match.state.phase == "open":
        return [(seat.status, seat.until if seat.status == "here" else JOIN_LIMIT) for seat in held]
    return [(seat.status, seat.until) for seat in held]


def _head(match: "Match") -> Head:
    """Made anew only where something may have changed that is in it."""
    if match.head is None:
        match.head = _made(match)
    return match.head


def _made(match: "Match") -> Head:
    """Of copies, and of what the engine replaces but never changes."""
    state = match.state
    clock, result = state.clock, state.result
    return (
        state.phase,
        match.turn(),
        _seats(match),
        None if clock is None else (clock.left.copy(), clock.running, clock.since),
        state.draw,
        state.rematch,
        None if result is None else (result.places, result.scores, result.reason),
    )


def whole(match: "Match", seat: int | None) -> dict[str, Any]:
    """The view of a seat, None a spectator. May raise whatever `Game.view` raises."""
    state = match.state
    game = None if state.game is None else plain(match.game.view(state.game, seat))
    return {**_HEAD.tree(_head(match)), "game": game}


def image(match: "Match", seat: int | None) -> Image:
    """The view of a seat, to be compared with a later one. May raise whatever `Game.view` raises."""
    state = match.state
    game = None if state.game is None else match.declared.shown.image(match.game.view(state.game, seat))
    return Image(_head(match), game)


def changes(match: "Match", old: Image, new: Image) -> Patch | None:
    """The patch that makes `whole` of the one moment `whole` of the other, None where nothing changed."""
    shown = match.declared.shown
    if old.game is None or new.game is None:
        before, after = (part and shown.tree(part) for part in (old.game, new.game))
        change = operand(before, after)
    else:
        change = shown.change(old.game, new.game)
    same = old.head is new.head or (head := _HEAD.change(old.head, new.head)) is SAME
    patch: Patch = [0] if same else head
    if change is not SAME:
        patch[0] |= _GAME
        patch.append(change)
    return patch if patch[0] else None
