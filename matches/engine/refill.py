"""A leaver's seat taken by a new player, in a match that allows it.

    gone ──Taken──> awaited ──Join──> here, and all that a seat may become from there
      ^                │
      └─not in time, or the match ends

Until he has come the seat is out for the rules, as it was; then the leaver's part in the match is over. Who
takes a seat begins with sessions and numbers of his own, so nothing of the one before counts for him.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from matches.engine.inputs import Taken
from matches.engine.lifecycle import next_status
from matches.engine.setup import Leaver, Seat
from matches.engine.state import RefilledState, SeatState, Taker

if TYPE_CHECKING:
    from matches.engine.match import Match

AWAITED_MS = 15_000
"""For how long who took a seat is waited for."""

MOST = 32
"""Takings of one match, those that came to nothing not counted."""

REFILLABLE = ("gone", "resigned")
"""Fates of which another may make something better; who ran out of time left none."""

NONE: Final[list[Taker]] = []


def takers(match: "Match") -> list[Taker]:
    """Those who took seats, the awaited among them."""
    state = match.state
    return state.takers if isinstance(state, RefilledState) else NONE


def open_seats(match: "Match") -> list[int]:
    """Seats that a new player may take now."""
    state, setup = match.state, match.setup
    if not setup.refill or state.phase != "running" or len(takers(match)) >= MOST:
        return []
    if state.time - (state.started or 0) >= setup.refill:
        return []
    return [
        seat
        for seat in sorted(state.left)
        if setup.seats[seat].bot is None
        and state.seats[seat].status == "gone"
        and state.seats[seat].fate in REFILLABLE
    ]


def take(match: "Match", said: Taken) -> None:
    """Keep the seat for him, unless it is not to be had or he has sat in this match."""
    seen = {seat.player for seat in match.setup.seats} | {taker.player for taker in takers(match)}
    if said.seat not in open_seats(match) or said.player in seen:
        return
    state = match.state
    old = state.seats[said.seat]
    status = next_status(old.status, "refill")
    state.seats[said.seat] = SeatState(status, state.time + AWAITED_MS, fate=old.fate)
    takers(match).append(
        Taker(said.seat, said.claim, said.player, said.name, said.rating, old.fate, state.seq)
    )


def come(match: "Match", seat: int) -> None:
    """Who is awaited at the seat has joined."""
    state = match.state
    taker = _awaited(match, seat)
    if taker is None:
        return
    taker.came = state.time
    state.seats[seat].fate = "stayed"
    state.left.remove(seat)
    match.emit(
        "seat.taken", {"seat": seat, "player": taker.player, "name": taker.name, "rating": taker.rating}
    )
    match.game.joined(state.game, seat, match.table)


def too_early(match: "Match", seat: int) -> bool:
    """Whether a join of this step cannot be that of who took the seat: he hears of it only after the step."""
    taker = _awaited(match, seat) if match.setup.refill else None
    return taker is not None and taker.seq == match.state.seq


def missed(match: "Match", seat: int) -> None:
    """Who is awaited at the seat has not come: all is as before, and it may be taken again."""
    taker, held = _awaited(match, seat), match.state.seats[seat]
    if taker is not None:
        takers(match).remove(taker)
        held.status, held.until, held.fate = next_status(held.status, "leave"), None, taker.fate
        match.emit("seat.missed", {"seat": seat})


def miss_all(match: "Match") -> None:
    """The match ends: whoever is awaited has no part in it."""
    for taker in [each for each in takers(match) if each.came is None]:
        missed(match, taker.seat)


def holder(match: "Match", seat: int) -> str | None:
    """The player of the seat, as of the last taking."""
    return next(
        (taker.player for taker in reversed(takers(match)) if taker.seat == seat),
        match.setup.seats[seat].player,
    )


def takes(match: "Match", claim: str) -> int | None:
    """The seat of this claim."""
    return next((taker.seat for taker in takers(match) if taker.claim == claim), None)


def seats(match: "Match") -> list[Seat]:
    """Who sits where, of those who came."""
    found = list(match.setup.seats)
    for taker in _came(match):
        found[taker.seat] = _seated(found[taker.seat], taker)
    return found


def leavers(match: "Match") -> list[Leaver]:
    """Whose seats were taken by those who came, in that order."""
    found, since = list(match.setup.seats), set[int]()
    told = []
    for taker in _came(match):
        seat = taker.seat
        told.append(Leaver(found[seat], seat, taker.fate, seat in since))
        found[seat] = _seated(found[seat], taker)
        since.add(seat)
    return told


def _seated(seat: Seat, taker: Taker) -> Seat:
    return msgspec.structs.replace(seat, player=taker.player, name=taker.name, rating=taker.rating)


def _came(match: "Match") -> Sequence[Taker]:
    return [taker for taker in takers(match) if taker.came is not None]


def _awaited(match: "Match", seat: int) -> Taker | None:
    return next((t for t in takers(match) if t.seat == seat and t.came is None), None)
