"""Some bytes of memory that a node shares with its supervisor: whose rules it is running at the moment.

They outlive the node, so that after its death the supervisor can name the match that caused it. Writing is
no system call and no function of ours: each step does it twice.
"""

import functools
import mmap
import operator
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from struct import Struct
from typing import NamedTuple

BOX = "ARCADE_BOX_FD"
"""Names the file descriptor of the memory that the supervisor reads."""

LONG_SECONDS = 0.25
"""A killed process is put down to a match only if that one's rules had been running for so long."""

_ENTRY = Struct("d56s")
"""Since when, by `time.monotonic`; the match, none where it begins with a zero byte."""
_MATCH_AT = 8

_OWN_FAULT = {
    -number
    for number in (
        signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGSYS
    )
}  # fmt: skip


class Entry(NamedTuple):
    """What is in a box: the match whose rules are running, and since when (s, `time.monotonic`)."""

    match: str
    since: float


def memory() -> int:
    """A descriptor of new shared memory; the caller closes it."""
    if sys.platform == "linux":
        fd = os.memfd_create("arcade-box")
    else:
        with tempfile.TemporaryFile() as file:
            fd = os.dup(file.fileno())
    os.ftruncate(fd, _ENTRY.size)
    return fd


class BlackBox:
    """`fd` is from `memory`; without one nobody else reads what is written."""

    def __init__(self, fd: int = -1) -> None:
        self._bytes = mmap.mmap(fd, _ENTRY.size)
        self.enter: Callable[[float, bytes], None] = functools.partial(_ENTRY.pack_into, self._bytes, 0)
        """(since, match): this match's rules run from now on, which is `since` by `time.monotonic`."""
        self.leave: Callable[[], None] = functools.partial(operator.setitem, self._bytes, _MATCH_AT, 0)
        """No match's rules run."""

    def read(self) -> Entry | None:
        """What its writer is, or was, doing."""
        since, match = _ENTRY.unpack(self._bytes)
        if not match[0]:
            return None
        return Entry(match.rstrip(b"\0").decode(errors="replace"), since)

    def close(self) -> None:
        self._bytes.close()


@functools.cache
def inherited() -> BlackBox:
    """This process' own: the one that its supervisor reads, if it has one."""
    fd = os.environ.pop(BOX, "")
    if not fd:
        return BlackBox()
    box = BlackBox(int(fd))
    os.close(int(fd))
    return box


def culprit(status: int, found: Entry | None, now: float) -> str:
    """The match whose rules ended a process with this exit status, or none (empty).

    A process that exits or crashes while the rules run was ended by them. One that was killed may have been
    out of memory, but anybody kills nodes, at any moment: it counts only where the rules had been running
    for long, which steps do not. `now`: when the death was noticed, by `time.monotonic`.
    """
    if found is None:
        return ""
    if status >= 0 or status in _OWN_FAULT:
        return found.match
    if status == -signal.SIGKILL and now - found.since >= LONG_SECONDS:
        return found.match
    return ""
