"""The queues, over all nodes: each is one document, changed by compare-and-set.

Every change matches at once; whoever wrote a group into the document makes its match. A sweep, on every node
with tickets in a queue, does what only time does: wider windows, players who stay away, the computer's offer.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import Awaitable, Coroutine
from typing import Any, Protocol

from redis.exceptions import RedisError

from arcade.infra import keys
from arcade.infra.log import get_logger
from arcade.infra.metrics import metrics
from lobby import catalog
from lobby.documents import Documents
from lobby.making import Maker
from lobby.places import Place, Places
from lobby.relations import Relations
from lobby.repeats import Repeats
from lobby.rules import queue as rules
from lobby.rules import queue_events as events
from lobby.store import Store
from matches.engine.setup import Seat
from matches.ids import new_id
from protocol import messages as wire
from protocol.errors import ProtocolError

SWEEP = (0.25, 0.5)
"""Seconds between two sweeps of a queue, at random in between."""
SECONDS = 24 * 3600.0

log = get_logger(__name__)
Key = tuple[str, str]


class World(Protocol):
    """What the matchmaker asks of the lobby around it."""

    relations: Relations

    def clock(self) -> float:
        """Unix seconds."""
        ...

    def online(self, player: str) -> bool: ...
    def rating(self, player: str, game: str, mode: str, /) -> Awaitable[int]: ...
    async def tell(self, player: str, event: str, **data: Any) -> None:
        """Have all sockets of a player look after something: `player.queue`, `player.room`, …"""
        ...

    def spawn(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Run on the lobby's behalf; failures are logged."""
        ...


class Parties(Protocol):
    """What the matchmaker asks of the parties, and tells them."""

    async def together(self, player: str) -> bool: ...
    async def holds(self, id: str, ticket: str) -> bool: ...
    async def unqueue(self, player: str) -> None: ...
    async def queue_dropped(self, id: str, ticket: str, code: str, player: str = "") -> None: ...
    async def queue_matched(self, id: str, ticket: str, match: str) -> None: ...


class Matchmaker:
    """Enter, leave, accept, decline, look; `run` sweeps. `parties` is to be set before any is asked."""

    parties: Parties

    def __init__(self, world: World, store: Store, places: Places, maker: Maker) -> None:
        self._world = world
        self._places = places
        self._maker = maker
        self._documents = Documents(store, events.Queue, SECONDS)
        self._repeats = Repeats(store, world.clock)
        self._locks: defaultdict[Key, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._known: set[Key] = set()
        self._wake = asyncio.Event()

    # --- what players and parties ask ---------------------------------------------------------------

    async def enter(self, player: str, name: str, game: str, mode: str) -> None:
        """Look for a match; leaves another queue. Raises ProtocolError `in-match`, `in-party`, `busy`,
        `penalty`, `…-unknown`."""
        catalog.mode_of(game, mode)
        await self._maker.check_free(player)
        place = await self._places.get(player)
        if (
            place is not None
            and (place.game, place.mode) == (game, mode)
            and await self._waits(place, place.ticket)
        ):
            await self.back(player)
            return
        if await self.parties.together(player):
            raise ProtocolError("in-party")
        await self._enter("", new_id(), [(player, name)], game, mode)

    async def enter_party(
        self, party: str, ticket: str, members: list[tuple[str, str]], game: str, mode: str
    ) -> None:
        """Wait as one; `members` are (player, name). The same ticket again changes nothing."""
        if len(members) > catalog.rules_of(game, mode).largest:
            raise ProtocolError("party-too-large")
        for player, _ in members:
            await self._maker.check_free(player)
        await self._enter(party, ticket, members, game, mode)

    async def leave(self, player: str) -> bool:
        """Leave the queue; False where the player is in none. Raises `in-match` if a match is being made."""
        place = await self._places.get(player)
        if place is not None and place.busy > self._world.clock():
            raise ProtocolError("in-match", "A match of yours is being made.")
        if place is not None and place.ticket:
            queue, _ = await self._documents.get(keys.queue(place.game, place.mode))
            ticket = queue.ticket(place.ticket) if queue else None
            if ticket is not None and ticket.party:
                await self.parties.unqueue(player)
                return True
        left = await self._places.leave(player)
        if left is None:
            return False
        await self.remove(player, left)
        return True

    async def leave_party(self, ticket: str, players: list[str], game: str, mode: str) -> None:
        """Wait no longer; nothing where it does not."""
        for player in players:
            await self._places.leave(player, ticket)
        await self._step((game, mode), events.Left(players[0], ticket))
        for player in players:
            await self._world.tell(player, "player.queue")

    async def waits(self, ticket: str, players: list[str], game: str, mode: str) -> bool:
        """Whether it waits, or its match is being made."""
        return await self._waits(Place(game, mode), ticket)

    async def remove(self, player: str, place: Place) -> None:
        """Take the ticket of a place that was given up out of its queue."""
        await self._step((place.game, place.mode), events.Left(player, place.ticket))

    async def answer(self, player: str, claim: str, accept: bool) -> None:
        """Take the match proposed, or not. Raises ProtocolError `not-proposed`."""
        place = await self._places.get(player)
        if place is None or not place.ticket:
            raise ProtocolError("not-proposed")
        event = events.Accepted(player, claim) if accept else events.Declined(player, claim)
        try:
            queue = await self._step((place.game, place.mode), event)
        except events.NotProposed:
            raise ProtocolError("not-proposed") from None
        proposal = queue.proposal(claim)
        for seat in proposal.seats if proposal else ():
            await self._world.tell(seat.player, "player.queue")

    async def away(self, player: str) -> None:
        """The player's last socket is gone; the ticket is kept for a while."""
        await self._mark(player, events.Away(player))

    async def back(self, player: str) -> None:
        """The player has a socket again."""
        await self._mark(player, events.Back(player))

    async def parted(self, player: str, other: str) -> None:
        """The two are not to meet any more; a match of theirs that is being made already is made."""
        await self._mark(player, events.Parted(player, other))

    async def where(self, player: str) -> wire.Queue:
        """Where the player waits, as it is told to sockets."""
        place = await self._places.get(player)
        queue, _ = await self._documents.get(keys.queue(place.game, place.mode)) if place else (None, 0)
        mine = queue.ticket(place.ticket) if place is not None and queue is not None else None
        if place is None or queue is None or mine is None:
            return wire.Queue(None)
        since = max(0.0, self._world.clock() - mine.since)
        bot = mine.offered and catalog.has_bots(place.game)
        waiting = sum(t.size for t in queue.tickets)
        ahead = sum(t.size for t in queue.tickets if (t.since, t.id) < (mine.since, mine.id))
        proposal = queue.proposal(mine.claim)
        asked = _asked(proposal, player, self._world.clock()) if proposal else None
        told = (place.game, place.mode, round(since, 1), waiting, bot, ahead + 1, rules.estimate(queue))
        return wire.Queue(*told, party=mine.size, asked=asked)

    # --- what time and the document do --------------------------------------------------------------

    async def run(self) -> None:
        """Sweep the queues this node knows of, for ever."""
        while True:
            if not self._known:
                self._wake.clear()
                await self._wake.wait()
            await asyncio.sleep(random.uniform(*SWEEP))  # noqa: S311
            for key in list(self._known):
                try:
                    await self._sweep(key)
                except (RedisError, OSError, ProtocolError) as error:
                    log.warning("queue not swept", game=key[0], mode=key[1], error=repr(error))
                    await asyncio.sleep(1)

    async def _sweep(self, key: Key) -> None:
        queue, _ = await self._documents.get(keys.queue(*key))
        players = [player for t in queue.tickets for player in t.players] if queue else []
        away = frozenset(player for player in players if not self._world.online(player))
        queue = await self._step(key, events.Swept(away)) if players else events.Queue()
        metrics.queued.labels(*key).set(len(queue.tickets))
        if not queue.tickets:
            self._known.discard(key)

    async def _enter(self, party: str, id: str, members: list[tuple[str, str]], game: str, mode: str) -> None:
        seekers = [
            events.Seeker(player, name, await self._world.rating(player, game, mode))
            for player, name in members
        ]
        blocks = [await self._world.relations.blocks_of(player) for player, _ in members]
        if cap := catalog.rules_of(game, mode).repeats:
            blocks += [await self._repeats.over(player, (game, mode), cap) for player, _ in members]
        apart = frozenset[str]().union(*blocks).difference(player for player, _ in members)
        ticket = events.Ticket(id, seekers, self._world.clock(), party, blocks=apart)
        for player in ticket.players:
            former = await self._places.wait(player, Place(game, mode, id))
            if former is not None and former.ticket not in ("", id):
                await self.remove(player, former)
        try:
            await self._step((game, mode), events.Entered(ticket))
        except (events.QueueFull, events.Penalised) as error:
            for player in ticket.players:
                await self._places.leave(player, id)
            if isinstance(error, events.Penalised):
                raise ProtocolError("penalty", retry_after=round(error.seconds, 1)) from None
            raise ProtocolError("busy", "This queue is full; try again later.", retry_after=10.0) from None
        if party:
            for player in ticket.players:
                await self._world.tell(player, "player.queue")

    async def _waits(self, place: Place, ticket: str) -> bool:
        queue, _ = await self._documents.get(keys.queue(place.game, place.mode))
        return queue is not None and queue.ticket(ticket) is not None

    async def _mark(self, player: str, event: events.Event) -> None:
        place = await self._places.get(player)
        if place is not None and place.ticket:
            await self._step((place.game, place.mode), event)

    async def _step(self, key: Key, event: events.Event) -> events.Queue:
        """Apply an event to the document, then do what it asks for."""
        declared, now = catalog.rules_of(*key), self._world.clock()

        def change(
            old: events.Queue | None,
        ) -> tuple[events.Queue | None, tuple[events.Queue, list[events.Effect]]]:
            new, effects = rules.step(old or events.Queue(), event, declared, now)
            return (None if new == events.Queue() else new), (new, effects)

        async with self._locks[key]:
            (queue, effects), _ = await self._documents.change(keys.queue(*key), change)
        if queue.tickets:
            self._known.add(key)
            self._wake.set()
        for effect in effects:
            match effect:
                case events.Made():
                    self._world.spawn("match making", self._make(key, effect))
                case events.Proposed(_, players):
                    for player in players:
                        await self._world.tell(player, "player.queue")
                case events.Dropped():
                    await self._dropped(key, effect)
                case events.Offered(player):
                    await self._world.tell(player, "player.queue")
        return queue

    async def _dropped(self, key: Key, dropped: events.Dropped) -> None:
        ticket = dropped.ticket
        for player in ticket.players:
            await self._places.leave(player, ticket.id)
        if ticket.party:
            await self.parties.queue_dropped(ticket.party, ticket.id, dropped.code, dropped.player)
        for player in ticket.players:
            mine = player == dropped.player
            reason = {"code": dropped.code, "mine": mine, "game": key[0], "mode": key[1]}
            await self._world.tell(player, "player.unqueued", **reason)
            await self._world.tell(player, "player.queue")

    async def _make(self, key: Key, made: events.Made) -> None:
        """Make the match of a group, or put its tickets back."""
        known = {m.player: (t, m) for t in made.tickets for m in t.members}
        gone = [t for t in made.tickets if t.party and not await self.parties.holds(t.party, t.id)]
        if gone or {seat.player for seat in made.seats} != set(known):
            await self._failed(key, made, gone)
            return
        if apart := await self._apart(made.tickets):
            for one, other in sorted(apart):
                await self._step(key, events.Parted(one, other))
            await self._failed(key, made, [])
            return
        seats = [
            Seat(seat.player, known[seat.player][1].name, seat.team, rating=known[seat.player][1].rating)
            for seat in made.seats
        ]
        tickets = {player: ticket.id for player, (ticket, _) in known.items()}
        outcome = await self._maker.make(*key, seats, tickets)
        if outcome.match is None:
            await self._failed(key, made, [t for t in made.tickets if not outcome.out.isdisjoint(t.players)])
            return
        now = self._world.clock()
        metrics.paired.labels(*key).inc()
        for ticket in made.tickets:
            metrics.queue_wait.labels(*key).observe(max(0.0, now - ticket.since))
            if ticket.party:
                await self.parties.queue_matched(ticket.party, ticket.id, outcome.match)
        await self._step(key, events.Settled(made.claim))
        declared = catalog.rules_of(*key)
        if declared.repeats and declared.rated and len(seats) == 2:
            await self._repeats.met(made.seats[0].player, made.seats[1].player, key)

    async def _apart(self, tickets: list[events.Ticket]) -> set[tuple[str, str]]:
        """Pairs of different tickets of whom one has blocked the other since they came.

        While the database is away what their tickets say holds.
        """
        of = {player: ticket.id for ticket in tickets for player in ticket.players}
        try:
            blocked = await self._world.relations.blocked_by(list(of))
        except ProtocolError:
            return set()
        return {(one, other) for one, other in blocked if of[one] != of[other]}

    async def _failed(self, key: Key, made: events.Made, out: list[events.Ticket]) -> None:
        await self._step(key, events.Failed(made.claim, frozenset(t.id for t in out)))
        for ticket in out:
            for player in ticket.players:
                await self._places.leave(player, ticket.id)
                await self._world.tell(player, "player.queue")
            if ticket.party:
                await self.parties.queue_dropped(ticket.party, ticket.id, "failed")


def _asked(proposal: events.Proposal, player: str, now: float) -> dict[str, Any]:
    return {
        "claim": proposal.claim,
        "seconds": round(max(0.0, proposal.until - now), 1),
        "accepted": len(proposal.accepted),
        "players": len(proposal.seats),
        "mine": player in proposal.accepted,
    }
