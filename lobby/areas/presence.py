"""Who is online: this socket's part in it, and the list of all as it goes to this socket."""

import asyncio
from collections.abc import Set
from typing import Any

from lobby.areas.area import Area, Socket
from lobby.rules.presence import SILENT, told
from protocol import messages as wire

FOUND = 20
"""Players found by a part of their name, at most."""


class Presence(Area):
    """What the node's presence (lobby/presence.py) knows of a socket. `hidden`: players it is not told of."""

    def __init__(self, socket: Socket) -> None:
        super().__init__(socket)
        self.id = socket.id
        self.name = socket.name
        self.hidden: Set[str] = frozenset()
        self._doing = "online"
        self._away = False
        self._acted = self._now()
        self._greeted = False
        self._last = False

    async def hello(self, request: wire.LobbyHello) -> None:
        self._greeted = True
        self.drained()

    async def beat(self) -> None:
        """Who asks for nothing for long is away."""
        if not self._away and self._now() - self._acted > SILENT:
            self._away = True
            self.socket.changed()

    def asked(self, request: wire.Request) -> None:
        self._acted = self._now()
        if self._away and not isinstance(request, wire.Away):
            self._away = False
            self.socket.changed()

    def changed(self) -> None:
        before = self._doing
        self._doing = told(self.socket.statuses(), self._away)
        if before == "match" != self._doing:  # who has just played is there
            self._acted, self._away = self._now(), False
            self._doing = told(self.socket.statuses(), self._away)
        self.lobby.presence.attach(self, self._doing)

    def put_presence(self, frame: bytes) -> None:
        if self._greeted:
            self.socket.put_diff(frame)

    def drained(self) -> None:
        self.socket.put_whole(self.lobby.presence.full(self.hidden))

    def closed(self) -> None:
        self._last = self.lobby.presence.detach(self)

    async def gone(self) -> None:
        if self._last:
            await self.lobby.dropped(self.player)

    async def _say_away(self, request: wire.Away) -> None:
        if self._away != request.away:
            self._away = request.away
            self.socket.changed()

    async def _find(self, request: wire.PlayerFind) -> dict[str, Any]:
        found = self.lobby.presence.find(request.name.strip(), FOUND, self.hidden | {self.player})
        return {"players": found}

    async def _on_hidden(self, event: dict[str, Any]) -> None:
        """Other players than before are to be hidden."""
        before, self.hidden = self.hidden, event["players"]
        if self._greeted and self.hidden != before:
            self.drained()

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    requests = {wire.Away: _say_away, wire.PlayerFind: _find}
    events = {"presence.hidden": _on_hidden}
