"""The party that the player is in."""

from dataclasses import dataclass
from typing import Any

from arcade_client.areas.area import Area, Asking
from arcade_client.areas.queue import Wish, said
from arcade_client.happenings import LobbyHappening
from arcade_client.kinds import Message


@dataclass(frozen=True, slots=True)
class PartyChanged(LobbyHappening):
    """The party we are in; None: none, and `code` says why not any more."""

    party: dict[str, Any] | None
    code: str = ""


class Party(Area):
    """`party`: the message, or None where he is in none."""

    party: Message | None = None

    def opened(self) -> None:
        self.party = None

    def _party(self, message: Message) -> list[LobbyHappening]:
        self.party = None if message["party"] is None else message
        return [PartyChanged(self.party, message["code"])]

    takes = {"Party": _party}


class PartyRequests(Asking):
    async def create_party(self, game: str = "", mode: str = "") -> Any:
        return await self._ask("PartyCreate", game=game, mode=mode)

    async def ask_to_join(self, player: str) -> Any:
        return await self._ask("PartyAsk", player=player)

    async def answer_ask(self, player: str, let: bool) -> Any:
        return await self._ask("PartyAnswer", player=player, let=let)

    async def leave_party(self) -> Any:
        return await self._ask("PartyLeave")

    async def kick_from_party(self, player: str) -> Any:
        return await self._ask("PartyKick", player=player)

    async def promote(self, player: str) -> Any:
        return await self._ask("PartyPromote", player=player)

    async def ready_in_party(self, ready: bool = True, wish: Wish | None = None) -> Any:
        return await self._ask("PartyReady", ready=ready, **said(wish))

    async def choose_for_party(self, game: str, mode: str) -> Any:
        return await self._ask("PartyChoose", game=game, mode=mode)

    async def queue_party(self, wish: Wish | None = None) -> Any:
        return await self._ask("PartyQueue", **said(wish))

    async def stop_party(self) -> Any:
        return await self._ask("PartyStop")
