"""The limit on one call into a game's rules, by an interval timer.

The timer rings four times a second while the node lives; a call that is still the same one after its
second in CPU time is ended by `StepTimeout`, raised inside it. Counting CPU time spares a process that was
stopped and continued; a call that sleeps instead of working is ended after `RINGS_MOST`.
"""

import signal
import threading
import time
from types import FrameType
from typing import Self

from arcade.infra.black_box import BlackBox
from arcade.infra.log import get_logger
from matches.engine.errors import StepTimeout

log = get_logger(__name__)

PERIOD = 0.25
CPU_SECONDS = 1.0
RINGS_MOST = 20


class Watchdog:
    """One per process, on the main thread, where Python runs its signal handlers.

    `box` is told whose rules are running.
    """

    def __init__(self, box: BlackBox | None = None) -> None:
        self._box = box or BlackBox()
        self._inside = False
        self._rings = 0
        self._cpu = 0.0
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

    def on(self, match: str) -> Self:
        """`with watchdog.on(match):` guards calls of its rules; each use counts anew. Not for nesting."""
        self._box.enter(match)
        return self

    def __enter__(self) -> None:
        self._rings = 0
        self._inside = True

    def __exit__(self, *_: object) -> None:
        self._inside = False
        self._box.leave()

    def _ring(self, _signal: int, _frame: FrameType | None) -> None:
        if not self._inside:
            return
        self._rings += 1
        if self._rings == 1:
            self._cpu = time.thread_time()
        elif time.thread_time() - self._cpu >= CPU_SECONDS - PERIOD or self._rings >= RINGS_MOST:
            self._inside = False
            raise StepTimeout
