"""What each kind of input does to a match."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from matches.engine import endings, numbers, refill
from matches.engine.game import IllegalMove
from matches.engine.inputs import (
    AbortAsked,
    BotGone,
    BotMoved,
    DrawSaid,
    Drop,
    Ended,
    Input,
    Join,
    Moved,
    Numbered,
    RematchSaid,
    Resigned,
    Taken,
)
from matches.engine.lifecycle import next_phase, next_status
from matches.engine.state import Refusal

if TYPE_CHECKING:
    from matches.engine.match import Match

ABORT_MOVES = 2
"""A match can be aborted while fewer moves were made."""

LONGEST_TEXT = 200

UNREADABLE = (msgspec.DecodeError, ValueError, RecursionError)
"""What a decoder raises for a move that is not as declared."""


class Traced(Exception):
    """The rules refused a move after they may have changed the state: undo, then keep the refusal.

    `before`: how many moves went before it in its run.
    """

    def __init__(self, refusal: Refusal, before: int = 0) -> None:
        self.refusal = refusal
        self.before = before


def apply(match: "Match", said: Input) -> Refusal | None:
    """Apply one input at `match.state.time`; Traced where the step must be undone up to here."""
    match said:
        case Moved() | BotMoved():
            return _move(match, said)
        case Join():
            _join(match, said)
        case Drop():
            _drop(match, said)
        case Ended():
            if match.state.phase in ("open", "running"):
                endings.abort(match, said.reason)
        case Taken():
            refill.take(match, said)
        case BotGone():
            if _barred(match, said.seat) is None:
                endings.leave(match, said.seat, "gone")
        case _:
            return _numbered(match, said)
    return None


def run(match: "Match", inputs: Sequence[Input], first: int) -> int:
    """Apply the moves from `inputs[first]` on that have nothing special about them; how many there were.

    Such a move is of a tick game, in its seat's present session, has the next number, and no timer is due
    before it. What `apply` does with one, this does with all of a run; the first other input ends it.
    """
    state, end = match.state, match.end
    if state.phase != "running" or state.draw is not None:
        return 0
    seats, left, time, done = state.seats, state.left, state.time, 0
    decode, play, game, table = match.declared.moves.decode, match.game.play, state.game, match.table
    for said in inputs[first:] if first else inputs:
        if type(said) is not Moved:
            break
        at, seat, number = said.at, said.seat, said.number
        at = time if at < time else at if at < end else end
        held = seats[seat]
        if held.session != said.session or held.number + 1 != number or at > match.quiet or seat in left:
            break
        try:
            move = decode(said.move)
        except UNREADABLE:
            break
        if at > time:
            state.time = time = at
        held.number = number
        try:
            play(game, seat, move, table)
        except IllegalMove as error:
            raise Traced(_illegal(said, error), done) from None
        done += 1
    state.moves += done
    return done


def start(match: "Match") -> None:
    """Begin to play if every seat is here."""
    state = match.state
    if state.phase != "open" or any(seat.status != "here" for seat in state.seats):
        return
    state.phase = next_phase(state.phase, "start")
    match.head = None
    state.started = state.time
    state.game = match.game.setup(match.table)
    if not isinstance(state.game, match.declared.state_type):
        raise TypeError(f"setup() gave {type(state.game).__name__}, not {match.declared.state_type.__name__}")
    match.emit("match.started")
    endings.look(match)


def _join(match: "Match", said: Join) -> None:
    seat = match.state.seats[said.seat]
    if refill.too_early(match, said.seat):
        return
    before, seat.status = seat.status, next_status(seat.status, "join")
    numbers.enter(seat, said.session)
    seat.until = None
    if before == "awaited" and match.state.phase == "running":
        refill.come(match, said.seat)
        endings.look(match)
    elif before in ("awaited", "dropped"):
        match.emit("seat.back" if before == "dropped" else "seat.here", {"seat": said.seat})


def _drop(match: "Match", said: Drop) -> None:
    state, seat = match.state, match.state.seats[said.seat]
    before, seat.status = seat.status, next_status(seat.status, "drop")
    if before == "here":
        seat.until = state.time + match.grace if state.phase == "running" else None
        match.emit("seat.dropped", {"seat": said.seat, "until": seat.until})
        _agree(match)


def _move(match: "Match", said: Moved | BotMoved) -> Refusal | None:
    state = match.state
    if type(said) is Moved and not numbers.take(state.seats[said.seat], said.session, said.number):
        return None
    code = _barred(match, said.seat)
    if code is None and not match.rate and match.turn() not in (None, said.seat):
        code = "not-your-turn"
    if code is not None:
        return refusal(said, code)
    try:
        move = match.declared.moves.decode(said.move)
    except UNREADABLE as error:
        return refusal(said, "bad-move", f"{numbers.TEXTS['bad-move']} {error}")
    try:
        match.game.play(state.game, said.seat, move, match.table)
    except IllegalMove as error:
        raise Traced(_illegal(said, error)) from None
    state.moves += 1
    if state.draw is not None and match.teams[state.draw] != match.teams[said.seat]:
        state.draw = None
    if not match.rate:
        if state.clock is not None:
            state.clock.moved(said.seat, state.time)
        endings.look(match)
    return None


def _numbered(match: "Match", said: Resigned | DrawSaid | AbortAsked | RematchSaid) -> Refusal | None:
    state = match.state
    if not numbers.take(state.seats[said.seat], said.session, said.number):
        return None
    if isinstance(said, RematchSaid):
        return _rematch(match, said)
    code = _barred(match, said.seat)
    leaves = isinstance(said, AbortAsked) or (isinstance(said, Resigned) and said.leaves)
    if code == "not-running" and leaves:
        endings.abort(match, "aborted")
        return None
    if isinstance(said, AbortAsked):
        if code is None and state.moves >= ABORT_MOVES:
            code = "too-late-to-abort"
        if code is None:
            endings.abort(match, "aborted")
    elif code is None and isinstance(said, Resigned):
        endings.leave(match, said.seat, "resigned")
    elif code is None and isinstance(said, DrawSaid):
        return _draw(match, said)
    return None if code is None else refusal(said, code)


def _draw(match: "Match", said: DrawSaid) -> Refusal | None:
    state = match.state
    theirs = state.draw is not None and match.teams[state.draw] != match.teams[said.seat]
    if match.sides != 2:
        return refusal(said, "no-offer", "A draw can be agreed only between two sides.")
    if said.action == "decline":
        if not theirs:
            return refusal(said, "no-offer")
        state.draw = None
        match.emit("draw.declined", {"seat": said.seat})
    elif theirs:
        endings.finish_early(match, [1] * len(match.teams), "agreed")
    elif state.draw is None:
        state.draw = said.seat
        match.emit("draw.offered", {"seat": said.seat})
    return None


def _rematch(match: "Match", said: RematchSaid) -> Refusal | None:
    state = match.state
    if state.phase in ("open", "running"):
        return refusal(said, "unfinished")
    if state.seats[said.seat].status == "gone":
        return refusal(said, "seat-gone")
    if not state.agreed and (said.seat in state.rematch) != said.wanted:
        state.rematch = sorted({*state.rematch, said.seat} if said.wanted else {*state.rematch} - {said.seat})
        match.emit("rematch.wanted", {"seat": said.seat, "wanted": said.wanted})
        _agree(match)
    return None


def _agree(match: "Match") -> None:
    """All players still here want a rematch, and there is someone to play it with."""
    state = match.state
    if state.agreed or state.phase in ("open", "running"):
        return
    players = [s for s, seat in enumerate(match.setup.seats) if seat.bot is None]
    here = [s for s in players if state.seats[s].status == "here"]
    if len(here) >= min(2, len(match.teams), len(players)) and here and all(s in state.rematch for s in here):
        state.agreed = True
        match.emit("rematch.agreed", {"seats": here})


def _barred(match: "Match", seat: int) -> str | None:
    state = match.state
    if state.phase == "running":
        return "seat-gone" if seat in state.left else None
    return "not-running" if state.phase == "open" else "match-finished"


def _illegal(said: Moved | BotMoved, error: IllegalMove) -> Refusal:
    return refusal(said, "illegal-move", str(error) or "The rules do not allow this move.")


def refusal(said: Numbered | BotMoved, code: str, text: str | None = None) -> Refusal:
    """This input was refused."""
    text = (text or numbers.TEXTS[code])[:LONGEST_TEXT]
    if isinstance(said, BotMoved):
        return Refusal(said.seat, 0, 0, code, text)
    return Refusal(said.seat, said.session, said.number, code, text)
