"""Where the player waits for opponents."""

from typing import Any

from arcade_client.areas.area import Area, Asking
from arcade_client.happenings import LobbyHappening, QueueChanged
from arcade_client.kinds import Message


class Queue(Area):
    """`queue`: the message, or None where he waits nowhere."""

    queue: Message | None = None

    def opened(self) -> None:
        self.queue = None

    def _queue(self, message: Message) -> list[LobbyHappening]:
        self.queue = None if message["game"] is None else message
        return [QueueChanged(self.queue)]

    takes = {"Queue": _queue}


class QueueRequests(Asking):
    async def enqueue(self, game: str, mode: str) -> Any:
        return await self._ask("Enqueue", game=game, mode=mode)

    async def dequeue(self) -> Any:
        return await self._ask("Dequeue")
