"""What a lobby socket may ask for, one method per message; the result is the `data` of its `Reply`."""

from typing import TYPE_CHECKING, Any

from protocol import messages as wire
from protocol.errors import ProtocolError

if TYPE_CHECKING:
    from lobby.service import Lobby


class Requests:
    """The requests of one player."""

    def __init__(self, lobby: "Lobby", player: str, name: str) -> None:
        self._lobby = lobby
        self._player = player
        self._name = name

    async def serve(self, request: Any) -> dict[str, Any] | None:
        """Raises ProtocolError."""
        match request:
            case wire.Enqueue():
                await self._lobby.matchmaker.enter(self._player, self._name, request.game, request.mode)
                await self._lobby.tell(self._player, "player.queue")
            case wire.Dequeue():
                if not await self._lobby.matchmaker.leave(self._player):
                    raise ProtocolError("not-queued")
                await self._lobby.tell(self._player, "player.queue")
            case wire.PlayBot(_, game, mode, level, seats):
                match_id = await self._lobby.play_bot(self._player, self._name, game, mode, level, seats)
                return {"match": match_id}
            case wire.RoomCreate(_, game, mode, seats):
                return {"code": await self._lobby.rooms.create(self._player, self._name, game, mode, seats)}
            case wire.RoomJoin(_, code):
                return {"code": await self._lobby.rooms.join(self._player, self._name, code)}
            case wire.RoomReady(_, ready):
                await self._lobby.rooms.ready(self._player, ready)
            case wire.RoomLeave():
                await self._lobby.rooms.leave(self._player)
            case wire.RoomBot(_, level):
                await self._lobby.rooms.bot(self._player, level)
            case _:
                raise ProtocolError("unknown-kind")
        return None
