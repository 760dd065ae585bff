"""A page of the list of public rooms."""

from typing import Any

from arcade_client.areas.area import Area, Asking, Others
from arcade_client.happenings import LobbyHappening, RoomsChanged
from arcade_client.kinds import Message


class Rooms(Area):
    """`rows` of the page in their order, `total` on all pages; see `Rooms` in the wire's page."""

    def __init__(self, others: Others) -> None:
        super().__init__(others)
        self.total = 0
        self.rows: list[dict[str, Any]] = []

    def opened(self) -> None:
        self.total, self.rows = 0, []

    def _rooms(self, message: Message) -> list[LobbyHappening]:
        held = {} if message["full"] else {row["code"]: row for row in self.rows}
        codes = list(held) if message["codes"] is None else message["codes"]
        held |= {row["code"]: row for row in message["rows"]}
        self.total, self.rows = message["total"], [held[code] for code in codes if code in held]
        return [RoomsChanged(self.total, self.rows)]

    takes = {"Rooms": _rooms}


class RoomsRequests(Asking):
    async def browse_rooms(
        self, filter: dict[str, Any] | None = None, sort: str = "new", page: int = 0, size: int = 20
    ) -> Any:
        """Be told of this page from now on; another call replaces it."""
        return await self._ask("RoomBrowse", filter=filter or {}, sort=sort, page=page, size=size)

    async def close_rooms(self) -> Any:
        return await self._ask("RoomsClose")
