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
    async def create_room(self, game: str, mode: str, seats: int = 0, **options: Any) -> Any:
        """The reply has the `code`. `options`: see the wire's page."""
        return await self._ask("RoomCreate", game=game, mode=mode, seats=seats, options=options)

    async def join_room(self, code: str, password: str = "", watch: bool = False) -> Any:
        return await self._ask("RoomJoin", code=code, password=password, watch=watch)

    async def ready_up(self, ready: bool = True) -> Any:
        return await self._ask("RoomReady", ready=ready)

    async def leave(self) -> Any:
        return await self._ask("RoomLeave")

    async def set_bot(self, level: int, seat: int | None = None) -> Any:
        return await self._ask("RoomBot", level=level, seat=seat)

    async def change_room(self, **options: Any) -> Any:
        """What is not named stays."""
        return await self._ask("RoomChange", options=options)

    async def sit(self, seat: int | None = None, team: int | None = None) -> Any:
        """To a seat, to the first free one of a team, or (neither) to a spectator's place."""
        return await self._ask("RoomSit", seat=seat, team=team)

    async def swap(self, seat: int) -> Any:
        return await self._ask("RoomSwap", seat=seat)

    async def kick(self, player: str, ban: bool = False) -> Any:
        return await self._ask("RoomKick", player=player, ban=ban)

    async def pardon(self, player: str) -> Any:
        return await self._ask("RoomPardon", player=player)

    async def give_room(self, player: str) -> Any:
        return await self._ask("RoomGive", player=player)

    async def describe(self, scope: str, **values: Any) -> Any:
        """`scope`: "lobby", "member" or "search"; None deletes a property."""
        return await self._ask("RoomDescribe", scope=scope, values=values)
