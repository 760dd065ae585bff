"""What the lobby keeps: documents changed by compare-and-set, and leases.

One suite of tests (tests/contract/test_store.py) holds for every implementation.
"""

from typing import NamedTuple, Protocol


class Kept(NamedTuple):
    """A document and its version; an absent one has version 0 and no data."""

    version: int
    data: bytes


ABSENT = Kept(0, b"")


class Store(Protocol):
    """Documents by key, each with a version that never comes back, not even after a deletion."""

    async def get(self, key: str) -> Kept:
        """The document, or `ABSENT`."""
        ...

    async def put(self, key: str, data: bytes, version: int, seconds: float) -> int | None:
        """Write if the version is still this; returns the new one, or None where another was faster.

        The document is gone after `seconds`, counted from its last change.
        """
        ...

    async def delete(self, key: str, version: int) -> bool:
        """Delete if the version is still this."""
        ...

    async def lease(self, index: str, fields: dict[str, bytes]) -> None:
        """Set fields of an index; each overwrites its former self."""
        ...

    async def unlease(self, index: str, fields: list[str]) -> None:
        """Take fields of an index back."""
        ...

    async def leases(self, index: str) -> dict[str, bytes]:
        """All fields of an index."""
        ...
