"""No process outlives the run that started it, and no thread of its own the work it was given."""

import asyncio
import shutil
import signal
import subprocess
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


def tied(command: Sequence[str | Path], number: signal.Signals = signal.SIGKILL) -> list[str | Path]:
    """The command, such that it gets this signal when the thread that starts it ends, in whatever way.

    Where the system cannot do that (macOS), the command alone.
    """
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", number.name[3:], "--", *command] if setpriv else list(command)


async def in_thread(function: Callable[..., T], *arguments: Any) -> T:
    """As `asyncio.to_thread`; who is cancelled meanwhile gets to know only when the work has ended."""
    work = asyncio.ensure_future(asyncio.to_thread(function, *arguments))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait({work})
        raise


async def reap(process: "subprocess.Popen[bytes]", seconds: float) -> None:
    """Wait for the end of one that is to end; SIGKILL after so many seconds."""
    try:
        await in_thread(process.wait, seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        await in_thread(process.wait)


async def until_told(work: Coroutine[Any, Any, T]) -> T:
    """What it returns. SIGTERM or SIGINT cancels it, once: its clean-up is not disturbed by more of them."""
    task = asyncio.ensure_future(work)
    told: list[signal.Signals] = []

    def tell(number: signal.Signals) -> None:
        if not told:
            told.append(number)
            task.cancel()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, tell, number)
    return await task
