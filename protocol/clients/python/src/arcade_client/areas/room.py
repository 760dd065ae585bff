"""The room that the player is in."""

from typing import Any

from arcade_client.areas.area import Area, Asking
from arcade_client.happenings import LobbyHappening, RoomChanged
from arcade_client.kinds import Message


class Room(Area):
    """`room`: the message, or None where he is in none."""

    room: Message | None = None

    def opened(self) -> None:
        self.room = None

    def _room(self, message: Message) -> list[LobbyHappening]:
        self.room = None if message["code"] is None else message
        return [RoomChanged(self.room)]

    takes = {"Room": _room}


class RoomRequests(Asking):
    async def create_room(self, game: str, mode: str, seats: int = 0) -> Any:
        return await self._ask("RoomCreate", game=game, mode=mode, seats=seats)

    async def join_room(self, code: str) -> Any:
        return await self._ask("RoomJoin", code=code)

    async def ready_up(self, ready: bool = True) -> Any:
        return await self._ask("RoomReady", ready=ready)

    async def leave(self) -> Any:
        return await self._ask("RoomLeave")

    async def set_bot(self, level: int) -> Any:
        return await self._ask("RoomBot", level=level)
