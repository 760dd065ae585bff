"""The live list of rooms: this node's share of it, told to the other nodes and to the sockets here.

The truth are leases in the store, spread over some hashes so that no key is everybody's. Each node that
knows a room renews its entry, so a killed node's rooms stay as long as another knows them; one whose lease
has run out is looked at by whoever finds it, and swept from then on. Between two readings nodes tell each
other changes through a channel group. Sockets hear of it at most twice a second, those of one page all the
same bytes.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Set
from typing import Any, Protocol
from zlib import crc32

import msgspec
from channels.layers import get_channel_layer
from redis.exceptions import RedisError

from arcade.infra import keys
from arcade.infra.log import get_logger
from arcade.infra.redis import sredis
from lobby.rules.listing import LEASE, Diff, Entry, Query, entry_of, listed, without
from lobby.rules.pages import Index, Told, View
from lobby.rules.room import Room
from lobby.store import Store
from protocol.errors import ProtocolError
from protocol.messages import Rooms as RoomsMessage

SHARDS = 8
FLUSH = 0.5
"""Seconds between two diffs."""
RENEW = LEASE / 3
GROUP = "lobby.rooms"
ADOPTED = 50
"""Rooms with a lease that ran out that are looked at in one reading."""

log = get_logger(__name__)
_encode = msgspec.msgpack.Encoder().encode
_decoder = msgspec.msgpack.Decoder(Entry)


class Socket(Protocol):
    """A lobby socket of this node that looks at a page."""

    def put_rooms(self, frame: bytes) -> None:
        """Queue an encoded `Rooms`; may be dropped where the socket is slow, which then asks `full`."""
        ...


class RoomList:
    """`node` names this one among all; `clock` gives Unix seconds; `look` reads a room, None if gone."""

    def __init__(
        self,
        store: Store,
        node: str,
        clock: Callable[[], float],
        look: Callable[[str], Awaitable[object | None]],
    ) -> None:
        self._store = store
        self._node = node
        self._clock = clock
        self._look = look
        self._index = Index()
        self._watching: dict[View, set[Socket]] = {}
        self._view_of: dict[Socket, View] = {}
        self._friends: dict[Socket, Set[str]] = {}
        """Of the sockets that look at a page, where they have any."""
        self._dirty: dict[str, Entry | int] = {}
        self._channel = ""

    def note(self, room: Room, version: int) -> None:
        """A room is as it is now: in the list, or not."""
        now = self._clock()
        held = self._index.entries.get(room.code)
        if not listed(room):
            if held is not None:
                self._drop(room.code, version)
        elif held is None or held.version < version or held.until - now < LEASE / 2:
            entry = entry_of(room, version, now)
            self._index.put(entry, now)
            self._dirty[room.code] = entry

    def forget(self, code: str) -> None:
        """The room is gone."""
        held = self._index.entries.get(code)
        if held is not None:
            self._drop(code, held.version)

    def watch(self, socket: Socket, query: Query, friends: Set[str] = frozenset()) -> None:
        """Tell this socket of the page from now on; first the whole. Raises ProtocolError `busy`.

        `friends`: whose rooms for friends it is told of too.
        """
        self.unwatch(socket)
        view = self._index.look(query, self._index.circle(friends))
        if view is None:
            text = "Too many different lists are looked at; ask for less special ones."
            raise ProtocolError("busy", text, retry_after=5.0)
        self._friends[socket] = friends
        self._put(socket, view)
        socket.put_rooms(_whole(view.told))

    def befriend(self, socket: Socket, friends: Set[str]) -> None:
        """These are its friends now, and it is told of their rooms; nothing where it does not look."""
        if socket in self._view_of:
            self._friends[socket] = friends
            self._rove(socket)

    def unwatch(self, socket: Socket) -> None:
        """Nothing where it does not look."""
        if socket in self._view_of:
            self._index.leave(self._take(socket))
            del self._friends[socket]

    def full(self, socket: Socket, hidden: Set[str] = frozenset()) -> bytes:
        """The page that it looks at, as it was told last, encoded; diffs follow on it. `hidden`: codes."""
        told = self._view_of[socket].told
        return _frame(without(told.full(), hidden)) if hidden else _whole(told)

    def of(self, socket: Socket, owners: Set[str]) -> Set[str]:
        """The rooms of these owners on the page that it looks at."""
        shown = [self._index.entries.get(code) for code in self._view_of[socket].told.codes]
        return {entry.code for entry in shown if entry is not None and entry.by in owners}

    async def start(self) -> None:
        """Join the nodes and read the list."""
        self._channel = await get_channel_layer().new_channel()
        await self._sync()

    async def stop(self) -> None:
        """Nothing where it has not started; the leases stay, for those who sweep the rooms now."""
        if self._channel:
            await get_channel_layer().group_discard(GROUP, self._channel)

    async def run_flush(self) -> None:
        """Tell changes, for ever."""
        while True:
            await asyncio.sleep(FLUSH)
            await self._guarded(self.flush())

    async def run_renew(self) -> None:
        """Read what all nodes wrote, for ever."""
        while True:
            await asyncio.sleep(RENEW)
            await self._guarded(self._sync())

    async def run_listen(self) -> None:
        """Hear what other nodes tell, for ever."""
        while True:
            await self._guarded(self._listen())

    async def flush(self) -> None:
        """Tell the sockets here what changed anywhere; write, and tell the other nodes, what changed here."""
        parted, self._index.parted = self._index.parted, set()
        if parted:
            for socket in [s for s, friends in self._friends.items() if not parted.isdisjoint(friends)]:
                self._rove(socket)
        for view, diff in self._index.news():
            frame = _frame(diff)
            for socket in list(self._watching.get(view, ())):
                socket.put_rooms(frame)
        dirty, self._dirty = self._dirty, {}
        if not dirty:
            return
        try:
            await self._write(dirty)
        except (RedisError, OSError):
            self._dirty = {**dirty, **self._dirty}
            raise

    async def _write(self, dirty: dict[str, Entry | int]) -> None:
        for shard in range(SHARDS):
            mine = {code: entry for code, entry in dirty.items() if shard_of(code) == shard}
            here = {code: _encode(e) for code, e in mine.items() if isinstance(e, Entry)}
            await self._store.lease(keys.rooms(shard), here)
            await self._store.unlease(keys.rooms(shard), [code for code in mine if code not in here])
        event = {
            "type": "rooms",
            "node": self._node,
            "here": [_encode(e) for e in dirty.values() if isinstance(e, Entry)],
            "gone": [[code, version] for code, version in dirty.items() if isinstance(version, int)],
        }
        await get_channel_layer().group_send(GROUP, event)

    async def _sync(self) -> None:
        await get_channel_layer().group_add(GROUP, self._channel)
        began = self._clock()
        kept = await self.read()
        now = self._clock()
        self._index.sync(kept, began, now)
        for entry in [e for e in kept if e.until <= now][:ADOPTED]:
            if await self._look(entry.code) is None:
                await self._store.unlease(keys.rooms(shard_of(entry.code)), [entry.code])

    async def read(self) -> list[Entry]:
        """All entries in the store, those whose lease has run out too."""
        kept = [await self._store.leases(keys.rooms(shard)) for shard in range(SHARDS)]
        return [_decoder.decode(raw) for fields in kept for raw in fields.values()]

    async def _listen(self) -> None:
        event = await get_channel_layer().receive(self._channel)
        if event.get("node") == self._node:
            return
        now = self._clock()
        for raw in event["here"]:
            self._index.put(_decoder.decode(raw), now)
        for code, version in event["gone"]:
            self._index.drop(code, version, now)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except (RedisError, OSError) as error:
            log.warning("list of rooms stands still", error=repr(error))
            await asyncio.sleep(1)

    def _rove(self, socket: Socket) -> None:
        """Have it look at the page with what it is told of now; it hears how that differs from its former."""
        before = self._view_of[socket]
        circle = self._index.circle(self._friends[socket])
        if circle == before.circle:
            return
        view = self._index.look(before.query, circle)
        if view is None:
            raise RuntimeError("a list that somebody looks at is not there")
        self._take(socket)
        self._put(socket, view)
        diff = view.told.since(before.told)
        if diff is not None:
            socket.put_rooms(_frame(diff))
        self._index.leave(before)

    def _put(self, socket: Socket, view: View) -> None:
        self._view_of[socket] = view
        self._watching.setdefault(view, set()).add(socket)

    def _take(self, socket: Socket) -> View:
        view = self._view_of.pop(socket)
        self._watching[view].discard(socket)
        if not self._watching[view]:
            del self._watching[view]
        return view

    def _drop(self, code: str, version: int) -> None:
        self._index.drop(code, version, self._clock())
        self._dirty[code] = version


def read_sync() -> list[Entry]:
    """The same as `RoomList.read`, from the Redis of the settings, for views."""
    kept: list[Any] = [sredis().hvals(keys.rooms(shard)) for shard in range(SHARDS)]
    return [_decoder.decode(raw) for values in kept for raw in values]


def shard_of(code: str) -> int:
    return crc32(code.encode()) % SHARDS


def _whole(told: Told) -> bytes:
    """Encoded once for all."""
    if told.frame is None:
        told.frame = _frame(told.full())
    return told.frame


def _frame(diff: Diff) -> bytes:
    return _encode(RoomsMessage(diff.total, diff.codes, diff.rows, diff.full))
