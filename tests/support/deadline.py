"""The time limit of a test, by a signal of its own.

pytest-timeout's two ways do not do here: one shares its interval timer with a node's watchdog
(matches/host/watchdog.py), the other ends the whole run and leaves its servers behind.
"""

import signal
import threading
from types import FrameType
from typing import Any

import pytest
import pytest_timeout

SIGNAL = signal.SIGUSR1
AGAIN = 10.0
"""Seconds after which it is tried again: an event loop may hand the failure to a task nobody awaits."""
TRIES = 6
SETTINGS = pytest.StashKey[Any]()


@pytest.hookimpl(tryfirst=True)
def pytest_timeout_set_timer(item: pytest.Item, settings: Any) -> bool:
    """Fail the test on the main thread; where that cannot be, end the run with every thread's stack."""
    done = threading.Event()

    def fail(_signal: int, _frame: FrameType | None) -> None:
        if done.is_set():
            return
        pytest_timeout.dump_stacks(item.config.get_terminal_writer())
        pytest.fail(f"Timeout (>{settings.timeout} s)")

    def watch() -> None:
        wait = settings.timeout
        for _ in range(TRIES):
            if done.wait(wait):
                return
            signal.pthread_kill(main, SIGNAL)
            wait = AGAIN
        if not done.wait(wait):
            pytest_timeout.timeout_timer(item, settings)

    main = threading.main_thread().ident
    assert main is not None
    former = signal.signal(SIGNAL, fail)
    thread = threading.Thread(target=watch, name=f"deadline of {item.name}", daemon=True)

    def cancel() -> None:
        done.set()
        thread.join()
        signal.signal(SIGNAL, former)

    item.cancel_timeout = cancel  # type: ignore[attr-defined]  # what pytest-timeout calls
    item.stash[SETTINGS] = settings
    thread.start()
    return True


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """A test that failed has lost its time limit by then; its teardown has one of its own."""
    if SETTINGS in item.stash:
        item.cancel_timeout()  # type: ignore[attr-defined]
        pytest_timeout_set_timer(item, item.stash[SETTINGS])
