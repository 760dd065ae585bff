"""One player's side of the lobby, without I/O. Times are seconds of a clock that only goes forward."""

from collections.abc import Iterable
from typing import Any, cast

from arcade_client.areas import AREAS, Area, Presence, Queue, Room
from arcade_client.areas.area import A, Take
from arcade_client.core import HEARTBEAT
from arcade_client.happenings import Failed, LobbyHappening, LobbyWelcomed, Replied
from arcade_client.kinds import Message


def takes_of(areas: Iterable[type[Area]]) -> dict[str, tuple[type[Area], Take]]:
    """Per kind of message its area and what takes it in. Raises TypeError where two claim one."""
    found: dict[str, tuple[type[Area], Take]] = {}
    for area in areas:
        for kind, take in area.takes.items():
            if kind in found:
                raise TypeError(f"{kind} is claimed by {found[kind][0].__name__} and {area.__name__}")
            found[kind] = area, take
    return found


_TAKES = takes_of(AREAS)


class LobbySession:
    """`area(Room)` is what it holds of an area; `players`, `online`, `queue` and `room` are here too."""

    def __init__(self) -> None:
        self.player: dict[str, Any] | None = None
        self.games: list[dict[str, Any]] = []
        self.regions: dict[str, str] = {}
        self.match: dict[str, Any] | None = None
        self._areas: dict[type[Area], Area] = {area: area(self.area) for area in AREAS}
        for area in self._areas.values():
            area.request = self.request  # type: ignore[method-assign]
        self._ref = 0
        self._hello = 0
        self._hello_due: float | None = None
        self._queue: list[Message] = []
        self._received = 0.0
        self._ping_at = 0.0

    def area(self, kind: type[A]) -> A:
        return cast(A, self._areas[kind])

    @property
    def online(self) -> int:
        return self.area(Presence).online

    @property
    def players(self) -> dict[str, tuple[str, str]]:
        return self.area(Presence).players

    @property
    def queue(self) -> Message | None:
        return self.area(Queue).queue

    @property
    def room(self) -> Message | None:
        return self.area(Room).room

    def opened(self, now: float) -> None:
        """A socket is open: hello goes first."""
        self._ref += 1
        self._queue = [{"kind": "LobbyHello", "ref": self._ref}]
        self._hello, self._hello_due = self._ref, None
        self._received = self._ping_at = now
        for area in self._areas.values():
            area.opened()

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
                self.regions = message["regions"]
                return [LobbyWelcomed(message["player"], message["match"], message["games"])]
            case "Reply":
                return [Replied(message["ref"], message["data"])]
            case "Error":
                retry_after = message["retry_after"]
                if message["ref"] == self._hello and retry_after is not None:
                    self._hello_due = self._received + retry_after
                return [Failed(message["ref"], message["code"], message["text"], retry_after)]
        if message["kind"] not in _TAKES:
            return []
        area, take = _TAKES[message["kind"]]
        return take(self._areas[area], message)
