"""Leavers' seats of this node's matches: offered to the lobby, and given to who asks first.

The log decides who has a seat: it is his when the step with his `Taken` is confirmed, and only then he is
told, so a seat goes to one player whoever dies in between, and the next owner gives the same answer.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

import msgspec
from redis.exceptions import RedisError

from arcade.infra.log import get_logger
from matches import directory
from matches.engine import inputs as inp
from matches.engine.setup import Seat
from matches.host import link
from matches.host.hosted import Hosted, Stage

if TYPE_CHECKING:
    from matches.host.host import Host

log = get_logger(__name__)

SEAT_EVENTS: Final = frozenset({"seat.gone", "seat.taken", "seat.missed"})
"""After these other seats may be free than before."""

RENEW_SECONDS = 2.0
"""Between two offers of the same seats: what hears of them forgets them after some such times."""
SETTLE_SECONDS = 0.01


class Opening(msgspec.Struct, frozen=True):
    """A running match with free seats: (number, team); none where there are none any more. `players`: who
    sits in it; `had`: all who have ever sat there, who do not come back."""

    match: str
    game: str
    mode: str
    seats: list[tuple[int, int]]
    players: list[Seat]
    had: list[str]


class Refilling:
    """`offer` hears of openings, again and again while there are any; the composition root sets it."""

    def __init__(self, host: "Host") -> None:
        self._host = host
        self.offer: Callable[[Opening], Awaitable[None]] | None = None
        self._open: set[Hosted] = set()
        self._deciding: set[tuple[str, str]] = set()

    # --- what is offered ----------------------------------------------------------------------------

    def look(self, hosted: Hosted) -> None:
        """Seats of a match may have become free, or others may sit there."""
        self._host.spawn(self._looked(hosted))

    async def run(self) -> None:
        """Offer again what is free, until cancelled."""
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            for hosted in list(self._open):
                await self._looked(hosted)

    async def _looked(self, hosted: Hosted) -> None:
        await self._at_rest(hosted)
        if hosted.stage is Stage.DROPPED:
            self._open.discard(hosted)
            return
        await self._seated(hosted)
        free = hosted.match.open_seats if hosted.stage is Stage.LIVE and not hosted.leaving else []
        if not free and hosted not in self._open:
            return
        (self._open.add if free else self._open.discard)(hosted)
        if self.offer is not None:
            try:
                await self.offer(_opening(hosted, free))
            except (RedisError, OSError) as error:
                log.warning("seats.not_offered", match=hosted.id, error=repr(error))

    async def _seated(self, hosted: Hosted) -> None:
        """The match's entry names who may sit in it."""
        players = [hosted.match.holder(seat) for seat in range(len(hosted.setup.seats))]
        while players != hosted.live.players and hosted.stage is not Stage.DROPPED:
            try:
                live = await directory.reseat(hosted.live, players)
                hosted.live = msgspec.structs.replace(hosted.live, players=live.players)
            except (RedisError, OSError) as error:
                log.warning("match.not_noted", match=hosted.id, error=repr(error))
                await asyncio.sleep(RENEW_SECONDS)

    async def _at_rest(self, hosted: Hosted) -> None:
        while hosted.busy and hosted.stage is not Stage.DROPPED:
            await asyncio.sleep(SETTLE_SECONDS)

    # --- who takes it -------------------------------------------------------------------------------

    def asked(self, hosted: Hosted, note: link.Take) -> None:
        """Somebody of the queue wants a seat, perhaps for the second time."""
        key = hosted.id, note.claim
        if key not in self._deciding:
            self._deciding.add(key)
            self._host.spawn(self._answered(hosted, note, key))

    async def _answered(self, hosted: Hosted, note: link.Take, key: tuple[str, str]) -> None:
        try:
            seat = await self._decided(hosted, note)
            if hosted.stage is Stage.DROPPED or not self._host.may_write():
                return  # the next owner says what became of it
            if seat is not None:
                self._part(hosted, seat)
                await self._seated(hosted)
            self._host.send(note.node, link.Took(note.match, note.claim, seat))
        finally:
            self._deciding.discard(key)

    async def _decided(self, hosted: Hosted, note: link.Take) -> int | None:
        """The seat he has by the log; None where he has none and gets none."""
        asked = False
        while hosted.stage is not Stage.DROPPED:
            if not hosted.busy and not _waits(hosted, note.claim):
                seat = hosted.match.takes(note.claim)
                over = hosted.stage is Stage.ENDED or note.seat not in hosted.match.open_seats
                if seat is not None or asked or over:
                    return seat
                if hosted.leaving or self._host.redis_ms() > note.deadline:
                    return None
                asked = True
                at = self._host.at(hosted)
                who = note.player, note.name, note.rating
                self._host.put(hosted, inp.Taken(note.seat, note.claim, *who, at))
            await asyncio.sleep(SETTLE_SECONDS)
        return None

    def _part(self, hosted: Hosted, seat: int) -> None:
        """Whoever had the seat before has it no longer."""
        old = hosted.fanout.seats.get(seat)
        if old is not None and hosted.match.awaits(seat):
            hosted.fanout.cut(old, 4014)
            hosted.fanout.remove(old.node, old.conn)


def _waits(hosted: Hosted, claim: str) -> bool:
    return any(isinstance(said, inp.Taken) and said.claim == claim for said in hosted.inbox)


def _opening(hosted: Hosted, free: list[int]) -> Opening:
    match, setup = hosted.match, hosted.setup
    left = match.state.left
    inside = [seat for n, seat in enumerate(match.seats) if n not in left]
    had = {seat.player for seat in [*setup.seats, *match.seats, *(who.seat for who in match.leavers)]}
    seats = [(seat, setup.seats[seat].team) for seat in free]
    return Opening(
        setup.match, setup.game, setup.mode, seats, inside, sorted(p for p in had if p is not None)
    )
