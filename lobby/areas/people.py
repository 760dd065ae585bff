"""Friends, requests and blocks: what this socket is told of them, and what its player does."""

import asyncio
from collections.abc import Set
from typing import Any

from arcade.infra.log import get_logger
from lobby.areas.area import Area, Socket
from lobby.relations import Known, hidden_of
from lobby.rules.relation import Event
from protocol import messages as wire
from protocol.errors import ProtocolError

LOOK = 300.0
"""Seconds after which a socket looks again, though nobody told it to: a message may have been lost."""
LOOK_AGAIN = 15.0
"""The same where the database did not answer."""

log = get_logger(__name__)


class People(Area):
    """Keeps what its player is to others, so that nothing is asked of the database for those who look on."""

    def __init__(self, socket: Socket) -> None:
        super().__init__(socket)
        self._known: dict[str, Known] = {}
        self._friends: Set[str] = frozenset()
        self._told: dict[str, list[str]] = {}
        self._version = 0
        self._due = 0.0
        self._looking = asyncio.Lock()
        self._gone = False

    async def hello(self, request: wire.LobbyHello) -> None:
        await self._look()

    async def beat(self) -> None:
        if asyncio.get_running_loop().time() >= self._due:
            await self._look()

    def moved(self, players: Set[str]) -> None:
        """Friends came, went, or do something else."""
        self._tell()

    def closed(self) -> None:
        self._gone = True
        self.lobby.presence.unwatch(self, self._friends)

    async def _look(self) -> None:
        """Read it all anew, and tell what is different. While the database is away the old holds.

        One at a time, or what was read first could be told last.
        """
        async with self._looking:
            now = asyncio.get_running_loop().time()
            self._due = now + LOOK_AGAIN
            try:
                known = await self.lobby.relations.of(self.player)
            except ProtocolError as error:
                log.info("people not told", player=self.player, code=error.code)
                return
            self._due = now + LOOK
            await self._learn(known)

    async def _learn(self, known: list[Known]) -> None:
        if self._gone:
            return
        self._known = {one.id: one for one in known}
        friends = frozenset(one.id for one in known if one.what == "friend")
        self.lobby.presence.unwatch(self, self._friends - friends)
        self.lobby.presence.watch(self, friends - self._friends)
        self._friends = friends
        hidden = hidden_of(known)
        await self.socket.happened({"type": "presence.hidden", "players": hidden})
        await self.socket.happened({"type": "rooms.friends", "players": friends - hidden, "hidden": hidden})
        self._tell()

    def _tell(self) -> None:
        rows = {one.id: self._row(one) for one in self._known.values() if one.what}
        here = [row for player, row in rows.items() if self._told.get(player) != row]
        gone = [player for player in self._told if player not in rows]
        if here or gone or not self._version:
            self._told, full = rows, not self._version
            self._version += 1
            self.socket.put(wire.People(self._version, here, gone, full))

    def _row(self, one: Known) -> list[str]:
        status = self.lobby.presence.status(one.id) if one.what == "friend" else ""
        return [one.id, one.name, one.what, status]

    async def _on_changed(self, event: dict[str, Any]) -> None:
        await self._look()

    async def _ask(self, request: wire.FriendAsk) -> None:
        await self._do(request.player, Event.ASKED)

    async def _answer(self, request: wire.FriendAnswer) -> None:
        await self._do(request.player, Event.ACCEPTED if request.accept else Event.DECLINED)

    async def _remove(self, request: wire.FriendRemove) -> None:
        await self._do(request.player, Event.REMOVED)

    async def _block(self, request: wire.Block) -> None:
        await self._do(request.player, Event.BLOCKED)

    async def _unblock(self, request: wire.Unblock) -> None:
        await self._do(request.player, Event.UNBLOCKED)

    async def _met(self, request: wire.PlayersMet) -> dict[str, Any]:
        hidden = hidden_of(self._known.values())
        return {"met": [one for one in await self.lobby.relations.met(self.player) if one.id not in hidden]}

    async def _do(self, other: str, event: Event) -> None:
        await self.lobby.friends.do(self.player, other, event)

    requests = {
        wire.FriendAsk: _ask,
        wire.FriendAnswer: _answer,
        wire.FriendRemove: _remove,
        wire.Block: _block,
        wire.Unblock: _unblock,
        wire.PlayersMet: _met,
    }
    events = {"player.people": _on_changed}
