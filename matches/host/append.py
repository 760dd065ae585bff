"""One record on its way into a log, and what the reply to it means."""

import enum
from collections.abc import Callable
from typing import Any

from redis.exceptions import RedisError, ResponseError

FIELD = b"r"


class Outcome(enum.Enum):
    """How an append ended."""

    CONFIRMED = "confirmed"
    FENCED = "fenced"
    REWOUND = "rewound"
    """Redis lost the end of this log, or all of it: its top is older than what was confirmed."""


class Verdict(enum.Enum):
    """What one reply means."""

    DONE = "done"
    FENCED = "fenced"
    VANISHED = "vanished"
    """There is no log any more: Redis lost it, or somebody deleted it after the end. The owner finds out."""
    AGAIN = "again"
    """Refused for a passing cause (memory, loading, read-only): the same bytes again under the same id."""
    LOST = "lost"
    """No reply: look up where the log stands before anything else."""


class Append:
    """One record on its way into the log `key`: `settle` is called once, on the loop, when its outcome is
    known.

    `prev` is the id it follows; `generation` the connection on which the top of the log was last known to be
    that one. After a new connection it is looked up before anything is appended: Redis may have come back
    with less than it had confirmed.
    """

    __slots__ = ("data", "generation", "key", "prev", "record_id", "settle", "unsure")

    def __init__(
        self,
        key: str,
        record_id: str,
        prev: str,
        generation: int,
        data: bytes,
        settle: Callable[[Outcome], None],
    ) -> None:
        self.key = key
        self.record_id = record_id
        self.prev = prev
        self.generation = generation
        self.data = data
        self.settle = settle
        self.unsure = False
        """A reply was lost once: a copy of this record may still be on its way, and arrive first."""


def judge(reply: Any) -> Verdict:
    """The verdict on a reply to `XADD NOMKSTREAM`: an id, None, or an exception."""
    if isinstance(reply, (bytes, str)):
        return Verdict.DONE
    if reply is None:
        return Verdict.VANISHED
    if isinstance(reply, ResponseError):
        text = str(reply)
        if "equal or smaller" in text or "smaller than" in text:
            return Verdict.FENCED
        return Verdict.AGAIN
    if isinstance(reply, RedisError | OSError):
        return Verdict.LOST
    raise TypeError(f"no reply of XADD: {reply!r}")


def place(record_id: str) -> tuple[int, int]:
    epoch, _, n = record_id.partition("-")
    return int(epoch), int(n)


def settled(_: Outcome) -> None:
    raise AssertionError("an append was settled twice")
