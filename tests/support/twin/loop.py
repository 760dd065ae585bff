"""An event loop without any I/O: it runs when it is told to, at the time that it is told."""

import asyncio
from asyncio import events
from collections.abc import Callable
from typing import Any, TypeVar

Made = TypeVar("Made")


class _Nothing:
    """A selector that never waits and never finds anything."""

    def select(self, timeout: float | None = None) -> list[Any]:
        return []

    def close(self) -> None:
        return


class VirtualLoop(asyncio.BaseEventLoop):
    """One process' loop; a process that is stopped is a loop that nobody runs. Executors run in place."""

    def __init__(self, now: Callable[[], float]) -> None:
        super().__init__()
        self._now = now
        self._selector = _Nothing()
        self.set_debug(False)

    def time(self) -> float:
        return self._now()

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:
            done.set_exception(error)
        return done

    @property
    def due(self) -> float | None:
        """When it has something to do next, None: never."""
        if self._ready:  # type: ignore[attr-defined]
            return self.time()
        timers = self._scheduled  # type: ignore[attr-defined]
        return timers[0].when() if timers else None

    def run_due(self) -> bool:
        """Run all that is due now; False where there was nothing."""
        due = self.due
        if due is None or due > self.time():
            return False
        self.inside(self._run_due)
        return True

    def _run_due(self) -> None:
        while (due := self.due) is not None and due <= self.time():
            self._run_once()  # type: ignore[attr-defined]

    def inside(self, make: Callable[[], Made]) -> Made:
        """What `make` makes of this loop, as the running one."""
        before = events._get_running_loop()
        events._set_running_loop(self)
        try:
            return make()
        finally:
            events._set_running_loop(before)

    def end(self) -> None:
        """Cancel what still runs, without a word to anyone, and close."""
        self.set_exception_handler(lambda *_: None)
        for _ in range(20):
            tasks = asyncio.all_tasks(self)
            if not tasks:
                break
            for task in tasks:
                task.cancel()
            self.run_due()
        self.close()

    def _process_events(self, event_list: list[Any]) -> None:
        return

    def _write_to_self(self) -> None:
        return
