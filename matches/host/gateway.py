"""The sockets of a node that see matches, wherever those are hosted."""

import asyncio
import itertools
import math
from collections.abc import Callable, Sequence

import msgspec

from arcade.infra import keys
from arcade.infra.direct import BINARY, SMALL
from arcade.infra.log import get_logger
from arcade.infra.redis import aredis
from matches import directory
from matches.host import link
from matches.host.outbox import NEVER, Outbox, TooSlow
from matches.host.place import Place
from protocol.errors import ProtocolError

log = get_logger(__name__)

LOOK_SECONDS = 0.5
RENEW_EVERY = 10
"""Looks between two renewals of sockets with the hosts of other nodes."""

BATCH, BATCH_SECONDS = 100, 0.05

UNANSWERED_SECONDS = 2.0
"""After it a socket that its host has not let in is announced again: the word or the answer was lost."""

AT_ONCE = 16
"""Matches whose owner is looked up at the same time."""
OWNERLESS_SECONDS = 20.0
"""How long a socket waits for its match to find a new owner; then it is closed, to resume later."""

_conns = itertools.count(1)

Submitted = Callable[[str, str, int, link.Numbered, int | None], Place | None]
"""(match, node, conn, message, held): `Reception.submit`."""
encode = msgspec.msgpack.Encoder().encode


class Viewer:
    """A socket that has said hello. `close(code)` ends it; `node` is the host's."""

    __slots__ = (
        "asked", "close", "conn", "epoch", "held", "latest", "match", "node", "outbox", "ownerless", "place",
        "player", "ref", "seat", "session", "view", "welcomed",
    )  # fmt: skip

    def __init__(
        self, match: str, player: str, seat: int | None, outbox: Outbox, close: Callable[[int], None]
    ):
        self.conn = next(_conns)
        self.match = match
        self.player = player
        self.seat = seat
        self.outbox = outbox
        self.close = close
        self.node = ""
        """The host's; empty while the match has no living owner."""
        self.place: Place | None = None
        """That of its seat, once it has said something, while the host is this node's."""
        self.view: str | None = None
        self.epoch = 0
        self.latest = 0
        """The highest epoch of which something was shown to it."""
        self.ref = 0
        self.session = 0
        self.held = (0, 0)
        """The (epoch, seq) that the client brought."""
        self.welcomed = False
        self.ownerless = 0.0
        self.asked = 0.0


class Gateway:
    """Viewers by connection and by (match, view).

    `to_host(node, note)` sends to a host, `submit_here` calls this node's own. While Redis is `doubted()`, a
    match that it does not know may live: its sockets wait.
    """

    def __init__(
        self,
        node: str,
        hosts_here: Callable[[str], bool],
        to_host: Callable[[str, link.ToHost], None],
        submit_here: Submitted,
        doubted: Callable[[], bool] = lambda: False,
    ) -> None:
        self.node = node
        self._hosts_here = hosts_here
        self._to_host = to_host
        self._submit_here = submit_here
        self._doubted = doubted
        self.viewers: dict[int, Viewer] = {}
        self._audience: dict[str, dict[str, dict[int, Viewer]]] = {}
        self._loop = asyncio.get_running_loop()
        self._looks = 0
        self.took: Callable[[link.Took], None] = _unasked
        """Hears what became of a seat that was asked for here."""

    async def attach(self, viewer: Viewer, ref: int, session: int, epoch: int, seq: int) -> None:
        """Ask the match's host to let this socket in, now or when it has one again.

        Raises ProtocolError where there is no such match.
        """
        viewer.ref, viewer.session, viewer.held = ref, session, (epoch, seq)
        node = await self._owner(viewer.match)
        self.viewers[viewer.conn] = viewer
        self._attach_to(viewer, node)

    async def _owner(self, match: str) -> str:
        """The living owner's node, empty while there is none. Raises ProtocolError."""
        if self._hosts_here(match):
            return self.node
        live = await directory.get(match)
        if live is None:
            if self._doubted():
                return ""
            raise ProtocolError("match-unknown", close=4007)
        if live.phase == "quarantined":
            raise ProtocolError("match-aborted", close=4008)
        if live.node and live.node != self.node and await aredis().exists(keys.node(live.node)):
            return live.node
        if self._hosts_here(match):
            return self.node
        if await directory.is_released(match):  # written down; nobody takes it up again
            raise ProtocolError("match-unknown", close=4008)
        return ""

    def _attach_to(self, viewer: Viewer, node: str) -> None:
        viewer.node, viewer.place = node, None
        if not node:
            viewer.ownerless = viewer.ownerless or self._loop.time()
            return
        viewer.ownerless = 0.0
        viewer.asked = self._loop.time()
        epoch, seq = (viewer.epoch, viewer.outbox.seq) if viewer.welcomed else viewer.held
        note = link.Attach(
            viewer.match, self.node, viewer.conn, viewer.ref, viewer.player, viewer.seat,
            viewer.session, epoch, seq, viewer.welcomed,
        )  # fmt: skip
        self._to_host(node, note)

    def moved(self, match: str, node: str, epoch: int) -> None:
        """The match has a new owner: the sockets here go on with it and need not connect anew."""
        for viewer in [v for v in self.viewers.values() if v.match == match and v.epoch < epoch]:
            self._attach_to(viewer, node)

    def detach(self, viewer: Viewer) -> None:
        """The socket is gone."""
        if self.viewers.pop(viewer.conn, None) is None:
            return
        self._leave_audience(viewer)
        self._to_host(viewer.node, link.Detach(viewer.match, self.node, viewer.conn))

    def submit(self, viewer: Viewer, message: link.Numbered) -> None:
        """A message of this socket. Without an owner it is dropped; the client sends it again."""
        if viewer.node == self.node:
            submit = self._submit_here
            viewer.place = submit(viewer.match, self.node, viewer.conn, message, viewer.outbox.seq)
        elif viewer.node:
            data = encode(message)
            self._to_host(
                viewer.node, link.Submit(viewer.match, self.node, viewer.conn, data, viewer.outbox.seq)
            )

    def again(self, viewer: Viewer, epoch: int | None = None, seq: int | None = None) -> None:
        """This socket needs a keyframe; what it holds is what the client says, else what was written."""
        held = (viewer.epoch, viewer.outbox.seq) if epoch is None or seq is None else (epoch, seq)
        if viewer.node:
            self._to_host(viewer.node, link.Again(viewer.match, self.node, viewer.conn, *held))

    def ask_all_again(self) -> None:
        """What other nodes said here may be lost; no next frame tells who does not know it is his turn."""
        for viewer in list(self.viewers.values()):
            if viewer.welcomed and viewer.node != self.node:
                self.again(viewer)

    async def send_away(self) -> None:
        """Have every socket connect anew, elsewhere; in batches, so that they do not come all at once."""
        viewers = list(self.viewers.values())
        for start in range(0, len(viewers), BATCH):
            for viewer in viewers[start : start + BATCH]:
                self._end(viewer, 4000)
            await asyncio.sleep(BATCH_SECONDS)

    # --- from hosts ---------------------------------------------------------------------------------

    def receive(self, note: link.ToGateway) -> None:
        """A note of a host, this node's or another's."""
        match note:
            case link.Fan():
                self.fan(note.match, note.view, note.seq, note.data, note.refused, note.prev, note.epoch)
            case link.Direct():
                viewer = self.viewers.get(note.conn)
                if viewer is not None and viewer.match == note.match:
                    self._direct(viewer, note)
            case link.Attached():
                self._attached(note)
            case link.Cut(conn=0):
                for viewer in [v for v in self.viewers.values() if v.match == note.match]:
                    self._cut(viewer, note)
            case link.Cut():
                viewer = self.viewers.get(note.conn)
                if viewer is not None and viewer.match == note.match:
                    self._cut(viewer, note)
            case link.Took():
                self.took(note)

    def fan(
        self,
        match: str,
        view: str,
        seq: int,
        data: bytes,
        refused: Sequence[tuple[int, bytes]],
        prev: int | None,
        epoch: int,
    ) -> None:
        """What a `Fan` of these fields says; the host of this node calls it."""
        for conn, refusal in refused:
            viewer = self.viewers.get(conn)
            if viewer is not None and viewer.match == match:
                self._direct(viewer, link.Direct(match, conn, refusal, epoch=epoch))
        views = self._audience.get(match)
        there = views.get(view) if views is not None else None
        if there is None:
            return
        reach = seq if len(data) <= SMALL else math.inf
        after = NEVER if prev is None else prev
        for viewer in list(there.values()):
            outbox = viewer.outbox
            if (
                outbox.seq == after
                and reach <= outbox.clear
                and epoch == viewer.latest
                and (line := outbox.line) is not None
                and (write := line.write) is not None
            ):
                outbox.seq = outbox.written = seq
                write(BINARY, data)
                continue
            if epoch != viewer.latest and _is_past(viewer, epoch):
                continue
            try:
                outbox.put_frame(data, seq, prev)
            except TooSlow:
                viewer.close(4001)

    def _direct(self, viewer: Viewer, note: link.Direct) -> None:
        if not viewer.welcomed:
            return  # its welcome was lost on the way; it will be announced again
        if _is_past(viewer, note.epoch):
            return
        try:
            for refusal in note.refused:
                viewer.outbox.put(refusal)
            if note.keyframe is None:
                viewer.outbox.put(note.data)
            else:
                viewer.outbox.put_keyframe(note.data, note.keyframe)
        except TooSlow:
            viewer.close(4001)

    def _attached(self, note: link.Attached) -> None:
        viewer = self.viewers.get(note.conn)
        if viewer is None or viewer.match != note.match or note.epoch < viewer.epoch:
            return
        self._leave_audience(viewer)
        viewer.view, viewer.epoch = note.view, note.epoch
        viewer.latest = max(viewer.latest, note.epoch)
        views = self._audience.setdefault(viewer.match, {})
        views.setdefault(note.view, {})[viewer.conn] = viewer
        try:
            if not viewer.welcomed:
                viewer.welcomed = True
                viewer.outbox.put(note.welcome)
            for refusal in note.refused:
                viewer.outbox.put(refusal)
            viewer.outbox.put_keyframe(note.keyframe, note.seq)
        except TooSlow:
            viewer.close(4001)

    def _cut(self, viewer: Viewer, note: link.Cut) -> None:
        """The host knows already; it is not told again. An owner of the past has nothing to say."""
        if note.epoch and note.epoch < viewer.epoch:
            return
        self._end(viewer, note.code)

    def _end(self, viewer: Viewer, code: int) -> None:
        self.viewers.pop(viewer.conn, None)
        viewer.place = None
        self._leave_audience(viewer)
        viewer.close(code)

    def _leave_audience(self, viewer: Viewer) -> None:
        if viewer.view is None:
            return
        views = self._audience.get(viewer.match, {})
        there = views.get(viewer.view, {})
        there.pop(viewer.conn, None)
        if not there:
            views.pop(viewer.view, None)
        if not views:
            self._audience.pop(viewer.match, None)
        viewer.view = None

    # --- what is looked after -----------------------------------------------------------------------

    async def watch(self) -> None:
        """Look after sockets whose match is elsewhere or nowhere, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self._look()
            except Exception as error:
                log.warning("gateway.cannot_look", error=repr(error))

    async def _look(self) -> None:
        self._looks += 1
        late = self._loop.time() - UNANSWERED_SECONDS
        for viewer in list(self.viewers.values()):  # a host on this node may cut one of them meanwhile
            if viewer.node and viewer.view is None and viewer.asked < late:
                self._attach_to(viewer, viewer.node)
            viewer.outbox.look()
        remote: dict[str, dict[str, list[Viewer]]] = {}
        for viewer in self.viewers.values():
            if viewer.node != self.node or not self._hosts_here(viewer.match):
                remote.setdefault(viewer.node, {}).setdefault(viewer.match, []).append(viewer)
        for node, matches in remote.items():
            if node in ("", self.node) or not await aredis().exists(keys.node(node)):
                orphans = list(matches.items())
                for first in range(0, len(orphans), AT_ONCE):
                    several = orphans[first : first + AT_ONCE]
                    await asyncio.gather(*(self._find_owner(*orphan) for orphan in several))
            elif self._looks % RENEW_EVERY == 0:
                for match, viewers in matches.items():
                    conns = [viewer.conn for viewer in viewers if viewer.welcomed]
                    self._to_host(node, link.Renew(match, self.node, conns))

    async def _find_owner(self, match: str, viewers: list[Viewer]) -> None:
        try:
            node = await self._owner(match)
        except ProtocolError as error:
            for viewer in viewers:
                self._end(viewer, error.close or 4000)
            return
        for viewer in viewers:
            if node != viewer.node and viewer.conn in self.viewers:
                self._attach_to(viewer, node)
            if viewer.ownerless and self._loop.time() - viewer.ownerless > OWNERLESS_SECONDS:
                self._end(viewer, 4002)


def _unasked(_: link.Took) -> None:
    """Nobody here asks for seats."""


def _is_past(viewer: Viewer, epoch: int) -> bool:
    """Whether this is of an owner before one that the socket has heard already. 0: it does not say."""
    if 0 < epoch < viewer.latest:
        return True
    viewer.latest = max(viewer.latest, epoch)
    return False
