"""The ticks of a node's matches, spread over phases of the period so that no burst is long."""

import asyncio
from collections.abc import Callable

from arcade.infra.metrics import metrics
from matches.host.hosted import Hosted

PHASES = 4
ORDER = (0, 2, 1, 3)
"""In which they are filled: those farthest apart first."""
FULL = 40
"""Matches of a phase before another is begun. A process that wakes finds its caches cold: to step one match
costs a few times what each further one does, and a batch of the log a good deal more than its records."""


class Wheel:
    """All matches of one rate. One timer; a slot per phase."""

    def __init__(self, loop: asyncio.AbstractEventLoop, rate: int, tick: Callable[[Hosted], None]) -> None:
        self.rate = rate
        self._loop = loop
        self._tick = tick
        self._slots: list[dict[str, Hosted]] = [{} for _ in range(PHASES)]
        self._step = 1 / rate / PHASES
        self._turn = 0
        """The phase that is due next."""
        self._due = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._ringing = False
        self._stopped = False

    def add(self, hosted: Hosted) -> int:
        phase = self._room()
        self._slots[phase][hosted.id] = hosted
        now = self._loop.time()
        if self._ringing:
            pass  # the ring plans the next
        elif self._timer is None:
            self._plan(phase, now + self._step)
        elif (sooner := self._due - (self._turn - phase) % PHASES * self._step) > now:
            self._plan(phase, sooner)
        return phase

    def _room(self) -> int:
        """The first that is not full; when all are, they grow evenly."""
        for phase in ORDER:
            if len(self._slots[phase]) < FULL:
                return phase
        return min(range(PHASES), key=lambda p: len(self._slots[p]))

    def remove(self, phase: int, match: str) -> None:
        self._slots[phase].pop(match, None)

    def stop(self) -> None:
        """For good: who is added later stands still too."""
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _plan(self, phase: int, due: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._turn, self._due = phase, due
        self._timer = None if self._stopped else self._loop.call_at(due, self._ring)

    def _ring(self) -> None:
        now = self._loop.time()
        late = now - self._due
        metrics.tick_lateness.observe(max(0.0, late))
        if late > 1 / self.rate:
            self._due = now
        self._timer = None
        self._ringing = True
        try:
            for hosted in list(self._slots[self._turn].values()):
                self._tick(hosted)
        finally:
            self._ringing = False
            for steps in range(1, PHASES + 1):
                phase = (self._turn + steps) % PHASES
                if self._slots[phase]:
                    self._plan(phase, self._due + steps * self._step)
                    break


class Ticker:
    """The wheels of all rates."""

    def __init__(self, loop: asyncio.AbstractEventLoop, tick: Callable[[Hosted], None]) -> None:
        self._loop = loop
        self._tick = tick
        self._wheels: dict[int, Wheel] = {}
        self._stopped = False

    def add(self, hosted: Hosted, rate: int) -> None:
        wheel = self._wheels.get(rate)
        if wheel is None:
            wheel = self._wheels[rate] = Wheel(self._loop, rate, self._tick)
            if self._stopped:
                wheel.stop()
        hosted.tick_slot = (rate, wheel.add(hosted))

    def remove(self, hosted: Hosted) -> None:
        if hosted.tick_slot is not None:
            rate, phase = hosted.tick_slot
            self._wheels[rate].remove(phase, hosted.id)
            hosted.tick_slot = hosted.next_tick = None

    def stop(self) -> None:
        """For good, whatever is added later."""
        self._stopped = True
        for wheel in self._wheels.values():
            wheel.stop()
