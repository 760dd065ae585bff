"""The invites to the player, those he has sent, and links."""

import asyncio
from contextlib import suppress
from typing import Any

from lobby.areas.area import Area, Socket
from lobby.invites import Sent
from lobby.invitings import Person
from lobby.rules.invite import CARRY, LOST, Inbox, Invite
from lobby.rules.relation import Event
from protocol import messages as wire
from protocol.errors import ProtocolError

LOOK = 6
"""Beats after which it looks for what no message has told."""


class Invites(Area):
    def __init__(self, socket: Socket) -> None:
        super().__init__(socket)
        self.me = Person(socket.player, socket.name)
        self._shown: tuple[list[str], list[str]] = ([], [])
        self._beats = 0
        self._undone = False
        self._looking = asyncio.Lock()

    async def hello(self, request: wire.LobbyHello) -> None:
        await self._look()

    async def beat(self) -> None:
        self._beats += 1
        if self._beats % LOOK == 0 or self._shown[0] or self._undone:
            await self._look()

    async def _invite(self, request: wire.Invite) -> dict[str, Any]:
        if request.to == "friend":
            await self.lobby.friends.do(self.player, request.player, Event.ASKED)
            return {"id": ""}
        return {"id": await self.lobby.invites.send(self.me, request.to, request.player, request.what)}

    async def _accept(self, request: wire.InviteAccept) -> dict[str, Any]:
        invite = await self.lobby.invites.accept(self.me, request.id)
        return {"to": invite.kind, "what": invite.what}

    async def _decline(self, request: wire.InviteDecline) -> None:
        await self.lobby.invites.decline(self.player, request.id)

    async def _cancel(self, request: wire.InviteCancel) -> None:
        await self.lobby.invites.cancel(self.player, request.player, request.id)

    async def _make(self, request: wire.LinkMake) -> dict[str, Any]:
        code, until = await self.lobby.links.make(self.me, request.to)
        seconds = max(0, int(until - self.lobby.clock()))
        return {"code": code, "url": f"/?invite={code}", "seconds": seconds}

    async def _revoke(self, request: wire.LinkRevoke) -> None:
        await self.lobby.links.revoke(self.me, request.code)

    async def _look_at(self, request: wire.LinkLook) -> dict[str, Any]:
        kind, maker, sight = await self.lobby.links.look(self.me, request.code)
        return {"to": kind, "player": maker.id, "name": maker.name, **sight._asdict()}

    async def _take(self, request: wire.LinkTake) -> dict[str, Any]:
        to, what = await self.lobby.links.take(self.me, request.code)
        return {"to": to, "what": what}

    async def _on_changed(self, event: dict[str, Any]) -> None:
        await self._look()

    async def _on_over(self, event: dict[str, Any]) -> None:
        self.socket.put(wire.InviteOver(event["id"], event["outcome"], event["target"]))

    async def _look(self) -> None:
        """One at a time, or what was read first could be told last."""
        async with self._looking:
            inbox, _ = await self.lobby.invites.pending(self.player)
            self._tell(inbox, await self.lobby.invites.sent(self.player))
        self._undone = bool(inbox.undone)
        for one in inbox.undone:
            if CARRY <= self.lobby.clock() - one.until < LOST:
                self.lobby.spawn("invite carried out", self._carry(one.id))

    async def _carry(self, id: str) -> None:
        """The node that was to do it is dead."""
        with suppress(ProtocolError):
            await self.lobby.invites.accept(self.me, id)

    def _tell(self, inbox: Inbox, sent: list[Sent]) -> None:
        """The lists, where another invite is in them, or one less."""
        now = self.lobby.clock()
        mine = [{**_told(one, now), "player": one.sender, "name": one.name} for one in inbox.pending]
        his = [{**_told(one.invite, now), "player": one.target, "name": one.name} for one in sent]
        shown = [one["id"] for one in mine], [one["id"] for one in his]
        if shown != self._shown:
            self._shown = shown
            self.socket.put(wire.Invites(mine, his))

    requests = {
        wire.Invite: _invite,
        wire.InviteAccept: _accept,
        wire.InviteDecline: _decline,
        wire.InviteCancel: _cancel,
        wire.LinkMake: _make,
        wire.LinkRevoke: _revoke,
        wire.LinkLook: _look_at,
        wire.LinkTake: _take,
    }
    events = {"player.invites": _on_changed, "invite.over": _on_over}


def _told(invite: Invite, now: float) -> dict[str, Any]:
    return {
        "id": invite.id,
        "to": invite.kind,
        "what": invite.what,
        "game": invite.game,
        "mode": invite.mode,
        "seconds": max(0, round(invite.until - now)),
    }
