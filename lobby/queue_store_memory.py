"""The queues in this process's memory: for tests, and to say plainly what the other store must do."""

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Callable

import msgspec

from lobby import queue_store
from lobby.queue_store import SAID_SECONDS, Done, Full, Handed, Heard, Lease
from lobby.rules.queue_book import Change


class Kept(msgspec.Struct):
    """One queue."""

    fence: int = 0
    node: str = ""
    until: float = 0.0
    number: int = 0
    before: tuple[int, int] = (0, 0)
    parts: dict[str, bytes] = {}
    since: dict[str, float] = {}
    inbox: dict[str, tuple[str, bytes]] = {}
    said: dict[str, tuple[bytes, float]] = {}


class MemoryQueueStore:
    """`clock` gives seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._fences = itertools.count(1)
        self._kept: defaultdict[str, Kept] = defaultdict(Kept)
        self._heard: dict[str, Heard] = {}
        self._listed: dict[str, None] = {}

    async def claim(self, queue: str, node: str, seconds: float, fence: int = 0) -> Lease:
        kept, now = self._kept[queue], self._clock()
        if fence:
            if kept.fence != fence or kept.node != node:
                return Lease(0, kept.node, max(0.0, kept.until - now), len(kept.inbox))
        elif kept.node not in ("", node) and kept.until > now:
            return Lease(0, kept.node, kept.until - now, len(kept.inbox))
        else:
            kept.before = kept.fence, kept.number
            kept.fence, kept.node, kept.number = next(self._fences), node, 0
        kept.until = now + seconds
        self._listed[queue] = None
        return Lease(kept.fence, node, seconds, len(kept.inbox))

    async def release(self, queue: str, node: str, fence: int) -> None:
        kept = self._kept[queue]
        if kept.fence == fence and kept.node == node:
            kept.node, kept.until = "", 0.0

    async def load(self, queue: str, fence: int) -> dict[str, bytes] | None:
        kept = self._kept[queue]
        return dict(kept.parts) if kept.fence == fence else None

    async def commit(self, queue: str, fence: int, number: int, change: Change, done: list[Done]) -> bool:
        kept = self._kept[queue]
        if kept.fence != fence:
            return kept.before == (fence, number)
        if number <= kept.number:
            return True
        kept.number = number
        kept.parts |= change.put
        kept.since |= change.since
        for part in change.gone:
            kept.parts.pop(part, None)
            kept.since.pop(part, None)
        for each in done:
            kept.inbox.pop(each.id, None)
            kept.said[each.id] = each.outcome, self._clock() + SAID_SECONDS
            self._tell(each.sender, queue, each.id, each.outcome)
        return True

    async def hand(self, queue: str, node: str, id: str, event: bytes) -> bytes | None:
        kept = self._kept[queue]
        if (outcome := await self.said(queue, id)) is not None:
            return outcome
        if id not in kept.inbox:
            if len(kept.inbox) >= queue_store.INBOX:
                raise Full
            kept.inbox[id] = node, event
        self._tell(kept.node, queue, "", None)
        return None

    async def said(self, queue: str, id: str) -> bytes | None:
        outcome, until = self._kept[queue].said.get(id, (None, 0.0))
        return outcome if until > self._clock() else None

    async def withdraw(self, queue: str, id: str) -> bytes | None:
        self._kept[queue].inbox.pop(id, None)
        return await self.said(queue, id)

    async def inbox(self, queue: str) -> list[Handed]:
        return [Handed(id, node, event) for id, (node, event) in self._kept[queue].inbox.items()]

    async def read(self, queue: str, fields: list[str], ranked: str = "") -> tuple[list[bytes | None], int]:
        kept = self._kept[queue]
        mine = f"t:{ranked}"
        order = sorted((since, part) for part, since in kept.since.items())
        rank = order.index((kept.since[mine], mine)) if mine in kept.since else 0
        return [kept.parts.get(field) for field in fields], rank

    async def unlist(self, queue: str) -> None:
        self._listed.pop(queue, None)

    async def queues(self) -> list[str]:
        return list(self._listed)

    async def listen(self, node: str, heard: Heard, ready: asyncio.Event) -> None:
        self._heard[node] = heard
        ready.set()
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self._heard.pop(node, None)

    def _tell(self, node: str, queue: str, id: str, outcome: bytes | None) -> None:
        if node in self._heard:
            asyncio.get_running_loop().call_soon(self._heard[node], queue, id, outcome)
