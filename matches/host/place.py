"""A seat's place in a match of this node: where the moves of the socket that has the seat go in."""

from collections.abc import Callable

from arcade.infra.metrics import metrics
from matches.engine.inputs import Moved, Numbered
from matches.host.hosted import MAX_INBOX, Hosted

VOID = 2**64
"""The `next` of a place that the socket has no longer: no integer on the wire is as high."""

_moves = metrics.moves


class Place:
    """Of one watcher. Its gateway holds on to it where that is on the same node; void, it takes nothing.

    `next`: the number to take next, counting what waits. `ready(hosted)` has the match step.
    """

    __slots__ = ("_counted", "_hosted", "_ready", "_seat", "_session", "next")

    def __init__(self, hosted: Hosted, seat: int, session: int, ready: Callable[[Hosted], None]) -> None:
        self._hosted = hosted
        self._seat = seat
        self._session = session
        self._ready = ready
        self.next = VOID
        self._counted = hosted.epoch, -1
        """The epoch and seq at which `next` was found; after a rewind the same seq has another epoch."""
        self.open()

    def open(self) -> None:
        """Take what follows the numbers that are used up, or wait to be."""
        hosted, seat, session = self._hosted, self._seat, self._session
        waiting = [
            said.number
            for said in hosted.inbox
            if isinstance(said, Numbered) and (said.seat, said.session) == (seat, session)
        ]
        waiting.append(hosted.match.number(seat, session))
        self.next = max(waiting) + 1
        self._counted = hosted.epoch, hosted.match.seq

    def recount(self) -> None:
        """Find `next` anew: a step that broke has used up nothing of what it was given."""
        if self.next != VOID:
            self.open()

    def look(self) -> None:
        """The same, but once a step: a client that goes on where it is refused does not make us count."""
        if self._counted != (self._hosted.epoch, self._hosted.match.seq):
            self.recount()

    def void(self) -> None:
        """The socket is no longer the seat's, or the match no longer this node's."""
        self.next = VOID

    def take(self, number: int | None, move: bytes, now: float) -> bool:
        """A move that came at `now` (s, the loop's clock) and is next. False: `Reception` is to judge it."""
        hosted = self._hosted
        inbox = hosted.inbox
        if number is None or number != self.next or len(inbox) >= MAX_INBOX:
            return False
        self.next = number + 1
        _moves.n += 1
        at = int((now - hosted.origin) * 1000)
        tick = hosted.next_tick
        if at < 0:
            at = 0
        elif tick is not None and at > tick:
            at = tick
        inbox.append(Moved(self._seat, self._session, number, at, move))
        if tick is None or hosted.idle is not None:
            self._ready(hosted)
        return True
