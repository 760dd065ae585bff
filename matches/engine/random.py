"""The match's seeded generator: BLAKE2b of a counter under 32 secret bytes, one call a draw.

Its only state is the counter, so a match keeps a single integer; draws are uniform by rejection. The same
on every platform and Python. Whoever does not know the key cannot tell the next draw from chance.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")

_RANGE = 1 << 64


class SeededRandom:
    """`counter` draws were made under `key` so far (a rejected one counts)."""

    __slots__ = ("counter", "key")

    def __init__(self, key: bytes, counter: int = 0) -> None:
        self.key = key
        self.counter = counter

    def below(self, n: int) -> int:
        """An integer of 0..n-1; `n` is 1..2^64, else ValueError."""
        if not 0 < n <= _RANGE:
            raise ValueError(f"below() takes 1..2^64, not {n}")
        fair = _RANGE - _RANGE % n
        while True:
            block = self.counter.to_bytes(8, "big")
            self.counter += 1
            draw = int.from_bytes(blake2b(block, digest_size=8, key=self.key).digest(), "big")
            if draw < fair:
                return draw % n

    def between(self, low: int, high: int) -> int:
        """An integer of low..high, both included."""
        return low + self.below(high - low + 1)

    def choice(self, items: Sequence[T]) -> T:
        """One of the items, of which there is at least one."""
        return items[self.below(len(items))]

    def shuffle(self, items: list[T]) -> None:
        """Put the items in random order, in place."""
        for last in range(len(items) - 1, 0, -1):
            other = self.below(last + 1)
            items[last], items[other] = items[other], items[last]
