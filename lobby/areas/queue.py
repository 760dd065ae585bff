"""Where the player waits for opponents."""

from typing import Any

from lobby.areas.area import Area, Socket
from lobby.places import Out
from protocol import messages as wire
from protocol.errors import ProtocolError


class Queue(Area):
    def __init__(self, socket: Socket) -> None:
        super().__init__(socket)
        self.queued = False
        self._out = ""
        """The last ticket of which this client was told why the queue let it go."""
        self._kept = False
        """Whether that may be kept still."""

    @property
    def status(self) -> str | None:
        return "queue" if self.queued else None

    async def hello(self, request: wire.LobbyHello) -> None:
        await self.lobby.matchmaker.back(self.player)
        await self._look(silent=True)
        if not self.queued:
            await self._left_out()

    async def beat(self) -> None:
        """Tell a waiting player how it goes. Who was told why he waits no more, and is here yet, knows it."""
        if self._kept:
            await self.lobby.places.told(self.player, self._out)
            self._kept = False
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
        self._tell(Out(event["game"], event["mode"], event["ticket"], event["code"], event["mine"]))

    async def _left_out(self) -> None:
        """Tell what no socket was told, or one that may not have lived to hand it on."""
        place = await self.lobby.places.get(self.player)
        if place is not None and place.out is not None:
            self._tell(place.out)

    def _tell(self, out: Out) -> None:
        if out.ticket != self._out:
            self._out = out.ticket
            self.socket.put(wire.Unqueued(out.game, out.mode, out.code, out.mine))
        self._kept = True

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
            await self._left_out()
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
