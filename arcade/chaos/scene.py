"""What all players of a run share."""

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path

from arcade.chaos.recorder import Clock, RecordedMatch


class Scene:
    """What all players share: the addresses, the clock, what is asked of them, and what they made."""

    def __init__(self, urls: list[str], folder: Path, seed: str, clock: Clock) -> None:
        self.urls, self.folder, self.seed, self.clock = urls, folder, seed, clock
        self.spread = False
        """Clients begin each match at any node. Going on from where they are, as they do else, all end up on
        the one that lived longest; but to begin at one that is being started costs them a while."""
        self.closing = False
        """No more new matches."""
        self.resigning = False
        """End those that are on."""
        self.live: dict[str, set[RecordedMatch]] = {}
        self.matches: dict[str, str] = {}
        """Every match that a player was sent to, with the kind of its players."""
        self.recorded: set[str] = set()
        self.acked = 0
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        """Something a reader of a failed run may want to know; the last 2,000 are kept."""
        self.notes.append(f"{self.clock() / 1000:9.3f}  {text}")
        del self.notes[:-2000]

    def sitting(self, port: int) -> list[str]:
        """The match of each socket to the node at this port, where it is not over."""
        return [
            match
            for match, there in self.live.items()
            for each in there
            if each.state == "connected" and each.port == port and not each.over
        ]

    def urge(self, matches: Iterable[str]) -> None:
        """Have everyone in these matches move at once."""
        for match in matches:
            for each in self.live.get(match, ()):
                each.urge()

    def in_flight(self, match: str) -> bool:
        """Whether a move of this match is under way."""
        return any(each.session.pending for each in self.live.get(match, ()))


async def until(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait for it; False after so many seconds."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not condition():
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(0.05)
    return True
