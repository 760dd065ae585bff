"""A client of a match that keeps its own history: the real client, overheard."""

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from arcade_client import Accepted, Arcade, Closed, Found, Happened, MatchConnection, RefusedMove, Rematched
from arcade_client.core import MatchSession
from arcade_client.happenings import MatchHappening, ResultRecorded
from arcade_client.kinds import Message

from arcade.chaos import history as h

Clock = Callable[[], float]
"""Milliseconds since the run began."""


def content_of(message: Message) -> str:
    """What a numbered message says, as histories have it."""
    match message["kind"]:
        case "Move":
            return h.canonical(message["move"])
        case "Draw":
            return f"draw:{message['action']}"
        case "Rematch":
            return f"rematch:{str(message['wanted']).lower()}"
        case kind:
            return str(kind).lower()


class RecordingSession(MatchSession):
    """A session that writes down what goes in and out of it, and what it makes of it."""

    def __init__(self, session: int, clock: Clock) -> None:
        super().__init__(session)
        self.entries: list[h.Entry] = []
        self._clock = clock
        self._sent: dict[int, str] = {}
        self.over = False

    def note(self, entry: h.Entry) -> None:
        self.entries.append(entry)

    def closed(self) -> None:
        super().closed()
        self.note(h.Lost(self._clock()))

    def outgoing(self, now: float) -> list[Message]:
        out = super().outgoing(now)
        for message in out:
            if "number" in message:
                number, content = message["number"], content_of(message)
                if self._sent.get(number) != content:
                    self._sent[number] = content
                    self.note(h.Sent(self._clock(), number, content))
        return out

    def receive(self, message: Message, now: float) -> list[MatchHappening]:
        held = (self.epoch, self.seq)
        waiting = {n: content_of(each.message) for n, each in self.pending.items()}
        happenings = super().receive(message, now)
        at = self._clock()
        match message["kind"]:
            case "Welcome":
                self.note(h.Welcomed(at, message["number"], message["seat"]))
            case "Keyframe" if self.view is message["view"]:
                self._believed(at, message, happenings, True)
            case "Frame" if (self.epoch, self.seq) != held:
                self._believed(at, message, happenings, False)
            case _:
                pass
        for happening in happenings:
            match happening:
                case Accepted(_, number):
                    self.note(h.Acked(at, number, waiting[number], self.epoch, self.seq))
                case RefusedMove(id_, number, code, _) if id_ is not None:
                    self.note(h.Refused(at, number, waiting[number], code, self.epoch, self.seq))
                case ResultRecorded(_, ratings):
                    self.note(h.Recorded(at, ratings))
                case _:
                    pass
        return happenings

    def _believed(self, at: float, message: Message, happenings: list[MatchHappening], key: bool) -> None:
        events = [(e.seq, e.name, e.data) for e in happenings if isinstance(e, Happened)]
        seen = h.digest(self.view)
        self.note(
            h.Seen(at, self.epoch, self.seq, self.time, key, seen, events, message.get("rewound", False))
        )
        view: dict[str, Any] = self.view or {}
        if not self.over and view.get("phase") in ("finished", "aborted"):
            self.over = True
            self.note(h.Ended(at, self.epoch, self.seq, view["phase"], view["result"]))


class RecordedMatch(MatchConnection):
    """`changed` is set with whatever happens; `history` is what a checker gets.

    `turn`: which of the addresses comes first.
    """

    session: RecordingSession

    def __init__(self, arcade: Arcade, match: str, address: Found | None, clock: Clock, turn: int) -> None:
        self.changed = asyncio.Event()
        self.recorded = False
        self.urge: Callable[[], None] = lambda: None
        """Have the player move at once, if he may."""
        self.rematched: Found | None = None
        self._clock = clock
        super().__init__(arcade, match, address)
        self._turn = turn

    def make_session(self, session: int) -> RecordingSession:
        return RecordingSession(session, self._clock)

    def history(self, player: str) -> h.History | None:
        """None while the server has not said which seat this is."""
        seat = self.session.seat
        if seat is None:
            return None
        return h.History(h.Who(self.id, player, seat, self.session.session), self.session.entries)

    @property
    def port(self) -> int:
        """Of the node that this client's socket leads, or next will lead, to."""
        bases = self.arcade.http.bases
        return urlsplit(bases[self._turn % len(bases)]).port or 0

    @property
    def over(self) -> bool:
        """Whether this client has seen the end."""
        return self.session.over

    @property
    def resigning(self) -> bool:
        """Whether a resignation is under way: said again and again it would be taken for abuse."""
        return any(each.message["kind"] == "Resign" for each in self.session.pending.values())

    async def until_shown(self, seconds: float) -> bool:
        """Wait for the first view; False where none comes in time. Raises Closed."""
        try:
            async with asyncio.timeout(seconds):
                await asyncio.shield(self._ready)
        except TimeoutError:
            return False
        return True

    def opening(self) -> None:
        core = self.session
        core.note(h.Opened(self._clock(), self.port, core.epoch, core.seq))

    def took(self, happening: MatchHappening) -> None:
        super().took(happening)
        if isinstance(happening, ResultRecorded):
            self.recorded = True
        elif isinstance(happening, Rematched):
            self.rematched = happening.found
        self.changed.set()

    def lost(self) -> None:
        super().lost()
        self.changed.set()

    def left(self, closed: Closed) -> None:
        super().left(closed)
        code = None if closed.code == 1000 else closed.code or 0
        self.session.note(h.Left(self._clock(), code, str(closed)))
        self.changed.set()
