"""One player's side of the lobby, without I/O. Times are seconds of a clock that only goes forward."""

from typing import Any

from arcade_client.core import HEARTBEAT
from arcade_client.happenings import (
    Failed,
    Found,
    LobbyHappening,
    LobbyWelcomed,
    Noticed,
    PresenceChanged,
    QueueChanged,
    Replied,
    RoomChanged,
)
from arcade_client.kinds import Message


class LobbySession:
    """`players`: id to (name, status) of who is online; `online` counts them all."""

    def __init__(self) -> None:
        self.player: dict[str, Any] | None = None
        self.games: list[dict[str, Any]] = []
        self.match: dict[str, Any] | None = None
        self.online = 0
        self.players: dict[str, tuple[str, str]] = {}
        self.queue: Message | None = None
        self.room: Message | None = None
        self._ref = 0
        self._hello = 0
        self._hello_due: float | None = None
        self._queue: list[Message] = []
        self._received = 0.0
        self._ping_at = 0.0

    def opened(self, now: float) -> None:
        """A socket is open: hello goes first."""
        self._ref += 1
        self._queue = [{"kind": "LobbyHello", "ref": self._ref}]
        self._hello, self._hello_due = self._ref, None
        self._received = self._ping_at = now
        self.queue = self.room = None

    def closed(self) -> None:
        """The socket is gone."""
        self._queue = []

    def request(self, kind: str, **fields: Any) -> int:
        """Returns the ref that `Replied` or `Failed` will repeat."""
        self._ref += 1
        self._queue.append({"kind": kind, "ref": self._ref, **fields})
        return self._ref

    def outgoing(self, now: float) -> list[Message]:
        """What to send now: call it after each request and now and then."""
        if self._hello_due is not None and now >= self._hello_due:
            self._ref += 1
            self._hello, self._hello_due = self._ref, None
            self._queue.insert(0, {"kind": "LobbyHello", "ref": self._ref})
        out, self._queue = self._queue, []
        if now - self._ping_at >= HEARTBEAT:
            self._ping_at = now
            self._ref += 1
            out.append({"kind": "Ping", "ref": self._ref})
        return out

    def silent(self, now: float) -> bool:
        """Whether the socket has been silent for so long that another should be tried."""
        return now - self._received > 2 * HEARTBEAT

    def receive(self, message: Message, now: float) -> list[LobbyHappening]:
        """Take a message in; returns what happened."""
        self._received = now
        match message["kind"]:
            case "LobbyWelcome":
                self.player, self.match, self.games = message["player"], message["match"], message["games"]
                return [LobbyWelcomed(message["player"], message["match"], message["games"])]
            case "Reply":
                return [Replied(message["ref"], message["data"])]
            case "Error":
                retry_after = message["retry_after"]
                if message["ref"] == self._hello and retry_after is not None:
                    self._hello_due = self._received + retry_after
                return [Failed(message["ref"], message["code"], message["text"], retry_after)]
            case "Presence":
                return self._presence(message)
            case "Queue":
                self.queue = None if message["game"] is None else message
                return [QueueChanged(self.queue)]
            case "MatchFound":
                self.queue = None
                keys = ("match", "seat", "ticket", "path", "game", "mode")
                return [Found(**{key: message[key] for key in keys})]
            case "Room":
                self.room = None if message["code"] is None else message
                return [RoomChanged(self.room)]
            case "Notice":
                return [Noticed(message["code"], message["text"])]
        return []

    def _presence(self, message: Message) -> list[LobbyHappening]:
        if message["full"]:
            self.players = {}
        for player, name, status in message["here"]:
            self.players[player] = (name, status)
        for player in message["gone"]:
            self.players.pop(player, None)
        self.online = message["online"]
        return [PresenceChanged(self.online)]
