"""What the rules may ask of their surroundings while they run."""

from typing import TYPE_CHECKING, Any

import msgspec

from matches.engine.errors import GameFault
from matches.engine.random import SeededRandom

if TYPE_CHECKING:
    from matches.engine.match import Match

MOST_EVENTS = 256
"""Events of one step."""

Event = tuple[str, Any]


class MatchTable:
    """The `Table` handed to the rules; it reads through to its match."""

    __slots__ = ("_match", "events", "mode", "random", "rate", "seats", "settings", "teams")

    def __init__(
        self,
        match: "Match",
        mode: str,
        teams: list[int],
        rate: int,
        random: SeededRandom,
        settings: msgspec.Struct | None,
    ) -> None:
        self._match = match
        self.mode = mode
        self.teams = teams
        self.seats = len(teams)
        self.rate = rate
        self.random = random
        self.settings: Any = settings
        self.events: list[Event] = []

    @property
    def tick(self) -> int:
        return self._match.state.tick

    @property
    def time(self) -> int:
        return self._match.state.time

    def present(self, seat: int) -> bool:
        return seat not in self._match.state.left

    def emit(self, name: str, data: Any = None) -> None:
        if "." in name:
            raise GameFault(f"event {name!r}: names with a dot are the engine's")
        if len(self.events) >= MOST_EVENTS:
            raise GameFault(f"more than {MOST_EVENTS} events in one step")
        self.events.append((name, msgspec.to_builtins(data)))

    def wake_at(self, time: int) -> None:
        match = self._match
        match.state.alarm = max(int(time), match.state.time + 1)
        match.quiet = -1
