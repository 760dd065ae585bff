"""The lobby of one node: what the composition root makes, and what consumers ask.

    Lobby(matches, records.rating)      then `await start()`, at the end `await stop()`
    current()                           the running loop's, for its sockets

Groups of the channel layer: `lobby` (every lobby socket), `player.<id>`, `room.<code>`, `party.<id>`; they
carry hints what to look at and the like, never a ticket.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from itertools import islice
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import msgspec
from channels.layers import get_channel_layer
from redis.exceptions import RedisError

from arcade.infra.log import get_logger
from arcade.infra.tasks import cancelled
from lobby import catalog, records, reports
from lobby.chat import Chat, Filter, Report
from lobby.friends import Friends
from lobby.gate import Gate
from lobby.hub import Hub
from lobby.invites import Invites
from lobby.invitings import Linked, ToParty, ToRematch, ToRoom
from lobby.lines import Lines
from lobby.lines_redis import RedisLines
from lobby.links import Links
from lobby.making import Maker, Matches
from lobby.matchmaker import Matchmaker
from lobby.notices import Notices
from lobby.parties import Parties
from lobby.parting import Parting
from lobby.places import Place, Places
from lobby.presence import Presence
from lobby.queue_store import QueueStore
from lobby.queue_store_redis import RedisQueueStore
from lobby.relations import Relations
from lobby.relations_database import DatabaseRelations
from lobby.repeats import Repeats
from lobby.room_list import RoomList
from lobby.rooms import Rooms
from lobby.rules.matchmaking import seat_teams
from lobby.store import Store
from lobby.store_redis import RedisStore
from matches.directory import Live
from matches.engine.setup import Seat, Setup
from matches.host.refilling import Opening
from matches.ids import new_id
from protocol.errors import ProtocolError

STOP_SECONDS = 5.0

AWAY_AT_ONCE, AWAY_PAUSE = 50, 0.05
"""Sockets that a leaving node sends away together, and seconds until the next: others must take them in."""

log = get_logger(__name__)
RatingOf = Callable[[str, str, str], Awaitable[int]]
StrengthOf = Callable[[str, str, str], Awaitable[records.Strength]]
GuestOf = Callable[[str], Awaitable[bool]]
NameOf = Callable[[str], Awaitable[str | None]]


class Leaver(Protocol):
    """A lobby socket of this node."""

    async def end(self, code: int) -> None:
        """Close it; what is queued still goes out. Bounded in time."""
        ...


_current: "WeakKeyDictionary[asyncio.AbstractEventLoop, Lobby]" = WeakKeyDictionary()


def current() -> "Lobby":
    """The lobby of the running loop. The composition root started it before any socket was served."""
    return _current[asyncio.get_running_loop()]


class Lobby:
    """Presence, queues and rooms of a node.

    `rating(player, game, mode)`, `strength` (the rating's, of no known sigma, where none is given) and
    `guest(player)`: see lobby/records.py; `relations`: who is friends and
    who is blocked, the database's where none are given; `report` and `word_filter`: see lobby/chat.py;
    `clock` gives Unix seconds; `node` is this node's name among all, a new one where none is given.
    """

    def __init__(
        self,
        matches: Matches,
        rating: RatingOf,
        guest: GuestOf = records.guest,
        store: Store | None = None,
        clock: Callable[[], float] = time.time,
        relations: Relations | None = None,
        name: NameOf = records.name,
        report: Report = reports.file,
        word_filter: Filter | None = None,
        lines: Lines | None = None,
        queues: QueueStore | None = None,
        strength: StrengthOf | None = None,
        node: str = "",
    ) -> None:
        store = store or RedisStore()
        self.matches = matches
        self.rating = rating
        self._strength = strength
        self.guest = guest
        self.relations: Relations = relations or DatabaseRelations(clock)
        self.clock = clock
        self.draining = False
        self.sockets: set[Leaver] = set()
        """All that were accepted, greeted or not."""
        self.node = node or new_id()
        self.friends = Friends(self, self.relations)
        self.places = Places(store, clock)
        self.presence = Presence(store, self.node, clock)
        self._maker = Maker(matches, self.places, self._found, self._unqueue, Repeats(store, clock))
        self.matchmaker = Matchmaker(
            self, store, queues or RedisQueueStore(), self.node, self.places, self._maker
        )
        self.parties = Parties(self, store, matches, self.matchmaker)
        self.matchmaker.parties = self.parties
        self.room_list = RoomList(store, self.node, clock, lambda code: self.rooms.get(code))
        self.rooms = Rooms(self, store, matches, self._maker, self.room_list)
        self.name_of = name
        self.notices = Notices(self, store)
        lines = lines or RedisLines()
        hub = Hub(lines, self.spawn)
        self.chat = Chat(self, store, lines, Gate(self), hub, report, word_filter)
        places: dict[str, Linked] = {"party": ToParty(self.parties), "room": ToRoom(self.rooms)}
        rematch = ToRematch(self._maker, records.sat_in, rating)
        self.invites = Invites(self, store, {**places, "rematch": rematch})
        self._parting = Parting(self.invites, self.parties, self.rooms, self.matchmaker)
        self.links = Links(store, places, self.relations, clock)
        self._tasks: set[asyncio.Task[None]] = set()
        self._runs: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Read who is online and begin to sweep."""
        await self.presence.start()
        await self.room_list.start()
        _current[asyncio.get_running_loop()] = self
        self.matchmaker.queues.start()
        runs = {
            "presence flush": self.presence.run_flush(),
            "presence renew": self.presence.run_renew(),
            "presence listen": self.presence.run_listen(),
            "rooms": self.rooms.run(),
            "parties": self.parties.run(),
            "room list flush": self.room_list.run_flush(),
            "room list renew": self.room_list.run_renew(),
            "room list listen": self.room_list.run_listen(),
            "chat listen": self.chat.hub.run_listen(),
            "chat flush": self.chat.hub.run_flush(),
            "chat heal": self.chat.hub.run_heal(),
        }
        for name, run in runs.items():
            task = asyncio.get_running_loop().create_task(run, name=name)
            task.add_done_callback(_ended)
            self._runs.append(task)

    async def stop(self) -> None:
        """End the sweeps, let matches in the making be made, take this node's players off the list."""
        self.draining = True
        await cancelled(self._runs)
        self.rooms.stop()
        await self._finished()
        await self.matchmaker.queues.stop()
        await self._finished()
        try:
            await self.presence.stop()
        except (RedisError, OSError) as error:
            log.warning("presence not taken back", error=repr(error))
        if _current.get(asyncio.get_running_loop()) is self:
            del _current[asyncio.get_running_loop()]

    async def _finished(self) -> None:
        """What was spawned is done, or ended."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=STOP_SECONDS)
            await cancelled(late)

    async def send_away(self) -> None:
        """Admit no socket any more and close all, some at a time; their players come back elsewhere."""
        self.draining = True
        ends: list[asyncio.Task[None]] = []
        while leaving := list(islice(self.sockets, AWAY_AT_ONCE)):
            self.sockets.difference_update(leaving)
            ends += [asyncio.get_running_loop().create_task(socket.end(4002)) for socket in leaving]
            await asyncio.sleep(AWAY_PAUSE)
        await asyncio.gather(*ends, return_exceptions=True)

    # --- what matches tell --------------------------------------------------------------------------

    async def match_ended(self, setup: Setup) -> None:
        """A match is over: its players are free, its room is open again (at the latest by its sweep)."""
        players = [seat.player for seat in setup.seats if seat.player is not None]
        try:
            await self.rooms.ended(setup.match, players)
            await self.parties.ended(setup.match, players)
        except (RedisError, OSError, ProtocolError) as error:
            log.warning("room or party not told", match=setup.match, error=repr(error))
        for player in players:
            await self.tell(player, "player.match_changed", ended=setup.match)

    async def rematch_agreed(self, setup: Setup, here: list[int]) -> str | None:
        """Make the next match of the players on the seats `here` and of the computers; returns its id.

        Each moves one seat on. None where it cannot be made, as when one of them plays elsewhere; raises
        ProtocolError `busy` where too few are left for this mode.
        """
        count = len(setup.seats)
        order = [n for n in (*range(1, count), 0) if setup.seats[n].player is None or n in here]
        stay = [setup.seats[n] for n in order]
        if len(stay) < count and not catalog.playable(setup.game, setup.mode, [seat.team for seat in stay]):
            raise ProtocolError("busy", "Somebody has left, and this mode cannot be played without them.")
        teams = sorted({seat.team for seat in stay})
        seats = [
            await self._again(seat, setup, number if len(teams) == len(stay) else teams.index(seat.team))
            for number, seat in enumerate(stay)
        ]
        outcome = await self._maker.make(
            setup.game, setup.mode, seats, {}, after=setup.match, settings=setup.settings
        )
        return outcome.match

    async def _again(self, seat: Seat, setup: Setup, team: int) -> Seat:
        if seat.player is None:
            return msgspec.structs.replace(seat, team=team)
        rating = await self.rating(seat.player, setup.game, setup.mode)
        return msgspec.structs.replace(seat, team=team, rating=rating)

    # --- what consumers ask -------------------------------------------------------------------------

    async def play_bot(self, player: str, name: str, game: str, mode: str, level: int, seats: int) -> str:
        """Make a match of this player and computer players; returns its id."""
        count = catalog.seat_count(game, mode, seats)
        catalog.check_bot(game, level)
        await self._maker.check_free(player)
        teams = seat_teams(count, catalog.mode_of(game, mode)[1].team_size)
        mine = Seat(player, name, teams[0], rating=await self.rating(player, game, mode))
        others = [catalog.bot_seat(n, level, teams[n]) for n in range(1, count)]
        outcome = await self._maker.make(game, mode, [mine, *others], {})
        if outcome.match is None:
            raise ProtocolError("in-match" if outcome.out else "busy", retry_after=1.0)
        return outcome.match

    async def parted(self, player: str, other: str) -> None:
        """One has blocked the other."""
        await self._parting.part(player, other)

    async def dropped(self, player: str) -> None:
        """The player's last socket is gone."""
        await self.matchmaker.away(player)
        await self.parties.look(player)

    async def strength(self, player: str, game: str, mode: str) -> records.Strength:
        """How strong a player is believed to be, as the queue wants it."""
        if self._strength is not None:
            return await self._strength(player, game, mode)
        return records.Strength(await self.rating(player, game, mode))

    async def are_friends(self, one: str, other: str) -> bool:
        """Raises ProtocolError `busy` while the database is away, as does `blocked`."""
        return any(known.id == other and known.what == "friend" for known in await self.relations.of(one))

    async def blocked(self, one: str, other: str) -> bool:
        """True if either blocks the other."""
        return await self.relations.blocked(one, other)

    async def party_of(self, player: str) -> str | None:
        """The id of his party."""
        return await self.parties.of(player)

    async def room_of(self, player: str) -> str | None:
        """The code of the room he is a member of."""
        return await self.rooms.of(player)

    async def match_of(self, match: str) -> Live | None:
        return await self.matches.find(match)

    def online(self, player: str) -> bool:
        return self.presence.online(player)

    def nodes(self, player: str) -> Iterable[str]:
        """The nodes that have lobby sockets of a player, as far as this one knows."""
        return self.presence.nodes(player)

    async def tell(self, player: str, event: str, **data: Any) -> None:
        """Have all lobby sockets of a player look at something."""
        await self._send(f"player.{player}", {"type": event, **data})

    async def tell_room(self, code: str, event: dict[str, Any]) -> None:
        """To all sockets of a room's members."""
        await self._send(f"room.{code}", event)

    async def tell_party(self, party: str, event: dict[str, Any]) -> None:
        """To all sockets of a party's members."""
        await self._send(f"party.{party}", event)

    async def tell_all(self, event: str, **data: Any) -> None:
        """Have every lobby socket of every node look at something."""
        await self._send("lobby", {"type": event, **data})

    async def announce(self, code: str, text: str) -> None:
        """A notice to every lobby socket of every node."""
        await self._send("lobby", {"type": "lobby.notice", "code": code, "text": text})

    def spawn(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Run on the lobby's behalf; a failure is logged."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(_ended)

    async def seats_open(self, opening: Opening) -> None:
        """A running match has free seats, or (none) no longer."""
        try:
            await self.matchmaker.opened(opening)
        except ProtocolError as error:
            log.warning("seats not offered", match=opening.match, error=error.code)

    async def _found(
        self, player: str, match: str, game: str, mode: str, seat: int, rematch: bool, backfill: bool
    ) -> None:
        """The match's own sockets tell of a rematch, so the lobby's only note it."""
        if rematch:
            await self.tell(player, "player.match_changed", ended=None)
        else:
            await self.tell(
                player, "player.match", match=match, game=game, mode=mode, seat=seat, backfill=backfill
            )

    async def _unqueue(self, player: str, place: Place) -> None:
        """A match took the player away from the queue."""
        await self.matchmaker.remove(player, place)
        await self.tell(player, "player.queue")

    async def _send(self, group: str, event: dict[str, Any]) -> None:
        try:
            await get_channel_layer().group_send(group, event)
        except (RedisError, OSError) as error:
            log.warning("group not told", group=group, type=event["type"], error=repr(error))


def _ended(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        log.error("lobby task failed", task=task.get_name(), exc_info=task.exception())
