"""What is said in channels: lines numbered by channel, bounded by count and age, each written once.

They are kept where live state is, not in the database: most are read within seconds and by nobody after days.
What staff must judge is copied there with the lines around it when it is reported (lobby/reports.py).
One suite of tests (tests/contract/test_lines.py) holds for every implementation.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

RECEIPT_SECONDS = 120
"""For so long a line that is sent again is known."""

Kept = tuple[int, bytes]
"""A line's number and its content."""


class Due(NamedTuple):
    """A rate that a line must keep: one each `seconds`, up to `burst` at once; `name` within the channel."""

    name: str
    seconds: float
    burst: int


class Written(NamedTuple):
    """`seq`: the line's number, 0 where a rate forbids it for `wait` seconds more. `again`: it was there.

    `before`: the number of the line before it, 0 where there was none or it is not known.
    """

    seq: int
    wait: float = 0
    again: bool = False
    before: int = 0


class Lines(Protocol):
    """Channels are text without braces."""

    async def write(
        self, channel: str, line: bytes, receipt: str, most: int, seconds: float, rates: Sequence[Due]
    ) -> Written:
        """Write a line under the next number, unless one of this `receipt` is there already.

        The number is the time in ms, or one more than the last, so none comes back, not even where lines
        were lost. The channel keeps its last `most` lines, and all are gone `seconds` after the last.
        """
        ...

    async def after(self, channel: str, seq: int, most: int) -> list[Kept]:
        """The latest `most` lines above `seq`, in order."""
        ...

    async def before(self, channel: str, seq: int, most: int) -> list[Kept]:
        """The latest `most` lines below `seq`, in order."""
        ...

    async def last(self, channels: Sequence[str]) -> list[int]:
        """Per channel the number of its last line, 0 where there is none."""
        ...
