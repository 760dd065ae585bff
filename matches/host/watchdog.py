"""The limit on one call into a game's rules, by an interval timer.

The timer rings four times a second while the node lives; a call that is still the same one after its
second in CPU time is ended by `StepTimeout`, raised inside it. Counting CPU time spares a process that was
stopped and continued; a call that sleeps instead of working is ended after `RINGS_MOST`.
"""

import signal
import threading
from time import monotonic, thread_time
from types import FrameType

from arcade.infra.black_box import BlackBox
from arcade.infra.log import get_logger
from matches.engine.errors import StepTimeout

log = get_logger(__name__)

PERIOD = 0.25
CPU_SECONDS = 1.0
RINGS_MOST = 20


OUTSIDE = -1
"""In place of a number of rings: no rules run."""


class Guard:
    """`with guard:` guards calls of one match's rules; each use counts anew. Not for nesting."""

    __slots__ = ("_enter", "_leave", "_match", "_watchdog")

    def __init__(self, watchdog: "Watchdog", match: str, box: BlackBox) -> None:
        self._watchdog = watchdog
        self._match = match.encode()
        self._enter = box.enter
        self._leave = box.leave

    def __enter__(self) -> None:
        self._enter(monotonic(), self._match)
        self._watchdog.rings = 0

    def __exit__(self, *_: object) -> None:
        self._watchdog.rings = OUTSIDE
        self._leave()


class Watchdog:
    """One per process, on the main thread, where Python runs its signal handlers.

    `box` is told whose rules are running. `rings`: how often it rang since this call of them began.
    """

    def __init__(self, box: BlackBox | None = None) -> None:
        self._box = box or BlackBox()
        self._cpu = 0.0
        self.rings = OUTSIDE
        self.armed = False

    def start(self) -> None:
        """Start ringing. On another thread (Django's autoreloader) there is no limit, and the log says so."""
        if threading.current_thread() is not threading.main_thread():
            log.warning("watchdog.off", why="not on the main thread; a step that never ends hangs this node")
            return
        signal.signal(signal.SIGALRM, self._ring)
        signal.siginterrupt(signal.SIGALRM, False)
        signal.setitimer(signal.ITIMER_REAL, PERIOD, PERIOD)
        self.armed = True

    def stop(self) -> None:
        if self.armed:
            signal.setitimer(signal.ITIMER_REAL, 0)
            self.armed = False

    def on(self, match: str) -> Guard:
        """For calls of this match's rules, as often as you like."""
        return Guard(self, match, self._box)

    def _ring(self, _signal: int, _frame: FrameType | None) -> None:
        if self.rings == OUTSIDE:
            return
        self.rings += 1
        if self.rings == 1:
            self._cpu = thread_time()
        elif thread_time() - self._cpu >= CPU_SECONDS - PERIOD or self.rings >= RINGS_MOST:
            self.rings = OUTSIDE
            raise StepTimeout
