"""The documents of rooms, over all nodes: each is one under its code, changed by compare-and-set.

Whoever writes the change that starts the match makes it. After each change the room's group is told the
document with its version, so a socket that hears two changes in the wrong order keeps the newer.
"""

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any, Protocol

import msgspec
from redis.exceptions import RedisError

from arcade.infra import keys
from arcade.infra.log import get_logger
from lobby.documents import Documents
from lobby.making import Maker, Matches
from lobby.room_list import RoomList
from lobby.rules import room as rules
from lobby.store import Store
from matches.engine.setup import Seat
from protocol.errors import ProtocolError

SECONDS = 24 * 3600.0
SWEEP = 5.0
"""Seconds between two sweeps of the rooms."""
STRAYS = 12
"""Sweeps between two looks whether people are in another room by now."""

log = get_logger(__name__)
Told = tuple[rules.Room, int]


class World(Protocol):
    """What the rooms ask of the lobby around them."""

    def clock(self) -> float:
        """Unix seconds."""
        ...

    def online(self, player: str) -> bool: ...
    def rating(self, player: str, game: str, mode: str, /) -> Awaitable[int]: ...
    async def are_friends(self, one: str, other: str) -> bool: ...
    async def blocked(self, one: str, other: str) -> bool:
        """True if either blocks the other."""
        ...

    async def tell(self, player: str, event: str, **data: Any) -> None: ...
    async def tell_room(self, code: str, event: dict[str, Any]) -> None: ...
    def spawn(self, name: str, work: Coroutine[Any, Any, None]) -> None: ...


class Keeper:
    """Reads, changes, tells and sweeps rooms; what players ask is in `lobby.rooms`."""

    def __init__(self, world: World, store: Store, matches: Matches, maker: Maker, listing: RoomList) -> None:
        self._world = world
        self._matches = matches
        self._maker = maker
        self._listing = listing
        self._documents = Documents(store, rules.Room, SECONDS)
        self._of_player = Documents(store, str, SECONDS)
        self._known: set[str] = set()
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._sweeps = 0
        self._strays: set[tuple[str, str]] = set()

    async def of(self, player: str) -> str | None:
        """The code of the room this player is in."""
        told = await self.mine(player)
        return told[0].code if told else None

    async def mine(self, player: str) -> Told | None:
        """The room this player is in, by its own document, and the version."""
        code = await self._pointer(player)
        told = await self.get(code) if code else None
        return told if told is not None and told[0].member(player) is not None else None

    async def _pointer(self, player: str) -> str | None:
        """Where he went last; it means nothing where the room does not have him."""
        return (await self._of_player.get(keys.player_room(player)))[0]

    async def get(self, code: str) -> Told | None:
        """The room and its version. From now on this node sweeps it: the one that did may be dead."""
        room, version = await self._documents.get(keys.room(code))
        if room is None:
            return None
        self._known.add(code)
        return room, version

    async def ended(self, match: str, players: list[str]) -> None:
        """A match is over; if it was a room's, its people are back in the room."""
        codes = {code for code in [await self.of(player) for player in players] if code}
        for code in codes:
            await self._step(code, rules.Ended(match), missing=None)

    async def run(self) -> None:
        """Sweep the rooms this node knows of, for ever."""
        while True:
            await asyncio.sleep(SWEEP)
            self._sweeps += 1
            for code in list(self._known):
                try:
                    await self._sweep(code)
                except (RedisError, OSError, ProtocolError) as error:
                    log.warning("room not swept", room=code, error=repr(error))

    def stop(self) -> None:
        """Count down no more; another node's sweep starts what is due."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    async def _sweep(self, code: str) -> None:
        told = await self.get(code)
        if told is None:
            self._known.discard(code)
            self._strays = {(room, player) for room, player in self._strays if room != code}
            self._listing.forget(code)
            return
        room, version = told
        self._listing.note(room, version)
        people = [m.player for m in room.people if m.player is not None]
        if room.phase is rules.Phase.PLAYING and self._world.clock() - room.since > SWEEP:
            lives = [await self._matches.running(player) for player in people]
            if room.match is not None and not any(live and live.match == room.match for live in lives):
                await self._step(code, rules.Ended(room.match), missing=None)
        if self._sweeps % STRAYS == 0:
            await self._stray(code, people)
        away = frozenset(player for player in people if not self._world.online(player))
        await self._step(code, rules.Swept(away), missing=None)

    async def _stray(self, code: str, people: list[str]) -> None:
        """A node died while they changed rooms: let go of people who are in another one for two looks, and
        let those in who are nowhere."""
        for player in people:
            known = (code, player) in self._strays
            self._strays.discard((code, player))
            where = await self._pointer(player)
            if where is None:
                await self._enter(player, code)
            elif where == code:
                continue
            elif known:
                await self._step(code, rules.Left(player), missing=None)
            else:
                self._strays.add((code, player))

    async def _enter(self, player: str, code: str) -> None:
        """The player is in this room, and leaves the one that was his before."""

        def change(former: str | None) -> tuple[str | None, str | None]:
            return code, former

        former, _ = await self._of_player.change(keys.player_room(player), change)
        self._known.add(code)
        if former is not None and former != code:
            await self._step(former, rules.Left(player), missing=None)
        await self._world.tell(player, "player.room")

    async def _step(self, code: str, event: rules.Event, missing: str | None = "no-room") -> None:
        """Apply an event, tell the room, do what is asked. `missing`: the error where there is no room."""
        now = self._world.clock()

        def change(
            old: rules.Room | None,
        ) -> tuple[rules.Room | None, tuple[rules.Room | None, bool, list[rules.Effect]]]:
            if old is None:
                return None, (None, False, [])
            new, effects = rules.step(old, event, now)
            kept = None if new.phase is rules.Phase.GONE else new
            return kept, (new, new != old, effects)

        try:
            (room, changed, effects), version = await self._documents.change(keys.room(code), change)
        except rules.Refused as refused:
            if missing is None:
                return
            raise ProtocolError(refused.code, refused.text) from None
        if room is None:
            if missing is not None:
                raise ProtocolError(missing)
            return
        for effect in effects:
            if isinstance(effect, rules.Out):
                await self._out(effect, code)
        if room.phase is rules.Phase.GONE:
            self._known.discard(code)
            self._listing.forget(code)
        elif changed:
            await self._told(room, version)
        for effect in effects:
            if isinstance(effect, rules.Start):
                self._world.spawn("room start", self._start(room, effect))
            elif isinstance(effect, rules.Count):
                self._count(code, effect.until)

    async def _out(self, out: rules.Out, code: str) -> None:
        await self._of_player.change(
            keys.player_room(out.player), lambda kept: (None if kept == code else kept, None)
        )
        await self._world.tell(out.player, "player.room", why=out.why, code=code)

    async def _told(self, room: rules.Room, version: int) -> None:
        self._known.add(room.code)
        self._listing.note(room, version)
        event = {"type": "room.changed", "version": version, "room": msgspec.msgpack.encode(room)}
        await self._world.tell_room(room.code, event)

    def _count(self, code: str, until: float) -> None:
        def due() -> None:
            self._timers.pop(code, None)
            self._world.spawn("room countdown", self._counted(code))

        former = self._timers.pop(code, None)
        if former is not None:
            former.cancel()
        delay = max(0.0, until - self._world.clock()) + 0.02
        self._timers[code] = asyncio.get_running_loop().call_later(delay, due)

    async def _counted(self, code: str) -> None:
        try:
            await self._step(code, rules.Counted(), missing=None)
        except (RedisError, OSError, ProtocolError) as error:
            log.warning("countdown left to the sweep", room=code, error=repr(error))

    async def _start(self, room: rules.Room, start: rules.Start) -> None:
        seats = []
        for member, team in zip(start.members, start.teams, strict=True):
            rating = None
            if member.player is not None:
                rating = await self._world.rating(member.player, room.game, room.mode)
            seats.append(Seat(member.player, member.name, team, bot=member.bot, rating=rating))
        outcome = await self._maker.make(room.game, room.mode, seats, {}, settings=room.settings)
        event = rules.Failed() if outcome.match is None else rules.Started(outcome.match)
        await self._step(room.code, event, missing=None)
        if outcome.match is None:
            text = "The match could not be made; be ready again in a moment."
            await self._world.tell_room(room.code, {"type": "room.notice", "code": "busy", "text": text})
