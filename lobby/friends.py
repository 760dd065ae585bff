"""Friends and blocks: what a player does to another, told to all devices of both."""

from typing import Protocol

from lobby.relations import Relations
from lobby.rules.relation import Event


class World(Protocol):
    """What this asks of the lobby around it."""

    async def tell(self, player: str, event: str) -> None: ...
    async def parted(self, player: str, other: str) -> None:
        """One has blocked the other: they are not to meet where they wait."""
        ...


class Friends:
    """Who only wants to know asks `relations`."""

    def __init__(self, world: World, relations: Relations) -> None:
        self._world = world
        self._relations = relations

    async def do(self, player: str, other: str, event: Event) -> None:
        """Do this to the other. Raises ProtocolError, as `Relations.change` does.

        Both are told also where nothing is different by it: who says it again may have been cut off before.
        """
        await self._relations.change(player, other, event)
        if event is Event.BLOCKED:
            await self._world.parted(player, other)
        for one in (player, other):
            await self._world.tell(one, "player.people")
            if event in (Event.BLOCKED, Event.UNBLOCKED):
                await self._world.tell(one, "chat.look")
