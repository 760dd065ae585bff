"""What is kept of the queues: parts that one writer changes, and what the others hand to it.

A queue (`<game>:<mode>`) has at most one writer, who holds its lease under a fence that only grows; a change
under an older fence is refused, so a writer that was asleep while another took over changes nothing. What is
handed over is kept until a writer takes it in, in one step with what came of it.

One suite of tests (tests/contract/test_queue_store.py) holds for every implementation.
"""

import asyncio
from collections.abc import Callable
from typing import NamedTuple, Protocol

from lobby.rules.queue_book import Change

INBOX = 4000
"""Events that may wait for a queue's writer."""
SAID_SECONDS = 60.0
"""How long it is kept what came of an event."""
KEPT_SECONDS = 24 * 3600.0
"""How long a queue is kept that nobody changes."""


class Lease(NamedTuple):
    """`fence` 0: it is another's, `holder`'s, for so many `seconds` more. `handed`: events in the inbox."""

    fence: int
    holder: str
    seconds: float
    handed: int


class Handed(NamedTuple):
    """An event of another node, oldest first in the inbox."""

    id: str
    sender: str
    event: bytes


class Done(NamedTuple):
    """An event that was taken in, and what came of it; its sender is told."""

    id: str
    sender: str
    outcome: bytes


Heard = Callable[[str, str, bytes | None], None]
"""(queue, id, outcome): an event of ours was taken in; with id "" there is something in the inbox of a queue
we lead."""


class Full(Exception):
    """The inbox holds as much as it may."""


class QueueStore(Protocol):
    """`node` is the caller's. Every call may be made again with the same effect."""

    async def claim(self, queue: str, node: str, seconds: float, fence: int = 0) -> Lease:
        """Become the writer of a queue that has none, or stay it (`fence`: the one held so far; where another
        has come since, fence 0 is returned and nothing taken)."""
        ...

    async def release(self, queue: str, node: str, fence: int) -> None:
        """Write it no more; another may at once."""
        ...

    async def load(self, queue: str, fence: int) -> dict[str, bytes] | None:
        """All parts; None under an older fence."""
        ...

    async def commit(self, queue: str, fence: int, number: int, change: Change, done: list[Done]) -> bool:
        """Write the change, take the events out of the inbox and tell their senders, all or nothing; False
        under an older fence. `number` grows by one with each commit of a fence, from 1; a number that is
        there already changes nothing."""
        ...

    async def hand(self, queue: str, node: str, id: str, event: bytes) -> bytes | None:
        """Put an event into the inbox, once, and wake the writer; the outcome where it was taken in already.
        Raises `Full`."""
        ...

    async def said(self, queue: str, id: str) -> bytes | None:
        """What came of an event."""
        ...

    async def withdraw(self, queue: str, id: str) -> bytes | None:
        """Take an event back; what came of it where it was too late for that."""
        ...

    async def inbox(self, queue: str) -> list[Handed]: ...

    async def read(self, queue: str, fields: list[str], ranked: str = "") -> tuple[list[bytes | None], int]:
        """Some parts; and how many tickets have waited longer than the ticket `ranked`."""
        ...

    async def queues(self) -> list[str]:
        """The queues that somebody became the writer of and nobody took off this list."""
        ...

    async def unlist(self, queue: str) -> None:
        """Nobody needs to look after it until somebody becomes its writer."""
        ...

    async def listen(self, node: str, heard: Heard, ready: asyncio.Event) -> None:
        """Hear what concerns this node, until cancelled or Redis is lost; what is said meanwhile is missed.
        `ready` is set when nothing more is."""
        ...
