"""The way to a match."""

from typing import Any

from arcade_client.areas.area import Area, Asking
from arcade_client.areas.queue import Queue
from arcade_client.happenings import Found, LobbyHappening
from arcade_client.kinds import Message


class Match(Area):
    def _found(self, message: Message) -> list[LobbyHappening]:
        self.others(Queue).queue = None
        keys = ("match", "seat", "ticket", "path", "game", "mode")
        return [Found(**{key: message[key] for key in keys}, backfill=message.get("backfill", False))]

    takes = {"MatchFound": _found}


class MatchRequests(Asking):
    async def play_bot(self, game: str, mode: str, level: int = 1, seats: int = 0) -> Any:
        return await self._ask("PlayBot", game=game, mode=mode, level=level, seats=seats)
