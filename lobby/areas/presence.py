"""Who is online: this socket's part in it, and the list of all as it goes to this socket."""

from lobby.areas.area import Area, Socket
from lobby.rules.presence import STATUSES
from protocol import messages as wire


class Presence(Area):
    """What the node's presence (lobby/presence.py) knows of a socket."""

    def __init__(self, socket: Socket) -> None:
        super().__init__(socket)
        self.id = socket.id
        self.name = socket.name
        self._last = False

    async def hello(self, request: wire.LobbyHello) -> None:
        self.drained()

    def changed(self) -> None:
        self.lobby.presence.attach(self, max(["online", *self.socket.statuses()], key=STATUSES.index))

    def put_presence(self, frame: bytes) -> None:
        self.socket.put_diff(frame)

    def drained(self) -> None:
        self.socket.put_whole(self.lobby.presence.full())

    def closed(self) -> None:
        self._last = self.lobby.presence.detach(self)

    async def gone(self) -> None:
        if self._last:
            await self.lobby.dropped(self.player)
