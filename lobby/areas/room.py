"""The room that the player is in."""

import asyncio
from typing import Any

import msgspec

from lobby.areas.area import Area, Socket
from lobby.room_told import message
from lobby.rules.room import Room as State
from protocol import messages as wire

WHY = {
    "kicked": "The owner has sent you out of the room.",
    "banned": "The owner has sent you out of the room for good.",
    "closed": "The room was closed when its owner left.",
    "away": "You were away for too long; your place in the room was given up.",
}

LOOK = 3
"""Beats after which it looks for what no message has told."""

_state = msgspec.msgpack.Decoder(State)


class Room(Area):
    """`code`: the room whose group the socket has joined; `version`: what the client was shown."""

    def __init__(self, socket: Socket) -> None:
        super().__init__(socket)
        self.code: str | None = None
        self.version = 0
        self._beats = 0
        self._looking = asyncio.Lock()

    @property
    def status(self) -> str | None:
        return "room" if self.code else None

    async def hello(self, request: wire.LobbyHello) -> None:
        await self._look()

    async def beat(self) -> None:
        self._beats += 1
        if self._beats % LOOK == 0:
            await self._look()

    async def _create(self, request: wire.RoomCreate) -> dict[str, Any]:
        asked = (request.game, request.mode, request.seats, request.options)
        return {"code": await self.lobby.rooms.create(self.player, self.socket.name, *asked)}

    async def _join(self, request: wire.RoomJoin) -> dict[str, Any]:
        asked = (request.code, request.password, request.watch)
        return {"code": await self.lobby.rooms.join(self.player, self.socket.name, *asked)}

    async def _ready(self, request: wire.RoomReady) -> None:
        await self.lobby.rooms.ready(self.player, request.ready)

    async def _leave(self, request: wire.RoomLeave) -> None:
        await self.lobby.rooms.leave(self.player)

    async def _bot(self, request: wire.RoomBot) -> None:
        await self.lobby.rooms.bot(self.player, request.level, request.seat)

    async def _change(self, request: wire.RoomChange) -> None:
        await self.lobby.rooms.change(self.player, request.options)

    async def _sit(self, request: wire.RoomSit) -> None:
        await self.lobby.rooms.sit(self.player, request.seat, request.team)

    async def _swap(self, request: wire.RoomSwap) -> None:
        await self.lobby.rooms.swap(self.player, request.seat)

    async def _kick(self, request: wire.RoomKick) -> None:
        await self.lobby.rooms.kick(self.player, request.player, request.ban)

    async def _pardon(self, request: wire.RoomPardon) -> None:
        await self.lobby.rooms.pardon(self.player, request.player)

    async def _give(self, request: wire.RoomGive) -> None:
        await self.lobby.rooms.give(self.player, request.player)

    async def _describe(self, request: wire.RoomDescribe) -> None:
        await self.lobby.rooms.describe(self.player, request.scope, request.values)

    async def _on_other(self, event: dict[str, Any]) -> None:
        """The player came in or is out; `why` and `code` say of which room, and whether it was his wish."""
        told = event.get("code") == self.code
        await self._look()
        if told and self.code is None and event.get("why") in WHY:
            self.socket.put(wire.Notice(f"room-{event['why']}", WHY[event["why"]]))

    async def _on_changed(self, event: dict[str, Any]) -> None:
        room = _state.decode(event["room"])
        if room.code != self.code or event["version"] <= self.version:
            return
        if room.member(self.player) is None:
            await self._look()
        else:
            self._show(room, event["version"])

    async def _on_notice(self, event: dict[str, Any]) -> None:
        self.socket.put(wire.Notice(event["code"], event["text"]))

    async def _look(self) -> None:
        """Membership is checked in the document before the room's group is joined."""
        async with self._looking:
            told = await self.lobby.rooms.mine(self.player)
            if self.code is not None and (told is None or told[0].code != self.code):
                await self.socket.quit(f"room.{self.code}")
                self.code, self.version = None, 0
                if told is None:
                    self.socket.put(wire.Room(None))
                self.socket.changed()
            if told is None:
                return
            if self.code is None:
                await self.socket.join(f"room.{told[0].code}")
                self.code = told[0].code
                told = await self.lobby.rooms.mine(self.player)
            if told is not None and told[0].code == self.code and told[1] > self.version:
                self._show(*told)

    def _show(self, room: State, version: int) -> None:
        self.version = version
        self.socket.changed()
        self.socket.put(message(room, self.player, self.lobby.clock()))

    requests = {
        wire.RoomCreate: _create,
        wire.RoomJoin: _join,
        wire.RoomReady: _ready,
        wire.RoomLeave: _leave,
        wire.RoomBot: _bot,
        wire.RoomChange: _change,
        wire.RoomSit: _sit,
        wire.RoomSwap: _swap,
        wire.RoomKick: _kick,
        wire.RoomPardon: _pardon,
        wire.RoomGive: _give,
        wire.RoomDescribe: _describe,
    }
    events = {"player.room": _on_other, "room.changed": _on_changed, "room.notice": _on_notice}
