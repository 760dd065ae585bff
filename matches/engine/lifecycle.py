"""The life of a match and of a seat, as tables. What is not in a table cannot happen.

A match is `open` until every seat is here, then `running`; a result makes it `finished`, an end without
one `aborted`, which is also how an open match ends that nobody came to. Nothing leads out of the last two:
what is said after the end (a rematch) does not change the phase.

A seat is `awaited` until its player comes, then `here`, or `dropped` while the socket is away. Both leave it
its rights: only `gone` takes them, and nothing leads its player back from there. A computer player's seat
begins `here`. Where the game allows it, a seat that is gone is refilled: `awaited` again, for another player,
and gone as before if he does not come. Drop and join arrive from sockets in any order and number, so both are
always in the table.
"""

from typing import Final, Literal

from matches.engine.errors import LifecycleError

Phase = Literal["open", "running", "finished", "aborted"]
Status = Literal["awaited", "here", "dropped", "gone"]
Turning = Literal["start", "finish", "abort"]
Happening = Literal["join", "drop", "leave", "refill"]

PHASES: Final[dict[tuple[Phase, Turning], Phase]] = {
    ("open", "start"): "running",
    ("open", "abort"): "aborted",
    ("running", "finish"): "finished",
    ("running", "abort"): "aborted",
}

SEATS: Final[dict[tuple[Status, Happening], Status]] = {
    ("awaited", "join"): "here",
    ("awaited", "drop"): "awaited",
    ("awaited", "leave"): "gone",
    ("here", "join"): "here",
    ("here", "drop"): "dropped",
    ("here", "leave"): "gone",
    ("dropped", "join"): "here",
    ("dropped", "drop"): "dropped",
    ("dropped", "leave"): "gone",
    ("gone", "join"): "gone",
    ("gone", "drop"): "gone",
    ("gone", "refill"): "awaited",
}


def next_phase(phase: Phase, turning: Turning) -> Phase:
    """The phase after `turning`; LifecycleError where the table has none."""
    try:
        return PHASES[phase, turning]
    except KeyError:
        raise LifecycleError(f"a match that is {phase} cannot {turning}") from None


def next_status(status: Status, happening: Happening) -> Status:
    """The seat's status after `happening`; LifecycleError where the table has none."""
    try:
        return SEATS[status, happening]
    except KeyError:
        raise LifecycleError(f"a seat that is {status} cannot {happening}") from None
