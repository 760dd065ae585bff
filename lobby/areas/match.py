"""The match that the player is in: told in the welcome, when it is found, and when it is over."""

import asyncio
from contextlib import suppress
from typing import Any

from redis.exceptions import RedisError

from arcade.security import tickets
from lobby import catalog
from lobby.areas.area import Area, Socket
from protocol import messages as wire

AGAIN = 1.0
"""Seconds until a match of which no message came is told all the same: it may be on its way."""


class Match(Area):
    """`match` is the one that the client knows it is in."""

    def __init__(self, socket: Socket) -> None:
        super().__init__(socket)
        self.in_match = False
        self.match: str | None = None
        self._found: str | None = None
        self._unheard: str | None = None
        self._closed = False

    @property
    def status(self) -> str | None:
        return "match" if self.in_match else None

    async def hello(self, request: wire.LobbyHello) -> None:
        live = await self.lobby.matches.running(self.player)
        self.in_match, self.match = live is not None, live.match if live else None
        me = {"id": self.player, "name": self.socket.name, "guest": await self.lobby.guest(self.player)}
        match = None
        if live is not None:
            seat = live.seat_of(self.player)
            match = {"match": live.match, "game": live.game, "mode": live.mode, "seat": seat}
        self.socket.welcome(wire.LobbyWelcome(request.ref, me, match, catalog.listing(), catalog.regions()))
        self.socket.changed()

    async def beat(self) -> None:
        await self._look()

    def closed(self) -> None:
        self._closed = True

    async def _play_bot(self, request: wire.PlayBot) -> dict[str, Any]:
        game, mode, level, seats = request.game, request.mode, request.level, request.seats
        name = self.socket.name
        return {"match": await self.lobby.play_bot(self.player, name, game, mode, level, seats)}

    async def _on_found(self, event: dict[str, Any]) -> None:
        if event["match"] != self._found:
            await self._tell(
                event["match"], event["game"], event["mode"], event["seat"], event.get("backfill", False)
            )

    async def _on_changed(self, event: dict[str, Any]) -> None:
        """A match of the player's is over, or the match's own sockets tell of the next."""
        live = await self.lobby.matches.running(self.player)
        self.in_match = live is not None and live.match != event["ended"]
        if not self.in_match or event["ended"] is None:  # of another that goes on it is told elsewhere
            self.match = live.match if live else None
        self.socket.changed()

    async def _on_due(self, event: dict[str, Any]) -> None:
        await self._look(sure=True)

    async def _tell(self, match: str, game: str, mode: str, seat: int, backfill: bool = False) -> None:
        """Each socket of the player gets a ticket of its own; none travels through the channel layer."""
        before = self._found
        ticket = await tickets.aissue(tickets.Ticket(self.player, self.socket.name, "match", match, seat))
        if before != self._found == match:  # told meanwhile
            return
        self._found = self.match = match
        self.in_match = True
        await self.socket.happened({"type": "queue.over"})
        self.socket.changed()
        self.socket.put(wire.MatchFound(match, game, mode, seat, ticket, f"/ws/match/{match}/", backfill))

    async def _look(self, sure: bool = False) -> None:
        """Tell of a match of which no message came. Unless `sure` it may come yet, so look again soon."""
        live = await self.lobby.matches.running(self.player)
        seat = live.seat_of(self.player) if live else None
        if live is None or seat is None:
            self.match = self._unheard = None
            if self.in_match:
                self.in_match = False
                self.socket.changed()
        elif live.match == self.match:
            self._unheard = None
        elif sure or live.match == self._unheard:
            await self._tell(live.match, live.game, live.mode, seat)
        else:
            self._unheard = live.match
            self.lobby.spawn("a match told late", self._look_again())

    async def _look_again(self) -> None:
        await asyncio.sleep(AGAIN)
        if not self._closed:
            with suppress(RedisError, OSError):  # the next beat finds it
                await self._look()

    requests = {wire.PlayBot: _play_bot}
    events = {
        "player.match": _on_found,
        "player.match_changed": _on_changed,
        "match.due": _on_due,
    }
