"""The party that the player is in."""

import asyncio
from typing import Any

import msgspec

from lobby.areas.area import Area, Socket
from lobby.rules.party_events import Party as State
from protocol import messages as wire

_state = msgspec.msgpack.Decoder(State)


class Party(Area):
    """`id`: the party whose group the socket has joined; `version`: what the client was shown."""

    def __init__(self, socket: Socket) -> None:
        super().__init__(socket)
        self.id: str | None = None
        self.version = 0
        self._looking = asyncio.Lock()

    async def hello(self, request: wire.LobbyHello) -> None:
        await self.lobby.parties.look(self.player)
        await self._look()

    async def beat(self) -> None:
        await self._look()

    async def _create(self, request: wire.PartyCreate) -> dict[str, Any]:
        name, game, mode = self.socket.name, request.game, request.mode
        return {"party": await self.lobby.parties.create(self.player, name, game, mode)}

    async def _ask(self, request: wire.PartyAsk) -> None:
        await self.lobby.parties.ask(self.player, self.socket.name, request.player)

    async def _answer(self, request: wire.PartyAnswer) -> None:
        await self.lobby.parties.answer(self.player, request.player, request.let)

    async def _leave(self, request: wire.PartyLeave) -> None:
        await self.lobby.parties.leave(self.player)

    async def _kick(self, request: wire.PartyKick) -> None:
        await self.lobby.parties.kick(self.player, request.player)

    async def _promote(self, request: wire.PartyPromote) -> None:
        await self.lobby.parties.promote(self.player, request.player)

    async def _ready(self, request: wire.PartyReady) -> None:
        await self.lobby.parties.ready(self.player, request.ready, request.wish)

    async def _choose(self, request: wire.PartyChoose) -> None:
        await self.lobby.parties.choose(self.player, request.game, request.mode)

    async def _queue(self, request: wire.PartyQueue) -> None:
        await self.lobby.parties.queue(self.player, request.wish)

    async def _stop(self, request: wire.PartyStop) -> None:
        await self.lobby.parties.unqueue(self.player)

    async def _on_other(self, event: dict[str, Any]) -> None:
        await self._look(event["code"])

    async def _on_changed(self, event: dict[str, Any]) -> None:
        party = _state.decode(event["party"])
        if party.id == self.id and event["version"] > self.version and party.member(self.player) is not None:
            self._show(party, event["version"])

    async def _on_denied(self, event: dict[str, Any]) -> None:
        self.socket.put(wire.Notice("party-denied", "Your request to join the party was declined."))

    async def _look(self, code: str = "") -> None:
        """Membership is checked in the document before the party's group is joined."""
        async with self._looking:
            told = await self.lobby.parties.mine(self.player)
            if self.id is not None and (told is None or told[0].id != self.id):
                await self.socket.quit(f"party.{self.id}")
                self.id, self.version = None, 0
                self.socket.changed()
                if told is None:
                    self.socket.put(wire.Party(None, code=code))
            if told is None:
                return
            if self.id is None:
                self.id = told[0].id
                await self.socket.join(f"party.{self.id}")
                told = await self.lobby.parties.mine(self.player)
            if told is not None and told[0].id == self.id and told[1] > self.version:
                self._show(*told)

    def _show(self, party: State, version: int) -> None:
        self.version = version
        self.socket.put(message(party))

    requests = {
        wire.PartyCreate: _create,
        wire.PartyAsk: _ask,
        wire.PartyAnswer: _answer,
        wire.PartyLeave: _leave,
        wire.PartyKick: _kick,
        wire.PartyPromote: _promote,
        wire.PartyReady: _ready,
        wire.PartyChoose: _choose,
        wire.PartyQueue: _queue,
        wire.PartyStop: _stop,
    }
    events = {"player.party": _on_other, "party.changed": _on_changed, "party.denied": _on_denied}


def message(party: State) -> wire.Party:
    """The party as its members see it."""
    members = [
        {"player": m.player, "name": m.name, "ready": m.ready, "away": m.away is not None}
        for m in party.members
    ]
    asks = [{"player": ask.player, "name": ask.name} for ask in party.asks]
    reason = None
    if party.reason is not None:
        reason = {"code": party.reason.code, "player": party.reason.player, "name": party.reason.name}
    return wire.Party(
        party.id,
        party.owner,
        party.game,
        party.mode,
        party.size,
        party.phase.value,
        members,
        asks,
        reason,
    )
