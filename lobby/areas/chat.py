"""What this socket hears and says in channels."""

from typing import Any

from lobby.areas.area import Area, Socket
from lobby.hub import Local, told
from lobby.rules.chat import Channel
from protocol import messages as wire
from protocol.errors import ProtocolError

MOST = 12
"""Channels that a socket hears at once."""
MOST_GAMES = 4
LOOK_BEATS = 6
"""Every so many beats it is looked whether the channels are still open to the player."""


class Chat(Area):
    """`hidden`: the players whose lines are not told here; read when the first line is."""

    def __init__(self, socket: Socket) -> None:
        super().__init__(socket)
        self.hidden: frozenset[str] = frozenset()
        self._joined: dict[str, Local] = {}
        self._known = False
        self._looking = False
        self._ended = False
        self._beats = 0

    def hear(self, channel: Channel, lines: wire.ChatLines, frame: bytes | None) -> None:
        if frame is not None:
            self.socket.put_diff(frame)
        else:
            self.socket.put(lines)

    async def beat(self) -> None:
        self._beats += 1
        if self._beats % LOOK_BEATS == 0 and self._known:
            await self._hide()
            await self._look()

    def changed(self) -> None:
        """He may have left a room or the like."""
        if self._joined and not self._looking:
            self._looking = True
            self.lobby.spawn("chat look", self._look())

    def drained(self) -> None:
        """What was skipped is found by what is said next, or by this."""
        for name, local in self._joined.items():
            if local.channel.rules.period > 0.1:
                self.socket.put(wire.ChatLines(name, local.cursor, local.cursor, []))

    def closed(self) -> None:
        self._ended = True
        for local in self._joined.values():
            self.lobby.chat.hub.remove(local, self)
        self._joined.clear()

    async def _send(self, request: wire.ChatSend) -> dict[str, Any]:
        once = request.session, request.number
        name = self.socket.name
        return {"seq": await self.lobby.chat.say(self.player, name, request.channel, once, request.text)}

    async def _join(self, request: wire.ChatJoin) -> dict[str, Any]:
        chat = self.lobby.chat
        try:
            channel = await chat.check(self.player, request.channel)
            self._count(channel)
        except ProtocolError as error:
            if error.code == "no-channel":
                self._drop(request.channel, error.code)
            raise
        await self._hide()
        if channel.kind == "direct" or request.channel in self._joined:
            await self._tell(channel, request)
        else:
            await self._enter(channel, request)
        return {"read": await chat.read_upto(self.player, channel)}

    async def _enter(self, channel: Channel, request: wire.ChatJoin) -> None:
        """What was said until now, then to the ears: nothing is between."""
        hub = self.lobby.chat.hub
        local = await hub.hold(channel)
        try:
            upto = await self._tell(channel, request)
            while upto < local.cursor:
                upto = await self._tell(channel, request, upto)
        except BaseException:
            hub.remove(local, self)
            raise
        if self._ended or request.channel in self._joined:
            hub.remove(local, self)
        else:
            self._joined[request.channel] = local
            hub.add(local, self)
            await self._check(request.channel)  # it may have been closed to him meanwhile

    async def _tell(self, channel: Channel, request: wire.ChatJoin, after: int | None = None) -> int:
        since = request.after if after is None else after
        lines, upto, more = await self.lobby.chat.since(self.player, channel, since)
        self.socket.put(wire.ChatLines(request.channel, since, upto, [told(line) for line in lines], more))
        return upto

    async def _leave(self, request: wire.ChatLeave) -> None:
        self._drop(request.channel, "left")

    async def _history(self, request: wire.ChatHistory) -> dict[str, Any]:
        lines, more = await self.lobby.chat.history(self.player, request.channel, request.before)
        return {"lines": [told(line) for line in lines], "more": more}

    async def _read(self, request: wire.ChatRead) -> None:
        await self.lobby.chat.mark(self.player, request.channel, request.seq)

    async def _mute(self, request: wire.ChatMute) -> None:
        await self.lobby.chat.mute(self.player, request.player, request.muted)

    async def _report(self, request: wire.ChatReport) -> None:
        channel, seq = request.channel, request.seq
        await self.lobby.chat.report(self.player, channel, seq, request.reason, request.text.strip())

    async def _list(self, request: wire.ChatList) -> dict[str, Any]:
        return await self.lobby.chat.talks(self.player)

    async def _on_direct(self, event: dict[str, Any]) -> None:
        if not self._known:
            await self._hide()
        line = event["line"]
        lines = [] if line[2] in self.hidden else [line]
        self.socket.put(wire.ChatLines(f"direct/{event['peer']}", event["before"], line[0], lines))

    async def _on_marked(self, event: dict[str, Any]) -> None:
        self.socket.put(wire.ChatMarked(event["channel"], event["seq"]))

    async def _on_muted(self, event: dict[str, Any]) -> None:
        await self._hide()
        self.socket.put(wire.ChatMuted(event["other"], event["muted"]))

    async def _on_look(self, event: dict[str, Any]) -> None:
        """Something changed of what the player may hear."""
        if self._known:
            await self._hide()
        await self._look()

    async def _hide(self) -> None:
        self.hidden = await self.lobby.chat.hidden(self.player)
        self._known = True

    async def _look(self) -> None:
        """Out of all channels that are not open any more."""
        self._looking = False
        for name in list(self._joined):
            await self._check(name)

    async def _check(self, name: str) -> None:
        try:
            await self.lobby.chat.check(self.player, name)
        except ProtocolError as error:
            if error.code == "no-channel":
                self._drop(name, error.code)

    def _drop(self, name: str, code: str) -> None:
        local = self._joined.pop(name, None)
        if local is not None:
            self.lobby.chat.hub.remove(local, self)
        self.socket.put(wire.ChatLeft(name, code))

    def _count(self, channel: Channel) -> None:
        if channel.kind == "direct" or channel.name in self._joined:
            return
        games = sum(1 for local in self._joined.values() if local.channel.kind == "game")
        if len(self._joined) >= MOST or (channel.kind == "game" and games >= MOST_GAMES):
            raise ProtocolError("too-many-channels")

    requests = {
        wire.ChatSend: _send,
        wire.ChatJoin: _join,
        wire.ChatLeave: _leave,
        wire.ChatHistory: _history,
        wire.ChatRead: _read,
        wire.ChatMute: _mute,
        wire.ChatReport: _report,
        wire.ChatList: _list,
    }
    events = {
        "chat.direct": _on_direct,
        "chat.marked": _on_marked,
        "chat.muted": _on_muted,
        "chat.look": _on_look,
    }
