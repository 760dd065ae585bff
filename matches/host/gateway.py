"""The sockets of a node that see matches, wherever those are hosted."""

import asyncio
import itertools
from collections.abc import Callable

from arcade.infra import keys
from arcade.infra.log import get_logger
from arcade.infra.redis import aredis
from matches import directory
from matches.host import link
from matches.host.outbox import Outbox, TooSlow
from protocol.errors import ProtocolError

log = get_logger(__name__)

RENEW_SECONDS = 5.0
OWNER_MISSES = 3
"""Checks in a row that must miss a host's lease before its watchers are sent to look for the new owner."""

_conns = itertools.count(1)


class Viewer:
    """A socket that has said hello. `close(code)` ends it; `node` is the host's."""

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
        self.view: str | None = None
        self.epoch = 0
        self.seq = 0


class Gateway:
    """Viewers by connection and by (match, view). `to_host(node, note)` sends to a host."""

    def __init__(
        self, node: str, hosts_here: Callable[[str], bool], to_host: Callable[[str, link.ToHost], None]
    ) -> None:
        self.node = node
        self._hosts_here = hosts_here
        self._to_host = to_host
        self.viewers: dict[int, Viewer] = {}
        self._audience: dict[str, dict[str, dict[int, Viewer]]] = {}
        self._misses: dict[str, int] = {}

    async def attach(self, viewer: Viewer, ref: int, session: int, epoch: int, seq: int) -> None:
        """Ask the match's host to let this socket in. Raises ProtocolError where there is no such match."""
        if self._hosts_here(viewer.match):
            viewer.node = self.node
        else:
            live = await directory.get(viewer.match)
            if live is None or not await aredis().exists(keys.node(live.node)):
                raise ProtocolError("match-unknown", close=4007)
            viewer.node = live.node
        viewer.epoch, viewer.seq = epoch, seq
        self.viewers[viewer.conn] = viewer
        note = link.Attach(
            viewer.match, self.node, viewer.conn, ref, viewer.player, viewer.seat, session, epoch, seq
        )
        self._to_host(viewer.node, note)

    def detach(self, viewer: Viewer) -> None:
        """The socket is gone."""
        if self.viewers.pop(viewer.conn, None) is None:
            return
        self._leave_audience(viewer)
        self._to_host(viewer.node, link.Detach(viewer.match, self.node, viewer.conn))

    def submit(self, viewer: Viewer, data: bytes) -> None:
        """A message of this socket, as msgpack."""
        self._to_host(viewer.node, link.Submit(viewer.match, self.node, viewer.conn, data))

    def again(self, viewer: Viewer, epoch: int, seq: int) -> None:
        """This socket needs a keyframe."""
        self._to_host(viewer.node, link.Again(viewer.match, self.node, viewer.conn, epoch, seq))

    # --- from hosts ---------------------------------------------------------------------------------

    def receive(self, note: link.ToGateway) -> None:
        """A note of a host, this node's or another's."""
        match note:
            case link.Fan():
                self._fan(note)
            case link.Direct():
                viewer = self.viewers.get(note.conn)
                if viewer is not None and viewer.match == note.match:
                    self._direct(viewer, note)
            case link.Attached():
                self._attached(note)
            case link.Cut(conn=0):
                for viewer in [v for v in self.viewers.values() if v.match == note.match]:
                    self._cut(viewer, note.code)
            case link.Cut():
                viewer = self.viewers.get(note.conn)
                if viewer is not None and viewer.match == note.match:
                    self._cut(viewer, note.code)

    def _fan(self, note: link.Fan) -> None:
        for viewer in list(self._audience.get(note.match, {}).get(note.view, {}).values()):
            try:
                viewer.outbox.put_frame(note.data)
                viewer.seq = note.seq
            except TooSlow:
                viewer.close(4001)

    def _direct(self, viewer: Viewer, note: link.Direct) -> None:
        try:
            if note.keyframe is None:
                viewer.outbox.put(note.data)
            else:
                viewer.seq = note.keyframe
                viewer.outbox.put_keyframe(note.data)
        except TooSlow:
            viewer.close(4001)

    def _attached(self, note: link.Attached) -> None:
        viewer = self.viewers.get(note.conn)
        if viewer is None or viewer.match != note.match:
            return
        self._leave_audience(viewer)
        viewer.view, viewer.seq = note.view, note.seq
        views = self._audience.setdefault(viewer.match, {})
        views.setdefault(note.view, {})[viewer.conn] = viewer
        try:
            viewer.outbox.put(note.welcome)
            viewer.outbox.put_keyframe(note.keyframe)
        except TooSlow:
            viewer.close(4001)

    def _cut(self, viewer: Viewer, code: int) -> None:
        """The host knows already; it is not told again."""
        self.viewers.pop(viewer.conn, None)
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

    # --- what is renewed ----------------------------------------------------------------------------

    async def watch(self) -> None:
        """Renew with other nodes which sockets are here, and leave hosts that are gone, until cancelled."""
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            try:
                await self._renew()
            except Exception:
                log.exception("gateway.renew_failed")

    async def _renew(self) -> None:
        remote: dict[str, dict[str, list[int]]] = {}
        for viewer in self.viewers.values():
            if viewer.node != self.node:
                remote.setdefault(viewer.node, {}).setdefault(viewer.match, []).append(viewer.conn)
        for node, matches in remote.items():
            if await aredis().exists(keys.node(node)):
                self._misses.pop(node, None)
                for match, conns in matches.items():
                    self._to_host(node, link.Renew(match, self.node, conns))
                continue
            self._misses[node] = self._misses.get(node, 0) + 1
            if self._misses[node] >= OWNER_MISSES:
                for viewer in [v for v in self.viewers.values() if v.node == node]:
                    self._cut(viewer, 4000)
