"""What players ask of rooms. All raise ProtocolError with the codes of the rules, and `no-room`."""

import secrets
from typing import Any, Literal

import msgspec

from arcade.infra import keys
from lobby import catalog
from lobby.making import Maker, Matches
from lobby.room_keeper import Keeper, Told, World
from lobby.room_list import RoomList
from lobby.room_options import choice_of, options_of, play_of, properties_of
from lobby.room_passwords import Passwords
from lobby.rules import room as rules
from lobby.store import Store
from protocol.errors import ProtocolError

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without letters that look like a digit or like another."""
CODE = 6


def normal(code: str) -> str:
    """A code as people type it, in its one spelling."""
    return "".join(c for c in code.upper() if c in ALPHABET)[: CODE + 1]


class Rooms(Keeper):
    """The commands of rooms; `run` sweeps."""

    def __init__(self, world: World, store: Store, matches: Matches, maker: Maker, listing: RoomList) -> None:
        super().__init__(world, store, matches, maker, listing)
        self._passwords = Passwords(store, world.clock)

    async def create(
        self, player: str, name: str, game: str, mode: str, seats: int, given: dict[str, Any] | None = None
    ) -> str:
        """Open a room and enter it; returns its code. Leaves another room. `given`: its options."""
        options = options_of(given or {})
        if options.mode is not None or options.seats is not None:
            raise ProtocolError("malformed", "Mode and seats of a new room are fields of their own.")
        play = play_of(game, msgspec.structs.replace(options, seats=seats), rules.Play(mode, 0))
        choice = choice_of(options, await self._hashed(player, options.password))
        now = self._world.clock()
        while True:
            code = "".join(secrets.choice(ALPHABET) for _ in range(CODE))
            room = rules.opened(code, game, play, player, name, now)
            room, _ = rules.step(room, rules.Changed(player, choice), now)
            version = await self._documents.put(keys.room(code), room, 0)
            if version is not None:
                break
        await self._enter(player, code)
        await self._told(room, version)
        return code

    async def join(
        self,
        player: str,
        name: str,
        code: str,
        password: str = "",
        watch: bool = False,
        *,
        invited: bool = False,
    ) -> str:
        """Enter the room; returns its code. `invited`: by one who may, so neither friendship nor password
        is asked for. Who is refused stays in the room he is in."""
        code = normal(code)
        event = rules.Joined(player, name, watch, invited=invited)
        if await self.of(player) != code:
            told = await self.get(code)
            if told is None or await self.apart(told[0], player):
                raise ProtocolError("room-unknown")
            event = await self._admitted(told[0], event, password)
        await self._step(code, event, "room-unknown")
        await self._enter(player, code)
        return code

    async def apart(self, room: rules.Room, player: str) -> bool:
        """Whether its owner and the player have nothing to do with each other."""
        return await self._world.blocked(room.owner, player)

    async def leave(self, player: str) -> None:
        await self._step(await self._code(player), rules.Left(player))

    async def ready(self, player: str, ready: bool) -> None:
        """Raises `in-match` while the match is on."""
        await self._step(await self._code(player), rules.Readied(player, ready))

    async def bot(self, player: str, level: int, seat: int | None = None) -> None:
        code = await self._code(player)
        room, _ = await self._room(code)
        if level:
            catalog.check_bot(room.game, level)
        names = {m.name for m in room.members if m is not None and m.bot is not None}
        number = next(n for n in range(1, len(room.members) + 2) if catalog.bot_name(n) not in names)
        await self._step(code, rules.BotSet(player, level, catalog.bot_name(number), seat))

    async def change(self, player: str, given: dict[str, Any]) -> None:
        """The owner chooses other options; what is not named stays."""
        options = options_of(given)
        code = await self._code(player)
        room, _ = await self._room(code)
        if room.owner != player:
            raise ProtocolError("not-owner")
        play = None
        if (options.mode, options.seats, options.settings) != (None, None, None):
            now = rules.Play(room.mode, len(room.members), room.team_size, room.settings)
            play = play_of(room.game, options, now)
        choice = choice_of(options, await self._hashed(player, options.password))
        await self._step(code, rules.Changed(player, choice, play))

    async def sit(self, player: str, seat: int | None, team: int | None) -> None:
        await self._step(await self._code(player), rules.Sat(player, seat, team))

    async def swap(self, player: str, seat: int) -> None:
        await self._step(await self._code(player), rules.Swapped(player, seat))

    async def kick(self, player: str, target: str, ban: bool) -> None:
        await self._step(await self._code(player), rules.Kicked(player, target, ban))

    async def pardon(self, player: str, target: str) -> None:
        await self._step(await self._code(player), rules.Pardoned(player, target))

    async def give(self, player: str, target: str) -> None:
        await self._step(await self._code(player), rules.Given(player, target))

    async def describe(
        self, player: str, scope: Literal["lobby", "member", "search"], given: dict[str, Any]
    ) -> None:
        """Set properties; None deletes one."""
        values = properties_of(given)
        await self._step(await self._code(player), rules.Described(player, scope, values))

    async def _admitted(self, room: rules.Room, event: rules.Joined, password: str) -> rules.Joined:
        """The event with what the player has shown. A password is looked at last, as each look counts."""
        if room.access is rules.Access.FRIENDS and not event.invited:
            friend_of = room.owner if await self._world.are_friends(room.owner, event.player) else ""
            event = msgspec.structs.replace(event, friend_of=friend_of)
        passed = msgspec.structs.replace(event, passed=room.password)
        try:
            rules.step(room, passed, self._world.clock())
            if not room.password or event.invited:
                return event
        except rules.Refused as refused:
            raise ProtocolError(refused.code, refused.text) from None
        if not password or not await self._passwords.check(event.player, password, room.password):
            raise ProtocolError("room-password")
        return passed

    async def _hashed(self, player: str, password: str | None) -> str | None:
        return None if password is None else await self._passwords.hash(player, password)

    async def _code(self, player: str) -> str:
        code = await self.of(player)
        if code is None:
            raise ProtocolError("no-room")
        return code

    async def _room(self, code: str) -> Told:
        told = await self.get(code)
        if told is None:
            raise ProtocolError("no-room")
        return told
