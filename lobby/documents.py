"""Changing a document by compare-and-set: read, apply a pure change, write; again if another was faster."""

import asyncio
import random
from collections.abc import Callable
from typing import Generic, TypeVar

import msgspec

from lobby.store import Store
from protocol.errors import ProtocolError

D = TypeVar("D")
R = TypeVar("R")

TRIES = 16


class Documents(Generic[D]):
    """Documents of one type, kept for `seconds` after their last change."""

    def __init__(self, store: Store, kind: type[D], seconds: float) -> None:
        self._store = store
        self._seconds = seconds
        self._decoder = msgspec.msgpack.Decoder(kind)

    async def get(self, key: str) -> tuple[D | None, int]:
        """The document, or None, and its version."""
        kept = await self._store.get(key)
        return (self._decoder.decode(kept.data) if kept.version else None), kept.version

    async def put(self, key: str, document: D | None, version: int) -> int | None:
        """Write (None: delete) if the version is still this; the new one, 0 after a deletion, else None."""
        if document is not None:
            return await self._store.put(key, msgspec.msgpack.encode(document), version, self._seconds)
        if not version:
            return 0
        return 0 if await self._store.delete(key, version) else None

    async def change(self, key: str, change: Callable[[D | None], tuple[D | None, R]]) -> tuple[R, int]:
        """Apply `change`: document to (document, result). Nothing is written where it stays the same.

        It may be called several times. Returns the result and the version; raises ProtocolError `busy`.
        """
        for attempt in range(TRIES):
            before, version = await self.get(key)
            after, result = change(before)
            if after == before:
                return result, version
            new = await self.put(key, after, version)
            if new is not None:
                return result, new
            await asyncio.sleep(random.uniform(0, 0.004 * (attempt + 1)))  # noqa: S311
        raise ProtocolError("busy", retry_after=1.0)
