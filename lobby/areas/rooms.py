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

    async def _browse(self, request: wire.RoomBrowse) -> None:
        try:
            wanted = msgspec.convert(request.filter, Filter)
        except msgspec.ValidationError as error:
            raise ProtocolError("malformed", str(error)) from None
        query = Query(wanted, request.sort, request.page, request.size)
        self._looks = False
        self.lobby.room_list.watch(self, query, self._friends)
        self._looks = True

    async def _close(self, request: wire.RoomsClose) -> None:
        self.closed()

    async def _on_friends(self, event: dict[str, Any]) -> None:
        """Others than before are friends."""
        self._friends = event["players"] | {self.player}
        self.lobby.room_list.befriend(self, self._friends)

    def put_rooms(self, frame: bytes) -> None:
        self.socket.put_diff(frame)

    def drained(self) -> None:
        if self._looks:
            self.socket.put_whole(self.lobby.room_list.full(self))

    def closed(self) -> None:
        self._looks = False
        self.lobby.room_list.unwatch(self)

    requests = {wire.RoomBrowse: _browse, wire.RoomsClose: _close}
    events = {"rooms.friends": _on_friends}
