"""How a match ends: by the rules, by seats that leave, by agreement, or without a result."""

from typing import TYPE_CHECKING, Any, Literal

from matches.engine import refill
from matches.engine.errors import GameFault
from matches.engine.game import Result
from matches.engine.lifecycle import next_phase, next_status

if TYPE_CHECKING:
    from matches.engine.match import Match

Why = Literal["resigned", "flagged", "gone"]
BROKEN = "broken"


def leave(match: "Match", seat: int, why: Why) -> None:
    """The seat is out. With one side or only computers left the match ends, else the rules go on.

    Where only computers are left, the sides without people share the first place; if there is none, those
    that still have a computer, but not the side that left last: who gives up neither wins nor draws.
    """
    state, me = match.state, match.state.seats[seat]
    me.fate = why
    me.until = None
    state.left.append(seat)
    match.emit("seat.gone", {"seat": seat, "why": why})
    live = {match.teams[s] for s in range(len(match.teams)) if s not in state.left}
    over = len(live) < 2 if match.sides > 1 else not live
    people = [s for s, who in enumerate(match.setup.seats) if who.bot is None]
    deserted = not over and all(s in state.left for s in people)
    if why == "gone" or not (over or deserted):
        me.status = next_status(me.status, "leave")
    if over or deserted:
        inside = live - {match.teams[s] for s in people} or live - {match.teams[seat]} if deserted else None
        finish_early(match, _places(match, [1] * len(match.teams), inside), why)
        return
    if state.draw == seat:
        state.draw = None
    match.game.left(state.game, seat, match.table)
    look(match)


def look(match: "Match") -> None:
    """Ask the rules for a result and whose turn it is; called after each change of the game's state."""
    state = match.state
    result = match.game.result(state.game, match.table)
    if result is not None:
        check(result, match.teams)
        places = _places(match, result.places) if state.left else list(result.places)
        finish(match, Result(places, result.scores and list(result.scores), result.reason))
        return
    if match.rate:
        return
    turn = match.turn()
    if turn is not None and (not isinstance(turn, int) or not 0 <= turn < len(state.seats)):
        raise GameFault(f"turn() gave {turn!r}; give a seat of this match or None")
    if turn is not None and turn in state.left:
        raise GameFault(f"turn() gave seat {turn}, which is gone; pass the turn on in left()")
    if state.clock is not None:
        state.clock.start(turn, match.end)


def check(result: Any, teams: list[int]) -> None:
    """GameFault where this is no result of a match of these teams."""
    if not isinstance(result, Result):
        raise GameFault(f"result() gave {type(result).__name__}; give a Result or None")
    for what, numbers in (("places", result.places), ("scores", result.scores)):
        if numbers is None and what == "scores":
            continue
        if not isinstance(numbers, list) or len(numbers) != len(teams):
            raise GameFault(f"result() gave {what} {numbers!r}; give a list with one int per seat")
        if any(type(n) is not int for n in numbers):
            raise GameFault(f"result() gave {what} {numbers!r}; give ints")
    if min(result.places) != 1:
        raise GameFault(f"result() gave places {result.places}; the best place is 1")
    if len(set(zip(teams, result.places, strict=True))) != len(set(teams)):
        raise GameFault(f"result() gave places {result.places}; members of a team share their place")
    if not isinstance(result.reason, str):
        raise GameFault("result() gave a reason that is no str")


def finish(match: "Match", result: Result) -> None:
    """The match ends with this result."""
    match.state.result = result
    _end(match, "finish", result.reason)


def finish_early(match: "Match", places: list[int], reason: str) -> None:
    """The match ends before the rules had a result; they are asked for the scores so far."""
    result = Result(places, match.game.scores(match.state.game, match.table), reason)
    check(result, match.teams)
    finish(match, result)


def abort(match: "Match", reason: str) -> None:
    """The match ends without a result; after a broken end nothing of the game's state is kept."""
    if reason == BROKEN:
        match.state.game = None
    _end(match, "abort", reason)


def _end(match: "Match", turning: Literal["finish", "abort"], reason: str) -> None:
    state = match.state
    refill.miss_all(match)
    state.phase = next_phase(state.phase, turning)
    state.reason = reason
    match.head = None
    state.alarm = state.draw = None
    if state.clock is not None:
        state.clock.stop(state.time)
    for seat in state.seats:
        seat.until = None
    places, scores = (state.result.places, state.result.scores) if state.result else (None, None)
    match.emit("match.ended", {"places": places, "scores": scores, "reason": reason})


def _places(match: "Match", places: list[int], inside: set[int] | None = None) -> list[int]:
    """These places for the sides `inside`, and after them the others, the first to leave last.

    Unless told, a side is inside while one of its seats is; the last to leave, where none is.
    """
    left, teams = match.state.left, match.teams
    sides = {team: members(teams, team) for team in sorted(set(teams))}
    out = {
        team: max((left.index(s) for s in seats if s in left), default=-1) for team, seats in sides.items()
    }
    if inside is None:
        inside = {team for team, seats in sides.items() if any(s not in left for s in seats)}
    inside = inside or {max(out, key=lambda team: out[team])}
    best = {team: min(places[seat] for seat in members(teams, team)) for team in inside}
    place = {team: 1 + sum(other < mine for other in best.values()) for team, mine in best.items()}
    for team in sorted((team for team in out if team not in inside), key=lambda team: -out[team]):
        place[team] = 1 + len(place)
    return [place[team] for team in teams]


def members(teams: list[int], team: int) -> list[int]:
    """The seats of a team."""
    return [seat for seat, of in enumerate(teams) if of == team]
