"""An area of the lobby: what one socket asks about it, and what it is told of it.

Each socket has one object of each area (`lobby/areas/__init__.py` names them). An area knows its own services
and what it needs of the socket, never the other areas: what another should look at it tells by an event, the
same way as groups tell.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from protocol import messages as wire

if TYPE_CHECKING:
    from lobby.service import Lobby

Serve = Callable[[Any, Any], Awaitable[Any]]
"""(area, request) -> the `data` of its `Reply`; raises ProtocolError."""
Hear = Callable[[Any, dict[str, Any]], Awaitable[None]]
"""(area, event)"""


class Socket(Protocol):
    """What an area may use of its socket."""

    id: str
    player: str
    name: str
    lobby: "Lobby"

    def welcome(self, message: wire.LobbyWelcome) -> None:
        """Put the answer to the hello: the socket is greeted."""

    def put(self, message: wire.Message) -> None:
        """Queue a message; a socket that does not take its messages is closed, to come back."""

    def put_diff(self, frame: bytes) -> None:
        """Queue an encoded message (msgpack) that a slow socket skips; `drained` is called later."""

    def put_whole(self, frame: bytes) -> None:
        """Queue the whole of what such diffs tell of."""

    async def join(self, group: str) -> None:
        """Hear what this group is told. Check first that the player may."""

    async def quit(self, group: str) -> None:
        """Hear it no more."""

    async def happened(self, event: dict[str, Any]) -> None:
        """Tell an area of this socket, as a group would."""

    def changed(self) -> None:
        """This area's `status` may be another one now."""

    def statuses(self) -> list[str]:
        """What the areas say that the player is doing."""


class Area:
    """Base of all areas. `requests` and `events` say what it serves and hears; the rest may stay as it is."""

    requests: ClassVar[Mapping[type[wire.Request], Serve]] = {}
    events: ClassVar[Mapping[str, Hear]] = {}
    """By the `type` of a group's event, as "room.changed"."""

    def __init__(self, socket: Socket) -> None:
        self.socket = socket
        self.lobby = socket.lobby
        self.player = socket.player

    @property
    def status(self) -> str | None:
        """What the player is doing here, one of `rules.presence.STATUSES`; None: nothing."""
        return None

    async def hello(self, request: wire.LobbyHello) -> None:
        """The socket said hello, and is in the groups `lobby` and `player.<id>`: tell all there is to know.

        The areas are called in their order; a lost Redis ends the socket, which comes back later.
        """

    def asked(self, request: wire.Request) -> None:
        """The player asks for something here, of this area or another; called before it is served."""

    async def beat(self) -> None:
        """Every few seconds, once greeted: find what a lost message has not told."""

    def changed(self) -> None:
        """What the areas say that the player is doing may be something else."""

    def drained(self) -> None:
        """The socket has skipped diffs, and takes the whole now."""

    def closed(self) -> None:
        """The socket is gone. Called once, whatever way it ended and even where it was never greeted."""

    async def gone(self) -> None:
        """The same, after it has left its groups; not called where Redis is away."""
