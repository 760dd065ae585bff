"""Running matches with free seats, and who fits there.

A seat goes to the ticket of one player whose rating is nearest to the match's mean, of those who fit: the
window of the ticket reaches all who sit there, nobody is blocked, and the player has not sat there before. A
match that has waited longer comes first. A seat for which a ticket was sent is nobody else's until that is
decided. Offers are leases, said again by the match's host while they hold; so none is kept anywhere.
"""

from collections.abc import Iterator
from itertools import islice

import msgspec

from lobby.rules.matching.matcher import Matcher
from lobby.rules.matching.ticket import Ticket

KEPT = 5.0
"""Seconds until an offer that was not said again is forgotten."""
LOOK = 0.25
"""Seconds between two looks at the matches, whose tickets' windows grow."""
MOST = 200
"""Matches of one queue that are looked at."""
NEAR = 100
"""Tickets that are looked at for one match, the nearest."""


class Opening(msgspec.Struct, array_like=True, frozen=True):
    """`seats`: (number, team) of those that are free. `ratings`: of who sits there. `players`: they; `had`:
    all who have ever sat there."""

    match: str
    seats: tuple[tuple[int, int], ...]
    ratings: tuple[float, ...] = ()
    players: frozenset[str] = frozenset()
    had: frozenset[str] = frozenset()

    def fits(self, ticket: Ticket, width: float) -> bool:
        """Whether the player may sit there; `width`: points that his window is wide."""
        player = ticket.members[0].player
        apart = not ticket.blocks.isdisjoint(self.players)
        if ticket.size != 1 or player in self.had or player in self.players or apart:
            return False
        all_ = (*self.ratings, ticket.rating)
        return max(all_) - min(all_) <= width


class Seat(msgspec.Struct, array_like=True, frozen=True):
    """One free seat of a match."""

    match: str
    number: int
    team: int


class Openings:
    """Those of one queue. The times given may not go back."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self._open: dict[str, tuple[Opening, float]] = {}
        """Longest offered first, with the time until which they hold."""
        self._next = 0.0
        self._sent: dict[str, tuple[Seat, float]] = {}
        """By claim the seat for which a ticket is on its way, at most until then."""

    def offer(self, opening: Opening, now: float) -> None:
        """Its host says that these seats are free; none: no more."""
        if not opening.seats:
            self._open.pop(opening.match, None)
        elif opening.match in self._open or len(self._open) < MOST:
            self._open[opening.match] = opening, now + KEPT

    def due(self, now: float) -> float | None:
        """When to look again, told once; None where nothing is open."""
        if not self._open or self._next > now:
            return None
        self._next = now + LOOK
        return self._next

    def take(self, now: float) -> Iterator[tuple[Ticket, Seat, Opening]]:
        """Who fits by now; each is to be `sent`, or there is no next."""
        if not self._open:
            return
        self._open = {match: held for match, held in self._open.items() if held[1] > now}
        self._sent = {claim: held for claim, held in self._sent.items() if held[1] > now}
        for opening, _ in list(self._open.values()):
            for number, team in opening.seats:
                seat = Seat(opening.match, number, team)
                if any(sent == seat for sent, _ in self._sent.values()):
                    continue
                ticket = self._nearest(opening, now)
                if ticket is None:
                    break
                yield ticket, seat, opening

    def sent(self, claim: str, seat: Seat, until: float) -> None:
        """The ticket of this claim is on its way to the seat, and is out of the matcher."""
        self._sent[claim] = seat, until

    def decided(self, claim: str, taken: bool) -> None:
        """He has the seat, or it is open still."""
        seat = self._sent.pop(claim, (None, 0.0))[0]
        if seat is None or not taken or seat.match not in self._open:
            return
        opening, until = self._open[seat.match]
        rest = tuple(free for free in opening.seats if free[0] != seat.number)
        self._open[seat.match] = msgspec.structs.replace(opening, seats=rest), until

    def _nearest(self, opening: Opening, now: float) -> Ticket | None:
        ratings = opening.ratings
        mean = sum(ratings) / len(ratings) if ratings else 1500.0
        window = self._matcher.rules.window
        for ticket in islice(self._matcher.near(mean), NEAR):
            if opening.fits(ticket, window.width(now - ticket.since)):
                return ticket
        return None
