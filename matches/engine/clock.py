"""The Fischer clock: every seat's time left in ms, and whose runs since when.

A mover's clock stops when its move arrived (`at`), the next one's starts when the step's record is
confirmed: first taken as the step's own time, then raised to the `committed` that comes with the next step.
So neither the network's time to us nor the log's is on anyone's clock.
"""

import msgspec

from matches.engine.game import FischerClock


class Clock(msgspec.Struct, array_like=True):
    """`fresh`: started by the last step, whose confirmation is not known yet."""

    left: list[int]
    increment: int
    running: int | None = None
    since: int = 0
    fresh: bool = False

    def confirmed(self, committed: int | None) -> None:
        """The record that started this clock was confirmed at this match time (None: not told)."""
        if self.fresh:
            self.fresh = False
            if committed is not None and committed > self.since:
                self.since = committed

    def stop(self, at: int) -> None:
        """Charge the running seat up to `at`."""
        if self.running is not None:
            seat, self.running = self.running, None
            self.left[seat] = max(0, self.left[seat] - max(0, at - self.since))

    def moved(self, seat: int, at: int) -> None:
        """The seat moved at `at`: charge it if its clock ran, then give it the increment."""
        if self.running == seat:
            self.stop(at)
            self.left[seat] += self.increment

    def start(self, seat: int | None, now: int) -> None:
        """Let the seat's clock run from `now`; nothing where it runs already."""
        if seat != self.running:
            self.stop(now)
            self.running, self.since, self.fresh = seat, now, True

    def falls(self, committed: int | None = None) -> int | None:
        """Match time at which the running seat's flag falls, None where none runs."""
        if self.running is None:
            return None
        since = max(self.since, committed or 0) if self.fresh else self.since
        return since + self.left[self.running]


def new_clock(declared: FischerClock, seats: int) -> Clock:
    """A stopped clock with the declared time for each seat."""
    return Clock([round(declared.seconds * 1000)] * seats, round(declared.increment * 1000))
