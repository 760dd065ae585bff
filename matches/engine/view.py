"""What a client may see of a match: a tree of plain values for keyframes, what changed in it for frames."""

from typing import TYPE_CHECKING, Any

import msgspec

from matches.engine.timers import JOIN_LIMIT
from protocol.delta import SAME, Patch, by_position, operand
from protocol.typed import plain

if TYPE_CHECKING:
    from matches.engine.match import Match

KEYS = ("phase", "turn", "seats", "clocks", "draw", "rematch", "result")
"""Of the view, before `game`, which comes last."""


Head = tuple[Any, ...]
"""What the engine shows: the values of KEYS at one moment, untouched by what happens later."""


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


def _shown(head: Head) -> list[Any]:
    """The values of KEYS as clients see them."""
    phase, turn, seats, clocks, draw, rematch, result = head
    return [
        phase,
        turn,
        [{"status": status, "until": until} for status, until in seats],
        clocks and dict(zip(("left", "running", "since"), clocks, strict=True)),
        draw,
        rematch,
        result and dict(zip(("places", "scores", "reason"), result, strict=True)),
    ]


def whole(match: "Match", seat: int | None) -> dict[str, Any]:
    """The view of a seat, None a spectator. May raise whatever `Game.view` raises."""
    state = match.state
    game = None if state.game is None else plain(match.game.view(state.game, seat))
    return {**dict(zip(KEYS, _shown(_head(match)), strict=True)), "game": game}


def image(match: "Match", seat: int | None) -> Image:
    """The view of a seat, to be compared with a later one. May raise whatever `Game.view` raises."""
    state = match.state
    game = None if state.game is None else match.declared.shown.image(match.game.view(state.game, seat))
    return Image(_head(match), game)


def changes(match: "Match", old: Image, new: Image) -> Patch | None:
    """The patch that makes `whole` of the one moment `whole` of the other, None where nothing changed."""
    changed: list[tuple[int, Any]] = []
    if old.head is not new.head and old.head != new.head:
        pairs = zip(_shown(old.head), _shown(new.head), strict=True)
        head = [(at, operand(before, after)) for at, (before, after) in enumerate(pairs)]
        changed = [(at, change) for at, change in head if change is not SAME]
    shown = match.declared.shown
    if old.game is None or new.game is None:
        before, after = (part and shown.tree(part) for part in (old.game, new.game))
        change = operand(before, after)
    else:
        change = shown.change(old.game, new.game)
    if change is not SAME:
        changed.append((len(KEYS), change))
    return by_position([], changed) if changed else None
