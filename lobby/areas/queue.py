"""Where the player waits for opponents."""

from typing import Any

from lobby.areas.area import Area, Socket
from protocol import messages as wire
from protocol.errors import ProtocolError


class Queue(Area):
    def __init__(self, socket: Socket) -> None:
        super().__init__(socket)
        self.queued = False

    @property
    def status(self) -> str | None:
        return "queue" if self.queued else None

    async def hello(self, request: wire.LobbyHello) -> None:
        await self.lobby.matchmaker.back(self.player)
        await self._look(silent=True)

    async def beat(self) -> None:
        """Tell a waiting player how it goes."""
        if self.queued:
            await self._look()

    async def _enter(self, request: wire.Enqueue) -> None:
        game, mode, wish = request.game, request.mode, request.wish
        await self.lobby.matchmaker.enter(self.player, self.socket.name, game, mode, wish)
        await self.lobby.tell(self.player, "player.queue")

    async def _leave(self, request: wire.Dequeue) -> None:
        if not await self.lobby.matchmaker.leave(self.player):
            raise ProtocolError("not-queued")
        await self.lobby.tell(self.player, "player.queue")

    async def _accept(self, request: wire.MatchAccept) -> None:
        await self.lobby.matchmaker.answer(self.player, request.claim, True)

    async def _decline(self, request: wire.MatchDecline) -> None:
        await self.lobby.matchmaker.answer(self.player, request.claim, False)

    async def _on_dropped(self, event: dict[str, Any]) -> None:
        """The queue let the ticket go."""
        self.socket.put(wire.Unqueued(event["game"], event["mode"], event["code"], event["mine"]))

    async def _on_changed(self, event: dict[str, Any]) -> None:
        await self._look()

    async def _on_over(self, event: dict[str, Any]) -> None:
        """A match was found; who tells of it tells the rest."""
        self.queued = False

    async def _look(self, silent: bool = False) -> None:
        queue = await self.lobby.matchmaker.where(self.player)
        waited, self.queued = self.queued, queue.game is not None
        self.socket.changed()
        if self.queued or not silent:
            self.socket.put(queue)
        if waited and not self.queued:
            await self.socket.happened({"type": "match.due"})

    requests = {
        wire.Enqueue: _enter,
        wire.Dequeue: _leave,
        wire.MatchAccept: _accept,
        wire.MatchDecline: _decline,
    }
    events = {
        "player.queue": _on_changed,
        "player.unqueued": _on_dropped,
        "queue.over": _on_over,
    }
