"""How long players are waited for: while the log cannot be written nobody can come; that does not count."""

import asyncio
from collections.abc import Callable

from matches.engine import timers
from matches.host.hosted import Hosted

LOOK_SECONDS = 0.25


class Standstill:
    """Counts the time in which `stands()` is True."""

    def __init__(self, loop: asyncio.AbstractEventLoop, stands: Callable[[], bool]) -> None:
        self._loop, self._stands = loop, stands
        self._sum = 0.0
        self._seen = loop.time()

    def total(self) -> float:
        """Seconds, from the beginning until now; since it was asked last, all or nothing."""
        now = self._loop.time()
        if self._stands():
            self._sum += now - self._seen
        self._seen = now
        return self._sum

    async def look(self) -> None:
        """Ask often enough, until cancelled."""
        while True:
            self.total()
            await asyncio.sleep(LOOK_SECONDS)

    def left(self, hosted: Hosted) -> float:
        """Seconds for which the players of an open match are still waited for; 0 or less: no more."""
        stood = self.total() - hosted.stood
        return hosted.when(timers.JOIN_LIMIT) + stood - self._loop.time()

    def next_look(self, hosted: Hosted) -> float:
        """When they may have been waited for long enough (the loop's clock); while it stands that recedes."""
        left = self.left(hosted)
        return self._loop.time() + (max(left, LOOK_SECONDS) if left > 0 else 0)
