"""Wait for a condition with a deadline, never for a time."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


def until(condition: Callable[[], T], seconds: float = 15) -> T:
    """The first truthy value of `condition()`; AssertionError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not so after {seconds} s"
        time.sleep(0.02)
    return value


async def auntil(condition: Callable[[], T | Awaitable[T]], seconds: float = 15) -> T:
    """As `until`, on a loop; the condition may be a coroutine function."""
    async with asyncio.timeout(seconds):
        while True:
            value = condition()
            found = await value if isinstance(value, Awaitable) else value
            if found:
                return found
            await asyncio.sleep(0.01)


def gone(pid: int) -> bool:
    """True if no process has this id (a zombie counts as gone)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False
