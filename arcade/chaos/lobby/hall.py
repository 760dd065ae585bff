"""What all players of a run in the lobby share, and how its matches end."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from arcade_client import Closed, HttpError

from arcade.chaos.games import TEAM
from arcade.chaos.recorder import Clock
from arcade.chaos.scene import Scene, until

if TYPE_CHECKING:
    from arcade.chaos.lobby.guest import Guest

TOLD_SECONDS = 15.0
"""A match is left to go on until all of its players are there, but no longer."""
END_SECONDS = 45.0


class Hall(Scene):
    """`open`: players who were asked for a match, and have said yes, by claim."""

    def __init__(self, urls: list[str], folder: Path, seed: str, clock: Clock) -> None:
        super().__init__(urls, folder, seed, clock)
        self.asked: defaultdict[str, set[str]] = defaultdict(set)
        self.accepted: defaultdict[str, set[str]] = defaultdict(set)
        self.going: dict[str, asyncio.Event] = {}
        """Matches that somebody was told of; set when they are over."""
        self.there: defaultdict[str, list[Guest]] = defaultdict(list)
        self.commands: defaultdict[int, int] = defaultdict(int)
        """Requests about parties and invites that are under way, by the port they went to."""
        self.counts: defaultdict[str, int] = defaultdict(int)
        self.stopping = False
        """Nobody queues any more, whoever is in the queue answers what he is asked."""
        self._hooks: list[Callable[[str], bool]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    # --- what the nemesis waits for -----------------------------------------------------------------

    async def moment(self, wanted: Callable[[str], bool], seconds: float) -> bool:
        """Return at the very moment at which something that is `wanted` happens: `asked`, `accept 10` (the
        tenth says yes), `command` (about a party) …; False if it does not in time."""
        happened = asyncio.Event()

        def hook(what: str) -> bool:
            if wanted(what):
                happened.set()
            return happened.is_set()

        self._hooks.append(hook)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await happened.wait()
        if hook in self._hooks:
            self._hooks.remove(hook)
        return happened.is_set()

    def happens(self, what: str) -> None:
        self._hooks = [hook for hook in self._hooks if not hook(what)]

    # --- matches ------------------------------------------------------------------------------------

    def found(self, match: str, guest: "Guest") -> asyncio.Event:
        """A player was told of a match; the event is set when it is over."""
        if match not in self.going:
            self.going[match] = asyncio.Event()
            task = asyncio.get_running_loop().create_task(self._end(match))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if guest not in self.there[match]:
            self.there[match].append(guest)
        return self.going[match]

    @property
    def on(self) -> list[str]:
        """Matches that are not over."""
        return [match for match, over in self.going.items() if not over.is_set()]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _end(self, match: str) -> None:
        """Have one of its players abort it, once all have come or had time to."""
        await until(lambda: len(self.there[match]) == 2 * TEAM, TOLD_SECONDS)
        try:
            async with asyncio.timeout(END_SECONDS):
                await self._abort(match)
        except TimeoutError:
            self.note(f"{match} came to no end")
        finally:
            self.going[match].set()

    async def _abort(self, match: str) -> None:
        turn = 0
        while True:
            guest = self.there[match][turn % len(self.there[match])]
            turn += 1
            try:
                async with asyncio.timeout(8), await guest.arcade.match(match) as there:
                    if there.view["phase"] in ("open", "running"):
                        await there.abort()
                return
            except Closed as closed:
                if closed.code == 1000 or turn > 6:
                    return
                self.note(f"{match}: not ended by {guest.name}: {closed}")
                await asyncio.sleep(0.3)
            except (TimeoutError, HttpError) as error:
                self.note(f"{match}: not ended by {guest.name}: {error!r}")
                await asyncio.sleep(0.3)
