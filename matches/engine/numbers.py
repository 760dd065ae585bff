"""Sessions and their numbers: each numbered input is used once, in order."""

import msgspec

from matches.engine.state import Refusal, SeatState, Session

_encode = msgspec.msgpack.Encoder().encode

SESSIONS = 32
"""Sessions remembered per seat; one is a page of the seat's own player, so only he can push his own out.

A session that was forgotten is taken for a new one: it begins at 1 again, and what its client sends anew
because it was never acknowledged is applied a second time. For that a player must open the match in so many
pages between a message and its repetition. The bound is for the state, which has little room for them.
"""

REFUSALS = 16
"""Remembered per seat, so that who lost the socket on which they were told hears of them on the next."""

TEXTS = {
    "bad-move": "The move has not the shape this game declares.",
    "not-your-turn": "It is another seat's turn.",
    "not-running": "The match has not begun yet.",
    "match-finished": "The match is over.",
    "seat-gone": "This seat has left the match for good.",
    "no-offer": "There is no draw offer to decline.",
    "too-late-to-abort": "Moves have been made; resign instead.",
    "unfinished": "A rematch can be offered when the match is over.",
}


def enter(seat: SeatState, session: int) -> None:
    """This session is the seat's current one from now on."""
    if session == seat.session:
        return
    known = _earlier(seat, session)
    if known is not None:
        seat.earlier.remove(known)
    if seat.session is not None:
        seat.earlier.append(Session(seat.session, seat.number))
        del seat.earlier[: 1 - SESSIONS]
    seat.session, seat.number = session, known.number if known is not None else 0


def last(seat: SeatState, session: int) -> int:
    """The last number that was used up in this session, 0 where it is not remembered."""
    if session == seat.session:
        return seat.number
    known = _earlier(seat, session)
    return known.number if known is not None else 0


def take(seat: SeatState, session: int, number: int) -> bool:
    """Use the number up, if it is the session's next; else nothing changes."""
    if session == seat.session:
        if number != seat.number + 1:
            return False
        seat.number = number
    else:
        known = _earlier(seat, session)
        if known is None or number != known.number + 1:
            return False
        known.number = number
    return True


def refuse(seat: SeatState, seq: int, refusal: Refusal) -> None:
    """A number of the seat was used up and refused, in step `seq`."""
    seat.refused.append((seq, refusal.session, _encode(refusal)))
    del seat.refused[:-REFUSALS]


def _earlier(seat: SeatState, session: int) -> Session | None:
    for known in reversed(seat.earlier):
        if known.id == session:
            return known
    return None
