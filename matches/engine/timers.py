"""What falls due by time alone: flags, graces, the limit to join, the game's alarm."""

import math
from typing import TYPE_CHECKING, Literal

import msgspec

from matches.engine import endings, refill
from matches.engine.errors import GameFault

if TYPE_CHECKING:
    from matches.engine.match import Match

JOIN_LIMIT = 30_000
"""Match time (ms) by which every seat must be here."""

MOST_ALARMS = 1000
"""Timers of one step; more is a game that wakes itself without end."""


class Due(msgspec.Struct, frozen=True, gc=False):
    """The next timer and its match time."""

    time: int
    what: Literal["flag", "grace", "join", "alarm"]
    seat: int = 0


def earliest(match: "Match", committed: int | None = None) -> Due | None:
    """The timer that is due first, None where nothing waits for time."""
    state = match.state
    if state.phase == "open":
        return Due(JOIN_LIMIT, "join")
    if state.phase != "running":
        return None
    first: Due | None = None
    if state.clock is not None and state.clock.running is not None:
        first = Due(state.clock.falls(committed) or 0, "flag", state.clock.running)
    for seat, held in enumerate(state.seats):
        if held.until is not None and (first is None or held.until < first.time):
            first = Due(held.until, "grace", seat)
    if state.alarm is not None and (first is None or state.alarm < first.time):
        first = Due(state.alarm, "alarm")
    return first


def run(match: "Match", until: int, *, included: bool) -> float:
    """Let everything happen that is due before `until`, or at it too where it is included.

    Gives the match time at which the next timer is due, infinity where none is.
    """
    state = match.state
    for _ in range(MOST_ALARMS):
        due = earliest(match)
        if due is None:
            return math.inf
        if due.time > until or (due.time == until and not included):
            return due.time
        if due.what == "join" and all(seat.status == "here" for seat in state.seats):
            return due.time  # it begins in this step, whatever else has come meanwhile
        state.time = max(state.time, due.time)
        match.head = None
        match due.what:
            case "join":
                endings.abort(match, "no-show")
            case "alarm":
                state.alarm = None
                match.game.woke(state.game, match.table)
                endings.look(match)
            case "flag":
                if state.clock is not None:
                    state.clock.stop(due.time)
                endings.leave(match, due.seat, "flagged")
            case "grace":
                if state.seats[due.seat].status == "awaited":
                    refill.missed(match, due.seat)
                else:
                    endings.leave(match, due.seat, "gone")
    raise GameFault(f"woke() asked to be woken more than {MOST_ALARMS} times in one step")
