"""Sessions and their numbers: each numbered input is used once, in order."""

from matches.engine.state import Outcome, Refusal, SeatState, Session

SESSIONS = 32
"""Sessions remembered per seat; one is a page of the seat's own player, so only he can push his own out.

A session that was forgotten is taken for a new one: it begins at 1 again, and what its client sends anew
because it was never acknowledged is applied a second time. For that a player must open the match in so many
pages between a message and its repetition. The bound is for the state, which has 64 KiB for everything.
"""

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
    known = find(seat, session)
    if known is None:
        known = Session(session)
    else:
        seat.sessions.remove(known)
    seat.sessions.append(known)
    del seat.sessions[:-SESSIONS]


def find(seat: SeatState, session: int) -> Session | None:
    """The session, where it is remembered."""
    for known in reversed(seat.sessions):
        if known.id == session:
            return known
    return None


def take(seat: SeatState, session: int, number: int) -> bool:
    """Use the number up, if it is the session's next; else nothing changes."""
    sessions = seat.sessions
    known = sessions[-1] if sessions and sessions[-1].id == session else find(seat, session)
    if known is None or number != known.number + 1:
        return False
    known.number = number
    seat.outcome = Outcome(session, number, None)
    return True


def refuse(seat: SeatState, refusal: Refusal) -> None:
    """The number was used up and refused."""
    seat.outcome = Outcome(refusal.session, refusal.number, refusal)
