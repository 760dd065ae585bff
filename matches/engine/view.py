"""What a client may see of a match: one tree of plain values, for keyframes and deltas alike."""

from typing import TYPE_CHECKING, Any

import msgspec

from matches.engine.state import SeatState
from matches.engine.timers import JOIN_LIMIT

if TYPE_CHECKING:
    from matches.engine.match import Match


def _until(match: "Match", seat: SeatState) -> int | None:
    """Match time (ms) up to which the seat is kept: in an open match, in which all must come."""
    coming = match.state.phase == "open" and seat.status != "here"
    return JOIN_LIMIT if coming else seat.until


def whole(match: "Match", seat: int | None) -> dict[str, Any]:
    """The view of a seat, None a spectator. May raise whatever `Game.view` raises."""
    state = match.state
    clock, result = state.clock, state.result
    return {
        "phase": state.phase,
        "turn": match.turn(),
        "seats": [{"status": held.status, "until": _until(match, held)} for held in state.seats],
        "clocks": clock and {"left": list(clock.left), "running": clock.running, "since": clock.since},
        "draw": state.draw,
        "rematch": list(state.rematch),
        "result": result
        and {"places": list(result.places), "scores": result.scores, "reason": result.reason},
        "game": None
        if state.game is None
        else msgspec.to_builtins(match.game.view(state.game, seat), str_keys=True),
    }
