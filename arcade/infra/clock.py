"""The clocks of this process. Match time is the engine's and comes from the log."""

import time


def now_ms() -> int:
    """Unix time in ms; may step when the machine's clock is set."""
    return time.time_ns() // 1_000_000


def monotonic_ms() -> int:
    """Time in ms since some start; never goes back. For deadlines and durations."""
    return time.monotonic_ns() // 1_000_000
