"""Friends, requests and blocks, and who was met."""

from typing import Any

from arcade_client.areas.area import Area, Asking, Others
from arcade_client.happenings import LobbyHappening, PeopleChanged
from arcade_client.kinds import Message


class People(Area):
    """`people`: id to (name, what, status) of who is anything to us; see `People` in the wire's page."""

    def __init__(self, others: Others) -> None:
        super().__init__(others)
        self.people: dict[str, tuple[str, str, str]] = {}

    def _people(self, message: Message) -> list[LobbyHappening]:
        if message["full"]:
            self.people = {}
        for player, name, what, status in message["here"]:
            self.people[player] = (name, what, status)
        for player in message["gone"]:
            self.people.pop(player, None)
        return [PeopleChanged(self.people)]

    takes = {"People": _people}


class PeopleRequests(Asking):
    async def ask_friend(self, player: str) -> Any:
        return await self._ask("FriendAsk", player=player)

    async def answer_friend(self, player: str, accept: bool = True) -> Any:
        return await self._ask("FriendAnswer", player=player, accept=accept)

    async def remove_friend(self, player: str) -> Any:
        return await self._ask("FriendRemove", player=player)

    async def block(self, player: str) -> Any:
        return await self._ask("Block", player=player)

    async def unblock(self, player: str) -> Any:
        return await self._ask("Unblock", player=player)

    async def met(self) -> list[dict[str, Any]]:
        """With whom we sat in matches lately: `{id, name, game, match, at}` each."""
        found: list[dict[str, Any]] = (await self._ask("PlayersMet"))["met"]
        return found
