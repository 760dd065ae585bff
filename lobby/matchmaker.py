"""The queues, over all nodes: what players and parties ask of them, and what comes of it.

A queue has one writer (`lobby/queues.py`); it tells what is to be done once that is written, and here it is
done, on its node: matches are made, players told.
"""

import asyncio
from collections.abc import Awaitable, Coroutine, Iterable
from typing import Any, Protocol

import msgspec

from arcade.infra.metrics import metrics
from lobby import catalog, entering
from lobby.making import Maker
from lobby.places import Out, Place, Places
from lobby.queue_store import QueueStore
from lobby.queues import Queues
from lobby.records import Strength
from lobby.relations import Relations
from lobby.rules import queue_events as events
from lobby.rules.matching import openings
from lobby.rules.wishes import Wish
from lobby.store import Store
from matches.engine.setup import Seat
from matches.host.refilling import Opening
from matches.ids import new_id
from protocol import messages as wire
from protocol.errors import ProtocolError

CARRIED = 64
"""Effects of the queues that are carried out at once."""

Key = tuple[str, str]


class World(Protocol):
    """What the matchmaker asks of the lobby around it."""

    relations: Relations

    def clock(self) -> float:
        """Unix seconds."""
        ...

    def online(self, player: str) -> bool: ...
    def nodes(self, player: str) -> Iterable[str]:
        """Where his lobby sockets are, as far as this node knows."""
        ...

    def strength(self, player: str, game: str, mode: str, /) -> Awaitable[Strength]: ...
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
    """Enter, leave, accept, decline, look. `parties` is to be set before any is asked."""

    parties: Parties

    def __init__(
        self, world: World, store: Store, queues: QueueStore, node: str, places: Places, maker: Maker
    ) -> None:
        self._world = world
        self._places = places
        self._maker = maker
        self.queues = Queues(queues, node, world.clock, world.online, self._carry)
        self._room = asyncio.Semaphore(CARRIED)

    # --- what players and parties ask ---------------------------------------------------------------

    async def enter(
        self, player: str, name: str, game: str, mode: str, wish: dict[str, Any] | None = None
    ) -> None:
        """Look for a match; leaves another queue. Who waits here already keeps his place, also with another
        wish. Raises ProtocolError `in-match`, `in-party`, `bad-wish`, `busy`, `penalty`, `…-unknown`."""
        asked = entering.wish(wish or {}, game, mode)
        await self._maker.check_free(player)
        place = await self._places.get(player)
        if place is not None and (place.game, place.mode) == (game, mode):
            waiting = await self._waiting(place, place.ticket)
            if waiting is not None and (waiting.party or waiting.claim or entering.same(waiting, asked)):
                await self.back(player)
                return
        if await self.parties.together(player):
            raise ProtocolError("in-party")
        await self._enter("", new_id(), [(player, name)], [asked], game, mode)

    async def enter_party(
        self,
        party: str,
        ticket: str,
        members: list[tuple[str, str]],
        wishes: list[Wish],
        game: str,
        mode: str,
    ) -> None:
        """Wait as one; `members` are (player, name). The same ticket again changes nothing."""
        if len(members) > catalog.rules_of(game, mode).largest:
            raise ProtocolError("party-too-large")
        for player, _ in members:
            await self._maker.check_free(player)
        await self._enter(party, ticket, members, wishes, game, mode)

    async def leave(self, player: str) -> bool:
        """Leave the queue; False where the player is in none. Raises `in-match` if a match is being made."""
        place = await self._places.get(player)
        if place is not None and place.busy > self._world.clock():
            raise ProtocolError("in-match", "A match of yours is being made.")
        if place is not None and place.ticket:
            look = await self.queues.look((place.game, place.mode), place.ticket)
            if look is not None and look.ticket.party:
                await self.parties.unqueue(player)
                return True
        left = await self._places.leave(player)
        if left is None:
            return False
        await self.remove(player, left)
        return True

    async def leave_alone(self, player: str, excused: bool = False) -> None:
        """Wait no longer by himself; nothing where he does not, or where a match is being made. `excused`: by
        another's doing, so a match that was proposed does not count as declined by him."""
        place = await self._places.get(player)
        if place is None or not place.ticket:
            return
        look = await self.queues.look((place.game, place.mode), place.ticket)
        if look is not None and not look.ticket.party:
            left = await self._places.leave(player, place.ticket)
            if left is not None:
                await self.remove(player, left, excused)
                await self._world.tell(player, "player.queue")

    async def leave_party(
        self, ticket: str, players: list[str], game: str, mode: str, excused: bool = False
    ) -> None:
        """Wait no longer; nothing where it does not. The first of the players has given it up, if he is not
        `excused`."""
        for player in players:
            await self._places.leave(player, ticket)
        await self.queues.ask((game, mode), events.Left(players[0], ticket, excused))
        for player in players:
            await self._world.tell(player, "player.queue")

    async def waits(self, ticket: str, players: list[str], game: str, mode: str) -> bool:
        """Whether it waits, or its match is being made."""
        return await self._waiting(Place(game, mode), ticket) is not None

    async def remove(self, player: str, place: Place, excused: bool = False) -> None:
        """Take the ticket of a place that was given up out of its queue."""
        await self.queues.ask((place.game, place.mode), events.Left(player, place.ticket, excused))

    async def answer(self, player: str, claim: str, accept: bool) -> None:
        """Take the match proposed, or not. Raises ProtocolError `not-proposed`."""
        place = await self._places.get(player)
        if place is None or not place.ticket:
            raise ProtocolError("not-proposed")
        event = events.Accepted(player, claim) if accept else events.Declined(player, claim)
        try:
            await self.queues.ask((place.game, place.mode), event)
        except events.NotProposed:
            raise ProtocolError("not-proposed") from None

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
        look = None
        if place is not None and place.ticket:
            look = await self.queues.look((place.game, place.mode), place.ticket)
        if place is None or look is None:
            return wire.Queue(None)
        mine, now = look.ticket, self._world.clock()
        since = max(0.0, now - mine.since)
        bot = mine.offered and catalog.has_bots(place.game)
        asked = _asked(look.proposal, player, now) if look.proposal else None
        told = (place.game, place.mode, round(since, 1), look.whole.players, bot, look.ahead + 1)
        return wire.Queue(*told, look.whole.estimate, party=mine.size, asked=asked)

    # --- entering -----------------------------------------------------------------------------------

    async def _enter(
        self,
        party: str,
        id: str,
        members: list[tuple[str, str]],
        wishes: list[Wish],
        game: str,
        mode: str,
    ) -> None:
        ticket = await entering.ticket(self._world, id, party, members, wishes, (game, mode))
        renewed: Place | None = None
        for player in ticket.players:
            former = await self._places.wait(player, Place(game, mode, id))
            if former is None or former.ticket in ("", id):
                continue
            if not party and (former.game, former.mode) == (game, mode):
                renewed = former
            else:
                await self.remove(player, former)
        try:
            await self.queues.ask((game, mode), events.Entered(ticket))
        except ProtocolError:
            for player in ticket.players:
                await self._places.leave(player, id)
            raise
        if renewed is not None and await self._waiting(renewed, renewed.ticket) is not None:
            await self._places.wait(ticket.player, renewed)  # its match was proposed just then: as it was
        if party:
            for player in ticket.players:
                await self._world.tell(player, "player.queue")

    async def _waiting(self, place: Place, ticket: str) -> events.Ticket | None:
        look = await self.queues.look((place.game, place.mode), ticket)
        return look.ticket if look is not None else None

    async def _mark(self, player: str, event: events.Event) -> None:
        place = await self._places.get(player)
        if place is not None and place.ticket:
            await self.queues.ask((place.game, place.mode), event)

    # --- what comes of it ---------------------------------------------------------------------------

    def _carry(self, key: Key, effects: list[events.Effect], inherited: bool) -> None:
        for effect in effects:
            self._world.spawn("queue's effect", self._carried(key, effect, inherited))

    async def _carried(self, key: Key, effect: events.Effect, inherited: bool) -> None:
        """Do what the queue asks for; `inherited`: it may have been done by a node that died at it."""
        async with self._room:
            match effect:
                case events.Made():
                    await self._make(key, effect, inherited)
                case events.Filled():
                    await self._fill(key, effect)
                case events.Proposed(claim, players):
                    for player in players:
                        await self._world.tell(player, "player.queue")
                        if claim:
                            await self._check_place(player, key)
                case events.Answered(players):
                    for player in players:
                        await self._world.tell(player, "player.queue")
                case events.Dropped():
                    await self._dropped(key, effect)
                    await self.queues.ask(key, events.Told(effect.ticket.id))
                case events.Offered(player):
                    await self._world.tell(player, "player.queue")

    async def _check_place(self, player: str, key: Key) -> None:
        """Who has no place here, as a match of this ticket was made by a node that died then, sees nothing of
        what he is asked: his ticket goes, and nobody is to blame."""
        place = await self._places.get(player)
        here = place is not None and place.ticket and (place.game, place.mode) == key
        if not here and (place is None or place.busy <= self._world.clock()):
            await self.queues.ask(key, events.Left(player, excused=True))

    async def _dropped(self, key: Key, dropped: events.Dropped) -> None:
        ticket = dropped.ticket
        outs = {
            player: Out(*key, ticket.id, dropped.code, player == dropped.player) for player in ticket.players
        }
        for player, out in outs.items():
            await self._places.drop(player, out)
        if ticket.party:
            await self.parties.queue_dropped(ticket.party, ticket.id, dropped.code, dropped.player)
        for player, out in outs.items():
            await self._world.tell(player, "player.unqueued", **msgspec.structs.asdict(out))
            await self._world.tell(player, "player.queue")

    async def _make(self, key: Key, made: events.Made, inherited: bool) -> None:
        """Make the match of a group, or put its tickets back."""
        if inherited:
            live = await self._maker.together([seat.player for seat in made.seats])
            if live is not None:
                for ticket in made.tickets:
                    for player in ticket.players:
                        await self._places.settle(player, ticket.id)
                await self._maker.tell(live)
                await self._matched(key, made, live.match)
                return
            if await self._maker.busy([seat.player for seat in made.seats]):
                return  # who was at it may still be; if not, the claim ends by itself
        known = {m.player: (t, m) for t in made.tickets for m in t.members}
        gone = [t for t in made.tickets if t.party and not await self.parties.holds(t.party, t.id)]
        if gone or {seat.player for seat in made.seats} != set(known):
            await self._failed(key, made, gone)
            return
        if apart := await self._apart(made.tickets):
            for one, other in sorted(apart):
                await self.queues.ask(key, events.Parted(one, other))
            await self._failed(key, made, [])
            return
        seats = [
            Seat(seat.player, known[seat.player][1].name, seat.team, rating=known[seat.player][1].rating)
            for seat in made.seats
        ]
        tickets = {player: ticket.id for player, (ticket, _) in known.items()}
        near = [node for player in tickets for node in self._world.nodes(player)]
        refills = catalog.rules_of(*key).refills
        outcome = await self._maker.make(*key, seats, tickets, refill=refills, near=near)
        if outcome.match is None:
            await self._failed(key, made, [t for t in made.tickets if not outcome.out.isdisjoint(t.players)])
            return
        await self._matched(key, made, outcome.match)

    async def opened(self, opening: Opening) -> None:
        """A running match has free seats, or (none) no longer."""
        key = opening.game, opening.mode
        if catalog.rules_of(*key).refills:
            players = frozenset(seat.player for seat in opening.players if seat.player is not None)
            ratings = tuple(float(seat.rating) for seat in opening.players if seat.rating is not None)
            seats = tuple(opening.seats)
            told = openings.Opening(opening.match, seats, ratings, players, frozenset(opening.had))
            await self.queues.ask(key, events.Opened(told))

    async def _fill(self, key: Key, filled: events.Filled) -> None:
        """Give him the seat, or put his ticket back."""
        ticket, seat = filled.ticket, filled.seat
        me = ticket.members[0]
        if ticket.party and not await self.parties.holds(ticket.party, ticket.id):
            await self._unfilled(key, filled.claim, [ticket])
            return
        if apart := await self._apart_from(me.player, filled.players):
            for other in sorted(apart):
                await self.queues.ask(key, events.Parted(me.player, other))
            await self._unfilled(key, filled.claim, [])
            return
        who = Seat(me.player, me.name, seat.team, rating=me.rating)
        outcome = await self._maker.fill(*key, seat.match, seat.number, filled.claim, who, ticket.id)
        if outcome.match is None:
            await self._unfilled(key, filled.claim, [ticket] if outcome.out else [])
        else:
            await self._matched(key, events.Made(filled.claim, [ticket], []), outcome.match)

    async def _apart_from(self, player: str, others: frozenset[str]) -> set[str]:
        """Those of whom and the player one has blocked the other, as far as the database says."""
        try:
            blocked = await self._world.relations.blocked_by([player, *others])
        except ProtocolError:
            return set()
        return {other for pair in blocked if player in pair for other in pair} - {player}

    async def _matched(self, key: Key, made: events.Made, match: str) -> None:
        now = self._world.clock()
        metrics.paired.labels(*key).inc()
        for ticket in made.tickets:
            metrics.queue_wait.labels(*key).observe(max(0.0, now - ticket.since))
            if ticket.party:
                await self.parties.queue_matched(ticket.party, ticket.id, match)
        await self.queues.ask(key, events.Settled(made.claim, frozenset(t.id for t in made.tickets)))

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
        await self._unfilled(key, made.claim, out)

    async def _unfilled(self, key: Key, claim: str, out: list[events.Ticket]) -> None:
        await self.queues.ask(key, events.Failed(claim, frozenset(t.id for t in out)))
        for ticket in out:
            for player in ticket.players:
                await self._places.leave(player, ticket.id)
                await self._world.tell(player, "player.queue")
            if ticket.party:
                await self.parties.queue_dropped(ticket.party, ticket.id, "failed")


def _asked(proposal: events.Proposal, player: str, now: float) -> dict[str, Any]:
    role = next((seat.role for seat in proposal.seats if seat.player == player), "")
    told = {
        "claim": proposal.claim,
        "seconds": round(max(0.0, proposal.until - now), 1),
        "accepted": len(proposal.accepted),
        "players": len(proposal.seats),
        "mine": player in proposal.accepted,
    }
    return {**told, "role": role} if role else told
