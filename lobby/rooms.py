"""Rooms, over all nodes: each is one document under its code, changed by compare-and-set.

Whoever writes the change that makes everybody ready makes the match. After each change the room's group is
told the document with its version, so a socket that hears two changes in the wrong order keeps the newer.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Coroutine
from typing import Any, Protocol

import msgspec
from redis.exceptions import RedisError

from arcade.infra import keys
from arcade.infra.log import get_logger
from lobby import catalog
from lobby.documents import Documents
from lobby.making import Maker, Matches
from lobby.rules import room as rules
from lobby.store import Store
from matches.engine.setup import Seat
from protocol.errors import ProtocolError
from protocol.messages import Room as RoomMessage

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without letters that look like a digit or like another."""
CODE = 6
SECONDS = 24 * 3600.0
SWEEP = 5.0
"""Seconds between two sweeps of the rooms."""

log = get_logger(__name__)
Told = tuple[rules.Room, int]


class World(Protocol):
    """What the rooms ask of the lobby around them."""

    def clock(self) -> float:
        """Unix seconds."""
        ...

    def online(self, player: str) -> bool: ...
    def rating(self, player: str, game: str, mode: str, /) -> Awaitable[int]: ...
    async def tell(self, player: str, event: str) -> None: ...
    async def tell_room(self, code: str, event: dict[str, Any]) -> None: ...
    def spawn(self, name: str, work: Coroutine[Any, Any, None]) -> None: ...


def normal(code: str) -> str:
    """A code as people type it, in its one spelling."""
    return "".join(c for c in code.upper() if c in ALPHABET)[: CODE + 1]


class Rooms:
    """Create, join, ready, leave; `run` sweeps."""

    def __init__(self, world: World, store: Store, matches: Matches, maker: Maker) -> None:
        self._world = world
        self._matches = matches
        self._maker = maker
        self._documents = Documents(store, rules.Room, SECONDS)
        self._of_player = Documents(store, str, SECONDS)
        self._known: set[str] = set()

    async def create(self, player: str, name: str, game: str, mode: str, seats: int) -> str:
        """Open a room and enter it; returns its code. Leaves another room."""
        count = catalog.seat_count(game, mode, seats)
        team_size = catalog.mode_of(game, mode)[1].team_size
        await self._leave_former(player)
        while True:
            code = "".join(secrets.choice(ALPHABET) for _ in range(CODE))
            room = rules.opened(code, game, mode, count, team_size, player, name)
            version = await self._documents.put(keys.room(code), room, 0)
            if version is not None:
                break
        await self._enter(player, code)
        await self._told(room, version)
        return code

    async def join(self, player: str, name: str, code: str) -> str:
        """Enter the room; returns its code. Raises ProtocolError `room-unknown`, `room-full`."""
        code = normal(code)
        if await self.of(player) != code:
            told = await self.get(code)
            if told is None:
                raise ProtocolError("room-unknown")
            if None not in told[0].members:
                raise ProtocolError("room-full")
            await self._leave_former(player)
        await self._step(code, rules.Joined(player, name), "room-unknown")
        await self._enter(player, code)
        return code

    async def leave(self, player: str) -> None:
        """Raises ProtocolError `no-room`."""
        await self._step(await self._code(player), rules.Left(player))

    async def ready(self, player: str, ready: bool) -> None:
        """Raises ProtocolError `no-room`, or `in-match` while the match is on."""
        await self._step(await self._code(player), rules.Readied(player, ready))

    async def bot(self, player: str, level: int) -> None:
        """Raises ProtocolError `no-room`, `not-owner`, `room-full`, `no-bot`."""
        code = await self._code(player)
        told = await self.get(code)
        if told is None:
            raise ProtocolError("no-room")
        if level:
            catalog.check_bot(told[0].game, level)
        count = sum(1 for m in told[0].members if m is not None and m.bot is not None)
        await self._step(code, rules.BotSet(player, level, catalog.bot_name(count + 1)))

    async def ended(self, match: str, players: list[str]) -> None:
        """A match is over; if it was a room's, its people are back in the room."""
        codes = {code for code in [await self.of(player) for player in players] if code}
        for code in codes:
            await self._step(code, rules.Ended(match), missing=None)

    async def of(self, player: str) -> str | None:
        """The code of the room this player is in."""
        return (await self._of_player.get(keys.player_room(player)))[0]

    async def get(self, code: str) -> Told | None:
        """The room and its version. From now on this node sweeps it: the one that did may be dead."""
        room, version = await self._documents.get(keys.room(code))
        if room is None:
            return None
        self._known.add(code)
        return room, version

    async def run(self) -> None:
        """Sweep the rooms this node knows of, for ever."""
        while True:
            await asyncio.sleep(SWEEP)
            for code in list(self._known):
                try:
                    await self._sweep(code)
                except (RedisError, OSError, ProtocolError) as error:
                    log.warning("room not swept", room=code, error=repr(error))

    async def _sweep(self, code: str) -> None:
        told = await self.get(code)
        if told is None:
            self._known.discard(code)
            return
        room = told[0]
        people = [m.player for m in room.people if m.player is not None]
        if room.phase is rules.Phase.PLAYING and self._world.clock() - room.since > SWEEP:
            lives = [await self._matches.running(player) for player in people]
            if room.match is not None and not any(live and live.match == room.match for live in lives):
                await self._step(code, rules.Ended(room.match), missing=None)
        away = frozenset(player for player in people if not self._world.online(player))
        await self._step(code, rules.Swept(away), missing=None)

    async def _code(self, player: str) -> str:
        code = await self.of(player)
        if code is None:
            raise ProtocolError("no-room")
        return code

    async def _leave_former(self, player: str) -> None:
        code = await self.of(player)
        if code is not None:
            await self._step(code, rules.Left(player), missing=None)

    async def _enter(self, player: str, code: str) -> None:
        await self._of_player.change(keys.player_room(player), lambda _: (code, None))
        self._known.add(code)
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
            raise ProtocolError(refused.code) from None
        if room is None:
            if missing is not None:
                raise ProtocolError(missing)
            return
        for effect in effects:
            if isinstance(effect, rules.Out):
                await self._out(effect.player, code)
        if changed and room.phase is not rules.Phase.GONE:
            await self._told(room, version)
        for effect in effects:
            if isinstance(effect, rules.Start):
                self._world.spawn("room start", self._start(room, effect))

    async def _out(self, player: str, code: str) -> None:
        await self._of_player.change(
            keys.player_room(player), lambda kept: (None if kept == code else kept, None)
        )
        await self._world.tell(player, "player.room")

    async def _told(self, room: rules.Room, version: int) -> None:
        self._known.add(room.code)
        event = {"type": "room.changed", "version": version, "room": msgspec.msgpack.encode(room)}
        await self._world.tell_room(room.code, event)

    async def _start(self, room: rules.Room, start: rules.Start) -> None:
        seats = []
        for member, team in zip(start.members, start.teams, strict=True):
            rating = None
            if member.player is not None:
                rating = await self._world.rating(member.player, room.game, room.mode)
            seats.append(Seat(member.player, member.name, team, bot=member.bot, rating=rating))
        outcome = await self._maker.make(room.game, room.mode, seats, {})
        event = rules.Failed() if outcome.match is None else rules.Started(outcome.match)
        await self._step(room.code, event, missing=None)
        if outcome.match is None:
            text = "The match could not be made; be ready again in a moment."
            await self._world.tell_room(room.code, {"type": "room.notice", "code": "busy", "text": text})


def message(room: rules.Room) -> RoomMessage:
    """The room as its members see it."""
    members = [
        {
            "player": m.player if m else None,
            "name": m.name if m else "",
            "ready": bool(m and m.ready),
            "bot": m.bot if m else None,
            "owner": bool(m and m.player == room.owner),
        }
        for m in room.members
    ]
    link = f"/?room={room.code}"
    return RoomMessage(room.code, room.game, room.mode, len(room.members), members, link)
