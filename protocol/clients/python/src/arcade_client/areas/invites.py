"""Invites: to the player, by him, and links."""

from dataclasses import dataclass
from typing import Any

from arcade_client.areas.area import Area, Asking
from arcade_client.happenings import LobbyHappening
from arcade_client.kinds import Message


@dataclass(frozen=True, slots=True)
class InvitesChanged(LobbyHappening):
    """What waits for our answer, and what we have sent."""

    invites: list[dict[str, Any]]
    sent: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class InviteDecided(LobbyHappening):
    """What we have sent was `accepted`, `declined`, or has `expired`."""

    id: str
    outcome: str
    player: str


class Invites(Area):
    """`invites`, `sent`: as in the message of the same name."""

    invites: list[dict[str, Any]]
    sent: list[dict[str, Any]]

    def opened(self) -> None:
        self.invites, self.sent = [], []

    def _invites(self, message: Message) -> list[LobbyHappening]:
        self.invites, self.sent = message["invites"], message["sent"]
        return [InvitesChanged(self.invites, self.sent)]

    def _over(self, message: Message) -> list[LobbyHappening]:
        return [InviteDecided(message["id"], message["outcome"], message["player"])]

    takes = {"Invites": _invites, "InviteOver": _over}


class InviteRequests(Asking):
    async def invite(self, to: str, player: str, what: str = "") -> Any:
        return await self._ask("Invite", to=to, player=player, what=what)

    async def accept_invite(self, id: str) -> Any:
        return await self._ask("InviteAccept", id=id)

    async def decline_invite(self, id: str) -> Any:
        return await self._ask("InviteDecline", id=id)

    async def cancel_invite(self, id: str, player: str) -> Any:
        return await self._ask("InviteCancel", id=id, player=player)

    async def make_link(self, to: str) -> Any:
        return await self._ask("LinkMake", to=to)

    async def revoke_link(self, code: str) -> Any:
        return await self._ask("LinkRevoke", code=code)

    async def look_at_link(self, code: str) -> Any:
        """Where it leads: to, player, name, game, mode, and how many (inside) of so many (most) are there."""
        return await self._ask("LinkLook", code=code)

    async def take_link(self, code: str) -> Any:
        return await self._ask("LinkTake", code=code)
