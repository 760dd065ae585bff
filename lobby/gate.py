"""Who may read and write a channel, and whom a player does not hear: asked before all else."""

from collections.abc import Awaitable
from typing import Protocol

from lobby import catalog
from lobby.relations import Relations
from lobby.rules.chat import Channel
from matches.directory import Live
from protocol.errors import ProtocolError


class World(Protocol):
    """What the gate asks of the lobby around it. `relations` says who is blocked."""

    relations: Relations

    def name_of(self, player: str, /) -> Awaitable[str | None]:
        """What this player is called; None where there is none."""
        ...

    async def party_of(self, player: str) -> str | None: ...
    async def room_of(self, player: str) -> str | None: ...
    async def match_of(self, match: str) -> Live | None: ...


class Gate:
    """What it forbids is told alike, whether there is no such channel or it is another's."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def check(self, player: str, channel: Channel) -> str:
        """The other player's name where it is a direct one. Raises ProtocolError `no-channel`, `busy`."""
        name = ""
        match channel.kind:
            case "direct":
                other = await self._world.name_of(channel.id)
                allowed = other is not None and not await self._world.relations.blocked(player, channel.id)
                name = other or ""
            case "party":
                allowed = await self._world.party_of(player) == channel.id
            case "room":
                allowed = await self._world.room_of(player) == channel.id
            case "match" | "watch":
                live = await self._world.match_of(channel.id)
                seated = live is not None and live.seat_of(player) is not None
                allowed = live is not None and seated == (channel.kind == "match")
            case "game":
                allowed = any(game["name"] == channel.id for game in catalog.listing())
            case _:
                allowed = False
        if not allowed:
            raise ProtocolError("no-channel")
        return name

    async def known(self, player: str) -> bool:
        """Whether there is such a player."""
        return await self._world.name_of(player) is not None

    async def blocked(self, player: str) -> frozenset[str]:
        """Whom he has blocked and who has blocked him. Raises ProtocolError `busy`."""
        known = await self._world.relations.of(player)
        return frozenset(other.id for other in known if other.hidden or other.what == "blocked")
