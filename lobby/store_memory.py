"""The store in this process's memory: for tests, and to say plainly what the other one must do."""

import itertools
from collections.abc import Callable

from lobby.store import ABSENT, Kept


class MemoryStore:
    """`clock` gives seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._versions = itertools.count(1)
        self._documents: dict[str, tuple[Kept, float]] = {}
        self._indexes: dict[str, dict[str, bytes]] = {}

    async def get(self, key: str) -> Kept:
        kept, until = self._documents.get(key, (ABSENT, 0.0))
        return kept if until > self._clock() else ABSENT

    async def put(self, key: str, data: bytes, version: int, seconds: float) -> int | None:
        if (await self.get(key)).version != version:
            return None
        new = next(self._versions)
        self._documents[key] = (Kept(new, data), self._clock() + seconds)
        return new

    async def delete(self, key: str, version: int) -> bool:
        if (await self.get(key)).version != version:
            return False
        self._documents.pop(key, None)
        return True

    async def lease(self, index: str, fields: dict[str, bytes]) -> None:
        self._indexes.setdefault(index, {}).update(fields)

    async def unlease(self, index: str, fields: list[str]) -> None:
        for field in fields:
            self._indexes.get(index, {}).pop(field, None)

    async def leases(self, index: str) -> dict[str, bytes]:
        return dict(self._indexes.get(index, {}))
