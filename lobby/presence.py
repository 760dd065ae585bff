"""Who is online: this node's share of it, told to the other nodes and to the sockets here.

The truth is one index of leases in the store, renewed for all of a node's players at once, so a killed node's
players vanish within `LEASE`. Between two renewals nodes tell each other changes through a channel group;
what a full channel drops is found by the next `sync`. Sockets hear of it at most twice a second.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterable, Set
from typing import Any, Protocol

import msgspec
from channels.layers import get_channel_layer
from redis.exceptions import RedisError

from arcade.infra import keys
from arcade.infra.log import get_logger
from lobby.rules.presence import LEASE, STATUSES, Diff, Entry, Roster
from lobby.store import Store
from protocol.messages import Presence as PresenceMessage

FLUSH = 0.5
"""Seconds between two diffs."""
AT_ONCE = 100
"""Sockets that are told before others of the loop have their turn."""
RENEW = LEASE / 3
GROUP = "lobby.nodes"

log = get_logger(__name__)
_encode = msgspec.msgpack.Encoder().encode
_decoder = msgspec.msgpack.Decoder(Entry)


class Socket(Protocol):
    """A lobby socket of this node."""

    id: str
    player: str
    name: str
    hidden: Set[str]
    """Players it is not told of."""

    def put_presence(self, frame: bytes) -> None:
        """Queue an encoded `Presence`; may be dropped where the socket is slow, which then asks `full`."""
        ...


class Watcher(Protocol):
    """Who wants to know what some players do, shown in the list or not."""

    def moved(self, players: Set[str]) -> None:
        """Of those it watches, these came, went, or do something else now."""
        ...


class Presence:
    """This node's sockets and the roster. `node` names it among all; `clock` gives Unix seconds."""

    def __init__(self, store: Store, node: str, clock: Callable[[], float]) -> None:
        self._store = store
        self._node = node
        self._clock = clock
        self._roster = Roster()
        self._sockets: dict[str, dict[str, tuple[Socket, str]]] = {}
        self._dirty: dict[str, Entry | None] = {}
        self._watchers: defaultdict[str, set[Watcher]] = defaultdict(set)
        self._channel = ""
        self._whole = (-1, b"")
        """The version of the list that was encoded last, and that."""

    def online(self, player: str) -> bool:
        """True if the player has a lobby socket on any node, as far as this one knows."""
        return player in self._roster

    def nodes(self, player: str) -> Iterable[str]:
        """Those that have sockets of his, as far as this one knows: another's newest come late."""
        return self._roster.nodes(player)

    def status(self, player: str) -> str:
        """What the player does, one of `rules.presence.STATUSES`, or `offline`."""
        return self._roster.status(player)

    def find(self, text: str, most: int, hidden: Set[str]) -> list[list[str]]:
        """Players who are online with this in their name: `[id, name, status]`, by name."""
        return self._roster.find(text, most, hidden)

    def watch(self, watcher: Watcher, players: Iterable[str]) -> None:
        """Tell the watcher of these too."""
        for player in players:
            self._watchers[player].add(watcher)

    def unwatch(self, watcher: Watcher, players: Iterable[str]) -> None:
        """Tell it of these no more."""
        for player in players:
            self._watchers[player].discard(watcher)
            if not self._watchers[player]:
                del self._watchers[player]

    def attach(self, socket: Socket, status: str) -> None:
        """A socket said hello, or its player does something else now."""
        self._sockets.setdefault(socket.player, {})[socket.id] = (socket, status)
        self._mine(socket.player)

    def detach(self, socket: Socket) -> bool:
        """A socket is gone; True if it was the player's last on any node."""
        mine = self._sockets.get(socket.player, {})
        if mine.pop(socket.id, None) is None:
            return False
        self._mine(socket.player)
        return not mine and not self._roster.elsewhere(socket.player, self._node)

    def full(self, hidden: Set[str] = frozenset()) -> bytes:
        """The list as it was told last, encoded, without the hidden; diffs follow on it."""
        whole = self._roster.full()
        theirs = self._roster.without(whole, hidden)
        if theirs is not whole:
            return _encode(_message(theirs, full=True))
        if self._whole[0] != whole.version:
            self._whole = whole.version, _encode(_message(whole, full=True))
        return self._whole[1]

    async def start(self) -> None:
        """Join the nodes and read who is online.

        The channel has the layer's usual prefix: a layer reads one prefix at a time and blocks on it, so
        another would delay every socket's messages.
        """
        self._channel = await get_channel_layer().new_channel()
        await self._sync()

    async def stop(self) -> None:
        """Take this node's players back; nothing where it has not started."""
        if not self._channel:
            return
        gone = [*self._sockets, *(player for player in self._dirty if player not in self._sockets)]
        await self._store.unlease(keys.presence(), [self._field(player) for player in gone])
        await self._say([], gone)
        await get_channel_layer().group_discard(GROUP, self._channel)

    async def run_flush(self) -> None:
        """Tell changes, for ever, at an even pace, however long the telling takes."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due = max(due + FLUSH, loop.time())
            await asyncio.sleep(due - loop.time())
            await self._guarded(self.flush())

    async def run_renew(self) -> None:
        """Renew this node's leases and read all others', for ever."""
        while True:
            await asyncio.sleep(RENEW)
            await self._guarded(self._sync())

    async def run_listen(self) -> None:
        """Hear what other nodes tell, for ever."""
        while True:
            await self._guarded(self._listen())

    async def flush(self) -> None:
        """Tell the other nodes what changed here, and the sockets here what changed anywhere."""
        dirty, self._dirty = self._dirty, {}
        self._tell_watchers(self._roster.moved())
        diff = self._roster.flush()
        if diff is not None:
            await self._tell_sockets(diff)
        if dirty:
            here = [entry for entry in dirty.values() if entry is not None]
            gone = [player for player, entry in dirty.items() if entry is None]
            await self._store.lease(keys.presence(), self._fields(here))
            await self._store.unlease(keys.presence(), [self._field(player) for player in gone])
            await self._say(here, gone)

    async def _tell_sockets(self, diff: Diff) -> None:
        """All that hear the same are sent the same bytes. Who comes meanwhile has it in his whole list."""
        frame = _encode(_message(diff, full=False))
        here = [socket for sockets in self._sockets.values() for socket, _ in sockets.values()]
        for count, socket in enumerate(here):
            if count and count % AT_ONCE == 0:
                await asyncio.sleep(0)
            theirs = self._roster.without(diff, socket.hidden) if socket.hidden else diff
            socket.put_presence(frame if theirs is diff else _encode(_message(theirs, full=False)))

    def _tell_watchers(self, moved: Set[str]) -> None:
        news: defaultdict[Watcher, set[str]] = defaultdict(set)
        for player in moved:
            for watcher in self._watchers.get(player, ()):
                news[watcher].add(player)
        for watcher, players in news.items():
            watcher.moved(players)

    async def _sync(self) -> None:
        await get_channel_layer().group_add(GROUP, self._channel)
        mine = [self._entry(player) for player in self._sockets]
        await self._store.lease(keys.presence(), self._fields(mine))
        now = self._clock()
        kept = {
            field: _decoder.decode(raw) for field, raw in (await self._store.leases(keys.presence())).items()
        }
        self._roster.sync(kept.values(), self._node, now)
        stale = [
            field
            for field, entry in kept.items()
            if entry.until < now - LEASE or (entry.node == self._node and entry.player not in self._sockets)
        ]
        await self._store.unlease(keys.presence(), stale)

    async def _listen(self) -> None:
        event = await get_channel_layer().receive(self._channel)
        if event.get("node") == self._node:
            return
        for raw in event["here"]:
            self._roster.here(_decoder.decode(raw))
        for player in event["gone"]:
            self._roster.gone(player, event["node"])

    async def _say(self, here: Iterable[Entry], gone: list[str]) -> None:
        event = {"type": "presence", "node": self._node, "here": [_encode(e) for e in here], "gone": gone}
        await get_channel_layer().group_send(GROUP, event)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except (RedisError, OSError) as error:
            log.warning("presence stands still", error=repr(error))
            await asyncio.sleep(1)

    def _mine(self, player: str) -> None:
        """Note what this node's sockets of a player are about."""
        if self._sockets.get(player):
            entry = self._entry(player)
            if self._roster.here(entry):
                self._dirty[player] = entry
        else:
            self._sockets.pop(player, None)
            self._roster.gone(player, self._node)
            self._dirty[player] = None

    def _entry(self, player: str) -> Entry:
        sockets = list(self._sockets[player].values())
        status = max((status for _, status in sockets), key=STATUSES.index)
        return Entry(player, self._node, sockets[-1][0].name, status, self._clock() + LEASE)

    def _field(self, player: str) -> str:
        return f"{player}:{self._node}"

    def _fields(self, entries: Iterable[Entry]) -> dict[str, bytes]:
        return {self._field(e.player): _encode(e) for e in entries}


def _message(diff: Diff, full: bool) -> PresenceMessage:
    return PresenceMessage(diff.version, diff.online, diff.here, diff.gone, full)
