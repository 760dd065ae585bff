"""Putting players into a match: take every one's place, make it, tell them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

import msgspec
from redis.exceptions import RedisError

from arcade.infra.log import get_logger
from lobby import catalog
from lobby.places import Hold, Place, Places
from lobby.repeats import Repeats
from lobby.rules.queue import CLAIM
from matches.directory import Live
from matches.engine.setup import Seat
from protocol.errors import ProtocolError

CREATE_SECONDS = 5.0

log = get_logger(__name__)


class Matches(Protocol):
    """What the composition root hands in."""

    async def create(
        self,
        game: str,
        mode: str,
        seats: list[Seat],
        settings: dict[str, Any] | None = None,
        *,
        rated: bool = True,
        refill: bool = False,
        near: Sequence[str] = (),
    ) -> str:
        """Make a match; returns its id. `settings`: the game's that differ from its defaults; `rated`: as far
        as its mode is; `refill`: leavers' seats may be filled from the queue, where the game allows it;
        `near`: the nodes of its players, of which the one with most is to host it."""
        ...

    async def placed(self, match: str) -> None:
        """Return when the new match has its host, or soon in any case."""
        ...

    async def take(self, match: str, seat: int, claim: str, who: Seat) -> bool:
        """Have a player take a leaver's seat; whether he has it now."""
        ...

    async def running(self, player: str) -> Live | None:
        """The match this player sits in and that has not ended."""
        ...

    async def find(self, match: str) -> Live | None:
        """The match of this id; None where it is unknown or long over."""
        ...


class Outcome(msgspec.Struct, frozen=True):
    """The match, or None; then `out` are the players because of whom, empty where it was our fault."""

    match: str | None
    out: frozenset[str] = frozenset()


class Maker:
    """`found` tells a player of the match; `unqueue` takes a given-up place's ticket out of its queue.

    Duels of a pair that has had its day's rated ones (`QueueRules.repeats`) are not rated, however they came
    about: by the queue, a rematch or a room.
    """

    def __init__(
        self,
        matches: Matches,
        places: Places,
        found: Callable[[str, str, str, str, int, bool, bool], Awaitable[None]],
        unqueue: Callable[[str, Place], Awaitable[None]],
        repeats: Repeats,
    ) -> None:
        self._matches = matches
        self._repeats = repeats
        self._places = places
        self._found = found
        self._unqueue = unqueue

    async def check_free(self, player: str) -> None:
        """Raises ProtocolError `in-match`."""
        if await self._matches.running(player) is not None:
            raise ProtocolError("in-match")

    async def together(self, players: list[str]) -> Live | None:
        """The live match that all of these sit in."""
        live = await self._matches.running(players[0]) if players else None
        return live if live is not None and set(players) <= set(live.players) else None

    async def tell(self, live: Live) -> None:
        """Tell its players of a match; who made it may not have lived to."""
        for seat, player in enumerate(live.players):
            if player is not None:
                await self._found(player, live.match, live.game, live.mode, seat, False, False)

    async def busy(self, players: list[str]) -> bool:
        """Whether one of them is being put into a match."""
        return any([await self._places.busy(player) for player in players])

    async def make(
        self,
        game: str,
        mode: str,
        seats: list[Seat],
        tickets: dict[str, str],
        after: str | None = None,
        settings: dict[str, Any] | None = None,
        refill: bool = False,
        near: Sequence[str] = (),
    ) -> Outcome:
        """Make the match. `tickets`: the queue's ticket by player; who has none is taken from wherever.

        `after` is the match that this one is the rematch of; `near`, `refill`: see `Matches.create`.
        """
        holds: list[Hold] = []
        out: set[str] = set()
        began, busy = asyncio.get_running_loop().time(), False
        match: str | None = None
        pair: tuple[str, str] | None = None
        rated = True
        try:
            for player in [s.player for s in seats if s.player is not None]:
                try:
                    hold = await self._places.take(player, tickets.get(player))
                except ProtocolError:
                    hold, busy = None, True
                    if player in tickets:
                        continue  # another makes a match of the same ticket: no fault of the player's
                if hold is None:
                    out.add(player)
                    continue
                holds.append(hold)
                live = await self._matches.running(player)
                if live is not None and live.match != after:
                    out.add(player)
            slept = asyncio.get_running_loop().time() - began > CLAIM - CREATE_SECONDS
            if not out and not busy and not slept:  # what was taken may be free again
                pair, rated = await self._duel(game, mode, seats, settings)
                match = await self._create(game, mode, seats, settings, rated, refill, near)
        finally:
            if match is None:
                for hold in holds:
                    await self._places.restore(hold)
        if match is None:
            return Outcome(None, frozenset(out))
        for hold in holds:
            await self._places.free(hold)
        await self._matches.placed(match)
        for seat, who in enumerate(seats):
            if who.player is not None:
                await self._found(who.player, match, game, mode, seat, after is not None, False)
        for hold in holds:
            if hold.before is not None and hold.before.ticket and hold.player not in tickets:
                await self._unqueue(hold.player, hold.before)
        if pair is not None and rated:
            await self._count(pair, game, mode)
        return Outcome(match)

    async def _duel(
        self, game: str, mode: str, seats: list[Seat], settings: dict[str, Any] | None
    ) -> tuple[tuple[str, str] | None, bool]:
        """The pair whose duels are counted, if this is one, and whether another one is rated."""
        one, other = (seats[0].player, seats[1].player) if len(seats) == 2 else (None, None)
        if one is None or other is None or settings:
            return None, True
        rules = catalog.rules_of(game, mode)
        if not rules.rated or not rules.repeats:
            return None, True
        return (one, other), other not in await self._repeats.over(one, (game, mode), rules.repeats)

    async def _count(self, pair: tuple[str, str], game: str, mode: str) -> None:
        try:
            await self._repeats.met(*pair, (game, mode))
        except (RedisError, OSError, ProtocolError) as error:
            log.warning("duel not counted", game=game, mode=mode, error=repr(error))

    async def fill(
        self, game: str, mode: str, match: str, number: int, claim: str, who: Seat, ticket: str
    ) -> Outcome:
        """Put the player of this ticket into a leaver's seat of a running match."""
        player, taken = who.player or "", False
        try:
            hold = await self._places.take(player, ticket)
        except ProtocolError:
            return Outcome(None)
        if hold is None:
            return Outcome(None, frozenset({player}))
        live = None
        try:
            live = await self._matches.running(player)
            taken = live is None and await self._matches.take(match, number, claim, who)
        finally:
            if not taken:
                await self._places.restore(hold)
        if not taken:
            return Outcome(None, frozenset({player}) if live is not None else frozenset())
        await self._places.free(hold)
        await self._found(player, match, game, mode, number, False, True)
        return Outcome(match)

    async def _create(
        self,
        game: str,
        mode: str,
        seats: list[Seat],
        settings: dict[str, Any] | None,
        rated: bool,
        refill: bool,
        near: Sequence[str],
    ) -> str | None:
        try:
            async with asyncio.timeout(CREATE_SECONDS):
                return await self._matches.create(
                    game, mode, seats, settings, rated=rated, refill=refill, near=near
                )
        except Exception:
            log.exception("match not made", game=game, mode=mode)
            return None
