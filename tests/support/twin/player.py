"""A player: the real client without I/O, on a socket to the gateway of whatever node is there."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from arcade_client import codec, delta
from arcade_client.core import MatchSession
from arcade_client.happenings import Accepted, RefusedMove, Viewed
from redis.exceptions import RedisError

from matches.host.gateway import Viewer
from matches.host.link import Numbered
from matches.host.outbox import Outbox
from matches.host.reception import decode
from protocol.errors import ProtocolError
from protocol.messages import Move
from tests.support.frames import FIELDS, Frames

if TYPE_CHECKING:
    from tests.support.twin.world import Process, World

BEAT = 0.25


class Box(Outbox):
    """The outbox of one socket. What is put into it is shown at once, to whoever still listens."""

    def __init__(self, player: "Player", process: "Process", drained: Callable[[], None]) -> None:
        super().__init__(self._written_out, drained)
        self._player = player
        self._process = process
        self._held = 0
        self._frames = Frames()
        self._tree: Any = None

    async def _written_out(self, data: bytes) -> None:
        raise AssertionError("nothing waits in this outbox")

    def _push(self, data: bytes, seq: int | None) -> None:
        if seq is not None:
            self.written = seq
        message = codec.decode(data)
        assert message is not None
        shown = message
        if message["kind"] == "Frame":
            shown = dict(zip(FIELDS, self._frames.read(codec.to_array(message))[1:], strict=True))
            if shown["prev"] != self._held:
                self._tree = None
            elif shown["delta"] is not None and self._tree is not None:
                self._tree = delta.apply(self._tree, shown["delta"])
        elif message["kind"] == "Keyframe":
            self._frames.read(codec.to_array(message))
            self._tree = message["view"]
        if message["kind"] in ("Keyframe", "Frame"):
            self._held = shown["seq"]
            self._player.world.truth.shown(self._player.key, shown, self._tree, self._process.id)
        self._player.hear(self, message)


class Player:
    """Sends what it is told to, keeps it until it is acknowledged, comes back when it is cut off."""

    def __init__(self, world: "World", match: str, key: bytes, seat: int) -> None:
        self.world = world
        self.key = key
        self.seat = seat
        self.session = MatchSession(1000 + seat)
        self.accepted: list[int] = []
        self.refused: list[int] = []
        self.rewound = 0
        self.away = False
        """It does not come back by itself."""
        self._match = match
        self._sent: dict[int, int] = {}
        self._box: Box | None = None
        self._viewer: Viewer | None = None
        self._process: Process | None = None
        self._next = seat
        self._beat()

    # --- the socket -----------------------------------------------------------------------------------

    def _beat(self) -> None:
        process = self._process
        if process is None or process.dead or self.session.silent(self.world.now):
            self.leave()
            if not self.away:
                self._come()
        self.pump()
        self.world.after(BEAT, self._beat)

    def _come(self) -> None:
        alive = [process for process in self.world.processes.values() if process.ready and not process.dead]
        if not alive:
            return
        self._next += 1

        def again() -> None:
            process.node.gateway.again(viewer)

        self._process = process = alive[self._next % len(alive)]
        box = self._box = process.loop.inside(lambda: Box(self, process, again))

        def closed(_code: int) -> None:
            if self._box is box:
                self._process = self._box = self._viewer = None
                self.session.closed()

        viewer = self._viewer = Viewer(self._match, f"p{self.seat}", self.seat, box, closed)
        self.session.opened(self.world.now)

    def leave(self) -> None:
        """Close the socket, or find it closed."""
        process, viewer = self._process, self._viewer
        if process is not None and viewer is not None and not process.dead:
            process.call(lambda: process.node.gateway.detach(viewer))
        self._process = self._box = self._viewer = None
        self.session.closed()

    async def _attach(self, process: "Process", viewer: Viewer, hello: dict[str, Any]) -> None:
        try:
            await process.node.gateway.attach(
                viewer, hello["ref"], hello["session"], hello["epoch"], hello["seq"]
            )
        except (ProtocolError, RedisError, OSError):
            viewer.close(4000)

    def pump(self) -> None:
        """Send what is due."""
        process, viewer, box = self._process, self._viewer, self._box
        if process is None or viewer is None or process.dead:
            return
        for message in self.session.outgoing(self.world.now):
            match message["kind"]:
                case "Hello":
                    process.start(self._attach(process, viewer, message))
                case "Ping":
                    ref = message["ref"]
                    process.call(lambda ref=ref: self._pong(box, ref))
                case "Resync":
                    held = message["epoch"], message["seq"]
                    process.call(lambda held=held: process.node.gateway.again(viewer, *held))
                case "Seen":
                    pass
                case _:
                    data = codec.encode(message)
                    assert isinstance(data, bytes)
                    said = decode(data)
                    process.call(lambda said=said: self._submit(process, viewer, said))

    def _submit(self, process: "Process", viewer: Viewer, said: Numbered) -> None:
        """As a socket on our own server does it."""
        place, now = viewer.place, process.loop.time()
        if place is None or not isinstance(said, Move) or not place.take(said.number, bytes(said.move), now):
            process.node.gateway.submit(viewer, said)

    def _pong(self, box: Box | None, ref: int) -> None:
        if self._box is box:
            self.session.receive({"kind": "Pong", "ref": ref, "time": 0}, self.world.now)

    # --- what is said and heard -----------------------------------------------------------------------

    def say(self, value: int) -> bool:
        """A new move; False where the client takes none."""
        if self.session.welcome is None or len(self.session.pending) >= 8:
            return False
        self._sent[self.session.move({"value": value})] = value
        self.pump()
        return True

    def hear(self, box: Box, message: dict[str, Any]) -> None:
        if box is not self._box:
            return
        for happening in self.session.receive(message, self.world.now):
            match happening:
                case Accepted(id=id_):
                    self.accepted.append(self._sent[id_])
                case RefusedMove(id=int(id_)):
                    self.refused.append(self._sent[id_])
                case Viewed(rewound=True):
                    self.rewound += 1
                case _:
                    pass
