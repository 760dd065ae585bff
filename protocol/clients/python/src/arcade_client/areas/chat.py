"""Chat: the channels this client hears, and what it says there."""

import itertools
import random
from dataclasses import dataclass
from typing import Any

from arcade_client.areas.area import Area, Asking, Others
from arcade_client.happenings import LobbyHappening
from arcade_client.kinds import MAX_SAFE, Message

_SESSION = random.SystemRandom().randint(1, MAX_SAFE)
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Line:
    """What a player said; `at` is Unix ms."""

    seq: int
    at: int
    player: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Said(LobbyHappening):
    """New lines of a channel, in order. `more`: there are earlier ones, which `chat_before` gives."""

    channel: str
    lines: list[Line]
    more: bool


@dataclass(frozen=True, slots=True)
class ChannelLeft(LobbyHappening):
    """We do not hear this channel: `left`, or `no-channel`."""

    channel: str
    code: str


@dataclass(frozen=True, slots=True)
class ReadUpto(LobbyHappening):
    """We have read this channel up to this line, on one of our sockets."""

    channel: str
    seq: int


@dataclass(frozen=True, slots=True)
class PlayerMuted(LobbyHappening):
    """We hear this player no more, or again."""

    player: str
    muted: bool


class Chat(Area):
    """`held`: channel to the number of the last line told, kept over sockets: what follows is asked for."""

    def __init__(self, others: Others) -> None:
        super().__init__(others)
        self.held: dict[str, int] = {}
        self._missing: set[str] = set()

    def opened(self) -> None:
        self._missing.clear()
        for channel, after in self.held.items():
            self.request("ChatJoin", channel=channel, after=after)

    def _lines(self, message: Message) -> list[LobbyHappening]:
        channel, after = message["channel"], message["after"]
        held = self.held.get(channel)
        if held is not None and after > held:
            if channel not in self._missing:
                self.request("ChatJoin", channel=channel, after=held)
            self._missing.add(channel)
            return []
        self._missing.discard(channel)
        self.held[channel] = max(message["upto"], held or 0)
        news = [Line(*line) for line in message["lines"] if line[0] > (held or 0)]
        return [Said(channel, news, message["more"])]

    def _left(self, message: Message) -> list[LobbyHappening]:
        self.held.pop(message["channel"], None)
        self._missing.discard(message["channel"])
        return [ChannelLeft(message["channel"], message["code"])]

    def _marked(self, message: Message) -> list[LobbyHappening]:
        return [ReadUpto(message["channel"], message["seq"])]

    def _muted(self, message: Message) -> list[LobbyHappening]:
        return [PlayerMuted(message["player"], message["muted"])]

    takes = {"ChatLines": _lines, "ChatLeft": _left, "ChatMarked": _marked, "ChatMuted": _muted}


def next_line() -> int:
    """A number for a line that may have to be said again."""
    return next(_numbers)


class ChatRequests(Asking):
    async def say(self, channel: str, text: str, number: int | None = None) -> Any:
        """After "disconnected" or "timeout" say it again with that `next_line` number: it is said once."""
        fields = {"session": _SESSION, "number": number or next_line(), "text": text}
        return await self._ask("ChatSend", channel=channel, **fields)

    async def join_chat(self, channel: str, after: int = 0) -> Any:
        """What was said comes as `Said`."""
        return await self._ask("ChatJoin", channel=channel, after=after)

    async def leave_chat(self, channel: str) -> Any:
        return await self._ask("ChatLeave", channel=channel)

    async def chat_before(self, channel: str, before: int = 0) -> Any:
        return await self._ask("ChatHistory", channel=channel, before=before)

    async def mark_read(self, channel: str, seq: int) -> Any:
        return await self._ask("ChatRead", channel=channel, seq=seq)

    async def mute(self, player: str, muted: bool = True) -> Any:
        return await self._ask("ChatMute", player=player, muted=muted)

    async def report_line(self, channel: str, seq: int, reason: str, text: str = "") -> Any:
        return await self._ask("ChatReport", channel=channel, seq=seq, reason=reason, text=text)

    async def talks(self) -> Any:
        """With whom we talk, and what is new there."""
        return await self._ask("ChatList")
