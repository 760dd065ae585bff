"""The room that the player is in."""

from typing import Any

import msgspec

from lobby.areas.area import Area, Socket
from lobby.rooms import message
from lobby.rules.room import Room as State
from protocol import messages as wire

_state = msgspec.msgpack.Decoder(State)


class Room(Area):
    """`code`: the room whose group the socket has joined; `version`: what the client was shown."""

    def __init__(self, socket: Socket) -> None:
        super().__init__(socket)
        self.code: str | None = None
        self.version = 0

    @property
    def status(self) -> str | None:
        return "room" if self.code else None

    async def hello(self, request: wire.LobbyHello) -> None:
        await self._look()

    async def _create(self, request: wire.RoomCreate) -> dict[str, Any]:
        game, mode, seats = request.game, request.mode, request.seats
        return {"code": await self.lobby.rooms.create(self.player, self.socket.name, game, mode, seats)}

    async def _join(self, request: wire.RoomJoin) -> dict[str, Any]:
        return {"code": await self.lobby.rooms.join(self.player, self.socket.name, request.code)}

    async def _ready(self, request: wire.RoomReady) -> None:
        await self.lobby.rooms.ready(self.player, request.ready)

    async def _leave(self, request: wire.RoomLeave) -> None:
        await self.lobby.rooms.leave(self.player)

    async def _bot(self, request: wire.RoomBot) -> None:
        await self.lobby.rooms.bot(self.player, request.level)

    async def _on_other(self, event: dict[str, Any]) -> None:
        await self._look()

    async def _on_changed(self, event: dict[str, Any]) -> None:
        room = _state.decode(event["room"])
        if room.code == self.code and event["version"] > self.version:
            self._show(room, event["version"])

    async def _on_notice(self, event: dict[str, Any]) -> None:
        self.socket.put(wire.Notice(event["code"], event["text"]))

    async def _look(self) -> None:
        """Membership is checked in the document before the room's group is joined."""
        code = await self.lobby.rooms.of(self.player)
        told = await self.lobby.rooms.get(code) if code else None
        member = told is not None and told[0].seat_of(self.player) is not None
        if self.code is not None and (not member or code != self.code):
            await self.socket.quit(f"room.{self.code}")
            self.code, self.version = None, 0
            if not member:
                self.socket.put(wire.Room(None))
        if not member or code is None:
            self.socket.changed()
            return
        if self.code is None:
            await self.socket.join(f"room.{code}")
            self.code = code
            told = await self.lobby.rooms.get(code)
        if told is not None and told[1] > self.version:
            self._show(*told)

    def _show(self, room: State, version: int) -> None:
        self.version = version
        self.socket.changed()
        self.socket.put(message(room))

    requests = {
        wire.RoomCreate: _create,
        wire.RoomJoin: _join,
        wire.RoomReady: _ready,
        wire.RoomLeave: _leave,
        wire.RoomBot: _bot,
    }
    events = {"player.room": _on_other, "room.changed": _on_changed, "room.notice": _on_notice}
