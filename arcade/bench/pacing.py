"""When a load sends, and how late its own loop is."""

import asyncio
import time
from collections.abc import AsyncIterator

SLOTS = 10
"""In each period of a tick game the players send in so many groups."""
LAG_SECONDS = 0.01


async def slots(rate: int) -> AsyncIterator[int]:
    """The number of each slot of a period when it is due, without end, however late the loop is."""
    slot, due = 0, time.perf_counter()
    while True:
        yield slot
        slot = (slot + 1) % SLOTS
        due += 1 / rate / SLOTS
        await asyncio.sleep(max(0.0, due - time.perf_counter()))


async def lag(lags: list[float]) -> None:
    """How much later than asked this loop comes back, seconds, appended to `lags` without end."""
    while True:
        due = time.perf_counter() + LAG_SECONDS
        await asyncio.sleep(LAG_SECONDS)
        lags.append(time.perf_counter() - due)
