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
from lobby.rules import queue as rules
from lobby.store import Store
from matches.engine.setup import Seat
from matches.ids import new_id
from protocol.errors import ProtocolError
from protocol.messages import Queue as QueueMessage

SWEEP = (0.25, 0.5)
"""Seconds between two sweeps of a queue, at random in between."""
SECONDS = 24 * 3600.0

log = get_logger(__name__)
Key = tuple[str, str]


class World(Protocol):
    """What the matchmaker asks of the lobby around it."""

    def clock(self) -> float:
        """Unix seconds."""
        ...

    def online(self, player: str) -> bool: ...
    def rating(self, player: str, game: str, mode: str, /) -> Awaitable[int]: ...
    async def tell(self, player: str, event: str) -> None:
        """Have all sockets of a player look after something: `player.queue`, `player.room`, …"""
        ...

    def spawn(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Run on the lobby's behalf; failures are logged."""
        ...


class Matchmaker:
    """Enter, leave, look; `run` sweeps."""

    def __init__(self, world: World, store: Store, places: Places, maker: Maker) -> None:
        self._world = world
        self._places = places
        self._maker = maker
        self._documents = Documents(store, rules.Queue, SECONDS)
        self._locks: defaultdict[Key, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._known: set[Key] = set()
        self._wake = asyncio.Event()

    async def enter(self, player: str, name: str, game: str, mode: str) -> None:
        """Look for a match; leaves another queue. Raises ProtocolError `in-match`, `busy`, `…-unknown`."""
        catalog.mode_of(game, mode)
        await self._maker.check_free(player)
        place = await self._places.get(player)
        if (
            place is not None
            and (place.game, place.mode) == (game, mode)
            and await self._waits(place, player)
        ):
            await self.back(player)
            return
        rating = await self._world.rating(player, game, mode)
        ticket = rules.Ticket(new_id(), player, name, rating, self._world.clock())
        former = await self._places.wait(player, Place(game, mode, ticket.id))
        if former is not None and former.ticket:
            await self.remove(player, former)
        try:
            await self._step((game, mode), rules.Entered(ticket))
        except rules.QueueFull:
            await self._places.leave(player, ticket.id)
            raise ProtocolError("busy", "This queue is full; try again later.", retry_after=10.0) from None

    async def leave(self, player: str) -> bool:
        """Leave the queue; False where the player is in none. Raises `in-match` if a match is being made."""
        place = await self._places.get(player)
        if place is not None and place.busy > self._world.clock():
            raise ProtocolError("in-match", "A match of yours is being made.")
        left = await self._places.leave(player)
        if left is None:
            return False
        await self.remove(player, left)
        return True

    async def remove(self, player: str, place: Place) -> None:
        """Take the ticket of a place that was given up out of its queue."""
        await self._step((place.game, place.mode), rules.Left(player, place.ticket))

    async def away(self, player: str) -> None:
        """The player's last socket is gone; the ticket is kept for a while."""
        await self._mark(player, rules.Away(player))

    async def back(self, player: str) -> None:
        """The player has a socket again."""
        await self._mark(player, rules.Back(player))

    async def where(self, player: str) -> QueueMessage:
        """Where the player waits, as it is told to sockets."""
        place = await self._places.get(player)
        if place is None or not place.ticket:
            return QueueMessage(None)
        queue, _ = await self._documents.get(keys.queue(place.game, place.mode))
        tickets = queue.tickets if queue else []
        mine = next((t for t in tickets if t.id == place.ticket), None)
        if mine is None:
            return QueueMessage(None)
        since = max(0.0, self._world.clock() - mine.since)
        bot = mine.offered and catalog.has_bots(place.game)
        return QueueMessage(place.game, place.mode, round(since, 1), len(tickets), bot)

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
        tickets = queue.tickets if queue else []
        away = frozenset(t.player for t in tickets if not self._world.online(t.player))
        queue = await self._step(key, rules.Swept(away)) if tickets else rules.Queue()
        metrics.queued.labels(*key).set(len(queue.tickets))
        if not queue.tickets:
            self._known.discard(key)

    async def _waits(self, place: Place, player: str) -> bool:
        queue, _ = await self._documents.get(keys.queue(place.game, place.mode))
        return queue is not None and any(t.id == place.ticket for t in queue.tickets)

    async def _mark(self, player: str, event: rules.Event) -> None:
        place = await self._places.get(player)
        if place is not None and place.ticket:
            await self._step((place.game, place.mode), event)

    async def _step(self, key: Key, event: rules.Event) -> rules.Queue:
        """Apply an event to the document, then do what it asks for."""
        rule, now = catalog.rule_of(*key), self._world.clock()

        def change(
            old: rules.Queue | None,
        ) -> tuple[rules.Queue | None, tuple[rules.Queue, list[rules.Effect]]]:
            new, effects = rules.step(old or rules.Queue(), event, rule, now)
            return (new if new.tickets else None), (new, effects)

        async with self._locks[key]:
            (queue, effects), _ = await self._documents.change(keys.queue(*key), change)
        if queue.tickets:
            self._known.add(key)
            self._wake.set()
        for effect in effects:
            match effect:
                case rules.Made():
                    self._world.spawn("match making", self._make(key, effect))
                case rules.Dropped(ticket):
                    await self._places.leave(ticket.player, ticket.id)
                    await self._world.tell(ticket.player, "player.queue")
                case rules.Offered(player):
                    await self._world.tell(player, "player.queue")
        return queue

    async def _make(self, key: Key, made: rules.Made) -> None:
        """Make the match of a group, or put its tickets back."""
        seats = [
            Seat(t.player, t.name, team, rating=t.rating)
            for t, team in zip(made.tickets, made.teams, strict=True)
        ]
        tickets = {t.player: t.id for t in made.tickets}
        outcome = await self._maker.make(*key, seats, tickets)
        if outcome.match is not None:
            metrics.paired.labels(*key).inc()
            await self._step(key, rules.Settled(made.claim))
            return
        out = frozenset(tickets[player] for player in outcome.out)
        await self._step(key, rules.Failed(made.claim, out))
        for player in outcome.out:
            await self._places.leave(player, tickets[player])
            await self._world.tell(player, "player.queue")
