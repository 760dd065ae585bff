"""The page of the list of rooms that the player looks at."""

from collections.abc import Set
from typing import Any

import msgspec

from lobby.areas.area import Area, Socket
from lobby.rules.listing import Filter, Query
from protocol import messages as wire
from protocol.errors import ProtocolError


class Rooms(Area):
    """What the node's list (lobby/room_list.py) knows of a socket."""

    def __init__(self, socket: Socket) -> None:
        super().__init__(socket)
        self._looks = False
        self._friends: Set[str] = frozenset({socket.player})
        """Whose rooms for friends he is told of: his own too."""
        self._hidden: Set[str] = frozenset()
        """Whose rooms he is not told of."""
        self._cut: Set[str] = frozenset()
        """The rooms that were left out when he was told last."""

    async def _browse(self, request: wire.RoomBrowse) -> None:
        try:
            wanted = msgspec.convert(request.filter, Filter)
        except msgspec.ValidationError as error:
            raise ProtocolError("malformed", str(error)) from None
        query = Query(wanted, request.sort, request.page, request.size)
        self._looks, self._cut = False, frozenset()
        self.lobby.room_list.watch(self, query, self._friends)
        self._looks = True

    async def _close(self, request: wire.RoomsClose) -> None:
        self.closed()

    async def _on_friends(self, event: dict[str, Any]) -> None:
        """Others than before are friends, or hidden."""
        self._friends = event["players"] | {self.player}
        self._hidden = event["hidden"]
        self.lobby.room_list.befriend(self, self._friends)
        if self._looks and self._cut != self.lobby.room_list.of(self, self._hidden):
            self.drained()

    def put_rooms(self, frame: bytes) -> None:
        """Who does not see all of a page is told it whole each time."""
        before, self._cut = self._cut, self._left_out()
        self.socket.put_diff(self.lobby.room_list.full(self, self._cut) if before or self._cut else frame)

    def drained(self) -> None:
        if self._looks:
            self._cut = self._left_out()
            self.socket.put_whole(self.lobby.room_list.full(self, self._cut))

    def _left_out(self) -> Set[str]:
        return self.lobby.room_list.of(self, self._hidden) if self._hidden else frozenset()

    def closed(self) -> None:
        self._looks = False
        self.lobby.room_list.unwatch(self)

    requests = {wire.RoomBrowse: _browse, wire.RoomsClose: _close}
    events = {"rooms.friends": _on_friends}
