"""Where the player waits for opponents."""

from typing import Any, TypedDict

from arcade_client.areas.area import Area, Asking
from arcade_client.happenings import LobbyHappening, QueueChanged, Unqueued
from arcade_client.kinds import Message


class Wish(TypedDict, total=False):
    """What to ask of a match, as the mode's `queue` in `games` says: ms by region, values by the queue's
    rules (a text, a number, a list of texts), and the roles one would play."""

    latencies: dict[str, float]
    values: dict[str, str | float | list[str]]
    roles: list[str]


def said(wish: Wish | None) -> dict[str, Any]:
    """The request's last field, left out where there is nothing to say."""
    return {"wish": dict(wish)} if wish else {}


class Queue(Area):
    """`queue`: the message, or None where he waits nowhere."""

    queue: Message | None = None

    def opened(self) -> None:
        self.queue = None

    def _queue(self, message: Message) -> list[LobbyHappening]:
        self.queue = None if message["game"] is None else message
        return [QueueChanged(self.queue)]

    def _unqueued(self, message: Message) -> list[LobbyHappening]:
        return [Unqueued(message["game"], message["mode"], message["code"], message["mine"])]

    takes = {"Queue": _queue, "Unqueued": _unqueued}


class QueueRequests(Asking):
    async def enqueue(self, game: str, mode: str, wish: Wish | None = None) -> Any:
        return await self._ask("Enqueue", game=game, mode=mode, **said(wish))

    async def dequeue(self) -> Any:
        return await self._ask("Dequeue")

    async def accept_match(self, claim: str) -> Any:
        """Take the match proposed (`queue["asked"]["claim"]`)."""
        return await self._ask("MatchAccept", claim=claim)

    async def decline_match(self, claim: str) -> Any:
        return await self._ask("MatchDecline", claim=claim)
