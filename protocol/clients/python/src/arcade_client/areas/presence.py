"""Who is online."""

from typing import Any

from arcade_client.areas.area import Area, Asking, Others
from arcade_client.happenings import LobbyHappening, PresenceChanged
from arcade_client.kinds import Message


class Presence(Area):
    """`players`: id to (name, status) of who is online; `online` counts them all."""

    def __init__(self, others: Others) -> None:
        super().__init__(others)
        self.online = 0
        self.players: dict[str, tuple[str, str]] = {}

    def _presence(self, message: Message) -> list[LobbyHappening]:
        if message["full"]:
            self.players = {}
        for player, name, status in message["here"]:
            self.players[player] = (name, status)
        for player in message["gone"]:
            self.players.pop(player, None)
        self.online = message["online"]
        return [PresenceChanged(self.online)]

    takes = {"Presence": _presence}


class PresenceRequests(Asking):
    async def away(self, away: bool = True) -> Any:
        """Nobody is at this device, or somebody is again."""
        return await self._ask("Away", away=away)

    async def find_players(self, name: str) -> list[list[str]]:
        """Who is online with this in his name: `[id, name, status]` each."""
        found: list[list[str]] = (await self._ask("PlayerFind", name=name))["players"]
        return found
