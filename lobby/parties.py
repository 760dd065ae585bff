"""Parties, over all nodes: what players ask of them, what the queue and matches tell, and a sweep.

After each change the party's group is told the document with its version, so a socket that hears two changes
in the wrong order keeps the newer. The queue is told after the document: a ticket that did not get there is
found by the sweep, one that the party has given up since by `holds`.
"""

import asyncio
from typing import Any, Protocol

import msgspec
from redis.exceptions import RedisError

from arcade.infra.log import get_logger
from lobby import catalog, entering
from lobby.making import Matches
from lobby.party_book import Book, Change
from lobby.relations import Relations
from lobby.rules import party as rules
from lobby.rules import party_events as events
from lobby.rules.party_events import Party, Phase
from lobby.rules.wishes import Wish
from lobby.store import Store
from matches.ids import new_id
from protocol.errors import ProtocolError

SWEEP = 2.0
"""Seconds between two sweeps of the parties."""

log = get_logger(__name__)
Told = tuple[Party, int]


class World(Protocol):
    """What the parties ask of the lobby around them."""

    @property
    def relations(self) -> Relations: ...
    def clock(self) -> float:
        """Unix seconds."""
        ...

    def online(self, player: str) -> bool: ...
    async def tell(self, player: str, event: str, **data: Any) -> None: ...
    async def tell_party(self, party: str, event: dict[str, Any]) -> None: ...


class Queues(Protocol):
    """What the parties ask of the matchmaker; it calls `queue_dropped` and `queue_matched` back."""

    async def enter_party(
        self,
        party: str,
        ticket: str,
        members: list[tuple[str, str]],
        wishes: list[Wish],
        game: str,
        mode: str,
    ) -> None:
        """Wait as one; `members` are (player, name). The same ticket again changes nothing.

        Raises ProtocolError where they may not.
        """
        ...

    async def leave_party(
        self, ticket: str, players: list[str], game: str, mode: str, excused: bool = False
    ) -> None:
        """Wait no longer; nothing where it does not. The first of the players has given it up: a match
        that was proposed counts as declined by him, unless `excused`."""
        ...

    async def leave_alone(self, player: str, excused: bool = False) -> None:
        """Wait no longer where he waits by himself; a match that is being made is made."""
        ...

    async def waits(self, ticket: str, players: list[str], game: str, mode: str) -> bool:
        """Whether it waits, or its match is being made."""
        ...


class Parties:
    """`run` sweeps. All that a player asks raises ProtocolError where it is refused."""

    def __init__(self, world: World, store: Store, matches: Matches, queues: Queues) -> None:
        self._world = world
        self._matches = matches
        self._queues = queues
        self._book = Book(store, world.clock)
        self._known: set[str] = set()
        self._strayed: dict[str, frozenset[str]] = {}
        """Members who pointed elsewhere at the last sweep; they may just be on their way here."""

    async def of(self, player: str) -> str | None:
        """The id of the party this player is a member of."""
        told = await self.mine(player)
        return told[0].id if told else None

    async def mine(self, player: str) -> Told | None:
        """The party this player is a member of, and its version. From now on this node sweeps it."""
        id = await self._book.pointer(player)
        told = await self._book.get(id) if id else None
        if told is None or told[0].member(player) is None:
            return None
        self._known.add(told[0].id)
        return told

    async def get(self, id: str) -> Told | None:
        """A party, whoever asks, and its version."""
        return await self._book.get(id)

    async def together(self, player: str) -> bool:
        """Whether others are in this player's party."""
        told = await self.mine(player)
        return told is not None and len(told[0].members) > 1

    async def holds(self, id: str, ticket: str) -> bool:
        """Whether the party is in the queue by this ticket; asked before a match of it is made."""
        told = await self._book.get(id)
        return told is not None and told[0].ticket == ticket

    # --- what players ask ---------------------------------------------------------------------------

    async def create(self, player: str, name: str, game: str = "", mode: str = "") -> str:
        """Found a party; returns its id. Who is in one keeps it."""
        told = await self.mine(player)
        if told is not None:
            return told[0].id
        now = self._world.clock()
        party = rules.founded(new_id(), player, name, now)
        if game:
            party, _ = rules.step(party, _chosen(player, game, mode), now)
        version = await self._book.found(party)
        if version is None:
            raise ProtocolError("busy", retry_after=1.0)
        await self._done(Change(party, party, version, [events.In(player)]))
        return party.id

    async def join(self, player: str, name: str, id: str) -> None:
        """Let a player in who was invited; he leaves another party."""
        told = await self._book.get(id)
        if told is not None and told[0].member(player) is None:
            await self._check(told[0], player)
        await self._step(id, events.Joined(player, name), "party-unknown")

    async def ask(self, player: str, name: str, other: str) -> None:
        """Ask to join the party of another player."""
        told = await self.mine(other)
        if told is None:
            raise ProtocolError("party-unknown")
        await self._check(told[0], player)
        await self._step(told[0].id, events.Asked(player, name), "party-unknown")

    async def answer(self, player: str, asker: str, let: bool) -> None:
        """The owner lets somebody in who asked, or does not."""
        id, other = await self._id(player), await self.mine(asker)
        told = await self._book.get(id)
        if let and told is not None and await self.apart(told[0], asker):
            raise ProtocolError("invite-over")
        free = other is None or other[0].id == id or len(other[0].members) == 1
        await self._step(id, events.Answered(player, asker, let, free))

    async def leave(self, player: str) -> None:
        await self._step(await self._id(player), events.Left(player))

    async def kick(self, player: str, other: str) -> None:
        await self._step(await self._id(player), events.Kicked(player, other))

    async def promote(self, player: str, other: str) -> None:
        await self._step(await self._id(player), events.Promoted(player, other))

    async def ready(self, player: str, ready: bool, wish: dict[str, Any] | None = None) -> None:
        """`wish`: what he asks of the queue, as `lobby.rules.wishes` reads it. Raises also `bad-wish`."""
        id = await self._id(player)
        await self._step(id, events.Readied(player, ready, await self._wish(id, wish)))

    async def choose(self, player: str, game: str, mode: str) -> None:
        """The owner says what the party plays; that says how many it may be."""
        await self._step(await self._id(player), _chosen(player, game, mode))

    async def queue(self, player: str, wish: dict[str, Any] | None = None) -> None:
        """The owner takes the party into the queue; raises also what that refuses it for, `bad-wish` too."""
        id = await self._id(player)
        asked = await self._wish(id, wish)
        told = await self._book.get(id)
        for member in told[0].members if told else []:
            if await self._matches.running(member.player) is not None:
                raise ProtocolError("in-match")
        refused = await self._step(id, events.Queued(player, new_id(), asked))
        if refused is not None:
            raise refused

    async def unqueue(self, player: str) -> None:
        await self._step(await self._id(player), events.Stopped(player))

    async def look(self, player: str) -> None:
        """The player came, or his last socket is gone."""
        id = await self._book.pointer(player)
        if id:
            await self._sweep(id)

    # --- what the queue and matches tell ------------------------------------------------------------

    async def queue_dropped(self, id: str, ticket: str, code: str, player: str = "") -> None:
        """The queue let the ticket go, because of `player` where there is one."""
        await self._step(id, events.Dropped(ticket, code, player), None)

    async def queue_matched(self, id: str, ticket: str, match: str) -> None:
        """The match of the ticket exists."""
        await self._step(id, events.Matched(ticket, match), None)

    async def ended(self, match: str, players: list[str]) -> None:
        """A match is over; the parties that were in it are open again."""
        for id in {id for id in [await self._book.pointer(player) for player in players] if id}:
            await self._step(id, events.Ended(match), None)

    # --- the sweep ----------------------------------------------------------------------------------

    async def run(self) -> None:
        """Sweep the parties this node knows of, for ever."""
        while True:
            await asyncio.sleep(SWEEP)
            for id in list(self._known):
                try:
                    await self._sweep(id)
                except (RedisError, OSError, ProtocolError) as error:
                    log.warning("party not swept", party=id, error=repr(error))

    async def _sweep(self, id: str) -> None:
        told = await self._book.get(id)
        if told is None:
            self._known.discard(id)
            self._strayed.pop(id, None)
            return
        self._known.add(id)
        party = told[0]
        players = [m.player for m in party.members]
        if self._world.clock() - party.since > SWEEP:
            await self._caught_up(party, players)
        away = frozenset(player for player in players if not self._world.online(player))
        strayed = frozenset([player for player in players if await self._book.strayed(player, id)])
        twice = strayed & self._strayed.pop(id, frozenset())
        if strayed:
            self._strayed[id] = strayed
        await self._step(id, events.Swept(away, twice), None)

    async def _caught_up(self, party: Party, players: list[str]) -> None:
        """Learn what nobody told: who was to put the ticket in, or to tell of the match, may be dead."""
        if party.phase not in (Phase.QUEUED, Phase.PLAYING):
            return
        if party.phase is Phase.QUEUED and await self._queues.waits(
            party.ticket, players, party.game, party.mode
        ):
            return
        live = await self._matches.running(players[0])
        if party.phase is Phase.PLAYING:
            lives = [live, *[await self._matches.running(player) for player in players[1:]]]
            if not any(each and each.match == party.match for each in lives):
                await self._step(party.id, events.Ended(party.match), None)
        elif live is not None and all(player in live.players for player in players):
            await self._step(party.id, events.Matched(party.ticket, live.match), None)
        else:
            await self._step(party.id, events.Dropped(party.ticket, "failed"), None)

    # --- one step -----------------------------------------------------------------------------------

    async def apart(self, party: Party, player: str) -> bool:
        """Whether a member has blocked the player, or he one of them. Raises ProtocolError `busy`."""
        pairs = await self._world.relations.blocked_by([player, *(m.player for m in party.members)])
        return any(player in pair for pair in pairs)

    async def _check(self, party: Party, player: str) -> None:
        if await self.apart(party, player):
            raise ProtocolError("party-unknown")

    async def _wish(self, id: str, raw: dict[str, Any] | None) -> Wish:
        told = await self._book.get(id)
        if not raw or told is None:
            return Wish()
        return entering.wish(raw, told[0].game, told[0].mode)

    async def _id(self, player: str) -> str:
        id = await self.of(player)
        if id is None:
            raise ProtocolError("no-party")
        return id

    async def _step(
        self, id: str, event: events.Event, missing: str | None = "no-party"
    ) -> ProtocolError | None:
        """Apply an event, and do what comes of it; returns why the queue did not take the party.

        `missing`: the error where there is no such party; None: neither that nor a refusal is an error.
        """
        try:
            change = await self._book.step(id, event)
        except events.Refused as refused:
            if missing is None:
                return None
            raise ProtocolError(refused.code) from None
        if change is not None:
            return await self._done(change, _entered_by(event))
        if missing is not None:
            raise ProtocolError(missing)
        return None

    async def _done(self, change: Change, by: str = "") -> ProtocolError | None:
        """`by`: who brought a new member in, or came by himself."""
        refused = None
        for effect in change.effects:
            match effect:
                case events.In(player):
                    await self._in(player, change.new, by)
                case events.Out(player, code):
                    await self._book.unpoint(player, change.new.id)
                    await self._world.tell(player, "player.party", code=code)
                case events.Denied(player):
                    await self._world.tell(player, "party.denied")
                case events.Withdraw(ticket):
                    excused = bool(by) and change.old.member(by) is None
                    await self._withdraw(change.old, ticket, _gave_up(change), excused)
                case events.Enter(ticket):
                    refused = await self._enqueue(change.new, ticket)
        if change.new.phase is not Phase.GONE and (change.changed or events.In in map(type, change.effects)):
            party = msgspec.msgpack.encode(change.new)
            event = {"type": "party.changed", "version": change.version, "party": party}
            await self._world.tell_party(change.new.id, event)
        return refused

    async def _in(self, player: str, party: Party, by: str) -> None:
        """Those who are together from now on wait for no match alone; only `by` has chosen the moment."""
        self._known.add(party.id)
        former = await self._book.point(player, party.id)
        if former and former != party.id:
            await self._step(former, events.Left(player), None)
        for member in party.members if len(party.members) > 1 else ():
            await self._queues.leave_alone(member.player, excused=member.player != by)
        await self._world.tell(player, "player.party", code="")
        if await self.apart(party, player):  # the block came while he did
            await self._step(party.id, events.Left(player), None)

    async def _enqueue(self, party: Party, ticket: str) -> ProtocolError | None:
        """Put the ticket into the queue; it may be given up meanwhile."""
        members, wishes = [(m.player, m.name) for m in party.members], [m.wish for m in party.members]
        try:
            await self._queues.enter_party(party.id, ticket, members, wishes, party.game, party.mode)
        except ProtocolError as error:
            await self._step(party.id, events.Dropped(ticket, error.code), None)
            return error
        if not await self.holds(party.id, ticket):
            await self._withdraw(party, ticket, party.owner)
        return None

    async def _withdraw(self, party: Party, ticket: str, by: str, excused: bool = False) -> None:
        players = [by, *(m.player for m in party.members if m.player != by)]
        await self._queues.leave_party(ticket, players, party.game, party.mode, excused)


def _chosen(player: str, game: str, mode: str) -> events.Chosen:
    return events.Chosen(player, game, mode, catalog.party_size(game, mode))


def _entered_by(event: events.Event) -> str:
    """Who has chosen the moment at which somebody comes in: he himself, or the owner who answers him."""
    match event:
        case events.Joined(player):
            return player
        case events.Answered(by):
            return by
    return ""


def _gave_up(change: Change) -> str:
    """Who took the party out of the queue; a match that was proposed counts as declined by him."""
    reason, old = change.new.reason, change.old
    member = reason is not None and reason.code != "kicked" and old.member(reason.player) is not None
    return reason.player if member and reason is not None else old.owner
