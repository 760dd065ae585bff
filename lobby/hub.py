"""What is new in channels, on its way to this node's sockets.

Whoever writes a line says so to every node that has somebody in the channel; a node then reads what it does
not have yet, once for all its sockets and at most each `period` seconds, and encodes it once. So a line costs
each node a hint at most, and sockets get batches. What a lost hint has not told is found by `HEAL`.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

import msgspec
from channels.layers import get_channel_layer
from redis.exceptions import RedisError

from arcade.infra.log import get_logger
from lobby.lines import Kept, Lines
from lobby.rules.chat import Channel, Line
from protocol import messages as wire

MOST = 200
"""Lines in one batch; those before them are to be asked for."""
AT_ONCE = 100
"""Sockets that are told before others of the loop have their turn."""
HEAL = 5.0
"""Seconds between two looks for what nobody told of."""
RENEW = 60.0
"""Seconds between two renewals in the channel layer, which forgets after its `group_expiry`."""

log = get_logger(__name__)
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[int, str, str, str]).decode


class Ear(Protocol):
    """A socket in a channel. `hidden`: the players whose lines it is not told."""

    hidden: frozenset[str]

    def hear(self, channel: Channel, lines: wire.ChatLines, frame: bytes | None) -> None:
        """Queue it. `frame`: the same encoded, where it may be skipped by a slow socket."""
        ...


class Local:
    """A channel with ears on this node. `cursor`: the last number they were told; `holds`: who needs it."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.ears: dict[Ear, None] = {}
        self.cursor = 0
        self.holds = 0
        self.idle = 0
        self.opening: asyncio.Task[None]


class Hub:
    """`run_*` for ever; `hold`, then `add`; `remove`; `told`."""

    def __init__(self, lines: Lines, spawn: Callable[[str, Coroutine[Any, Any, None]], None]) -> None:
        self._lines = lines
        self._spawn = spawn
        self._locals: dict[str, Local] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._ripe: dict[str, None] = {}
        self._saying: set[str] = set()
        self._wake = asyncio.Event()
        self._node = ""

    async def hold(self, channel: Channel) -> Local:
        """Be told by other nodes of what is said there; for each call one of `remove`."""
        local = self._locals.get(channel.name)
        if local is None:
            local = self._locals[channel.name] = Local(channel)
            local.opening = asyncio.get_running_loop().create_task(self._open(local))
        local.holds += 1
        try:
            await asyncio.shield(local.opening)
        except BaseException:
            local.holds -= 1
            raise
        return local

    def add(self, local: Local, ear: Ear) -> None:
        """From now on it hears what comes after `local.cursor`."""
        local.ears[ear] = None

    def remove(self, local: Local, ear: Ear) -> None:
        """It hears it no more."""
        local.ears.pop(ear, None)
        local.holds -= 1
        local.idle = 0

    def told(self, channel: Channel) -> None:
        """A line was written there by somebody of this node."""
        self._hinted(channel.name)
        if channel.name not in self._saying:
            self._saying.add(channel.name)
            self._spawn("chat hint", self._say(channel))

    async def run_listen(self) -> None:
        """Hear of other nodes' lines, for ever."""
        while True:
            await self._guarded(self._listen())

    async def run_flush(self) -> None:
        """Tell sockets what is new, for ever."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            ripe, self._ripe = self._ripe, {}
            for name in ripe:
                await self._guarded(self._flush(name))

    async def run_heal(self) -> None:
        """Find what nobody told of, and renew, for ever."""
        rounds = 0
        while True:
            await asyncio.sleep(HEAL)
            rounds += 1
            await self._guarded(self._heal(renew=rounds % int(RENEW / HEAL) == 0))

    async def _open(self, local: Local) -> None:
        name = local.channel.name
        try:
            await get_channel_layer().group_add(_group(name), await self._channel())
            (local.cursor,) = await self._lines.last([name])
        except BaseException:
            self._locals.pop(name, None)
            raise

    async def _channel(self) -> str:
        """Of the layer's usual prefix: it reads one prefix at a time."""
        if not self._node:
            self._node = await get_channel_layer().new_channel()
        return self._node

    async def _listen(self) -> None:
        event = await get_channel_layer().receive(await self._channel())
        self._hinted(event["channel"])

    async def _say(self, channel: Channel) -> None:
        """What is said within one period costs one hint."""
        if channel.rules.period > 0.1:
            await asyncio.sleep(channel.rules.period / 2)
        self._saying.discard(channel.name)
        await self._guarded(
            get_channel_layer().group_send(
                _group(channel.name), {"type": "chat.hint", "channel": channel.name}
            )
        )

    def _hinted(self, name: str) -> None:
        local = self._locals.get(name)
        if local is not None and name not in self._timers:
            loop = asyncio.get_running_loop()
            self._timers[name] = loop.call_later(local.channel.rules.period, self._due, name)

    def _due(self, name: str) -> None:
        self._timers.pop(name, None)
        self._ripe[name] = None
        self._wake.set()

    async def _flush(self, name: str) -> None:
        local = self._locals.get(name)
        if local is None:
            return
        kept = await self._lines.after(name, local.cursor, MOST)
        if not kept:
            return
        lines, after = read(kept), local.cursor
        local.cursor = lines[-1].seq
        batch = _batch(local.channel, after, local.cursor, lines)
        frame = _encode(batch) if local.channel.rules.period > 0.1 else None
        speakers = {line.player for line in lines}
        for count, ear in enumerate(list(local.ears)):
            if count % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0)
            if ear not in local.ears:
                continue
            if ear.hidden.isdisjoint(speakers):
                ear.hear(local.channel, batch, frame)
            else:
                heard = [line for line in lines if line.player not in ear.hidden]
                ear.hear(local.channel, _batch(local.channel, after, batch.upto, heard), None)

    async def _heal(self, renew: bool) -> None:
        for local in [local for local in self._locals.values() if not local.holds]:
            local.idle += 1
            if local.idle * HEAL > 2 * HEAL:
                await self._close(local)
        heard = [local for local in self._locals.values() if local.ears]
        last = await self._lines.last([local.channel.name for local in heard])
        for local, seq in zip(heard, last, strict=True):
            if seq > local.cursor:
                self._hinted(local.channel.name)
        for name in list(self._locals) if renew else []:
            await get_channel_layer().group_add(_group(name), await self._channel())

    async def _close(self, local: Local) -> None:
        name = local.channel.name
        del self._locals[name]
        await get_channel_layer().group_discard(_group(name), await self._channel())
        if name in self._locals:  # joined again meanwhile
            await get_channel_layer().group_add(_group(name), await self._channel())

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except (RedisError, OSError) as error:
            log.warning("chat stands still", error=repr(error))
            await asyncio.sleep(1)


def read(kept: list[Kept]) -> list[Line]:
    """Lines as `pack` made them."""
    return [Line(seq, *_decode(raw)) for seq, raw in kept]


def pack(at: int, player: str, name: str, text: str) -> bytes:
    """What is kept of a line, besides its number."""
    return _encode((at, player, name, text))


def _batch(channel: Channel, after: int, upto: int, lines: list[Line]) -> wire.ChatLines:
    return wire.ChatLines(channel.name, after, upto, [told(line) for line in lines])


def told(line: Line) -> list[Any]:
    """A line on the wire."""
    return [line.seq, line.at, line.player, line.name, line.text]


def _group(name: str) -> str:
    return "chat." + name.replace("/", ".")
