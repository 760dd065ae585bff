"""How often two players have had rated duels today, so that no pair plays for its ratings all day."""

from collections.abc import Callable

import msgspec

from arcade.infra import keys
from lobby.documents import Documents
from lobby.store import Store

DAY = 24 * 3600.0
MOST = 200
"""Opponents of a day that are counted; who meets more is bound by no cap with the rest."""


class Meetings(msgspec.Struct, array_like=True, frozen=True):
    """A player's rated duels of one day and one queue: matches by opponent."""

    counts: dict[str, int] = {}


class Repeats:
    """The counts in the store, a document per player, queue and day (UTC). `clock` gives Unix seconds."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._documents = Documents(store, Meetings, 2 * DAY)
        self._clock = clock

    async def over(self, player: str, queue: tuple[str, str], cap: int) -> frozenset[str]:
        """Whom this player has met as often today as may be."""
        kept, _ = await self._documents.get(self._key(player, queue))
        return (
            frozenset(other for other, count in kept.counts.items() if count >= cap) if kept else frozenset()
        )

    async def met(self, one: str, other: str, queue: tuple[str, str]) -> None:
        """These two have a match; both remember it."""
        for player, opponent in ((one, other), (other, one)):

            def change(old: Meetings | None, opponent: str = opponent) -> tuple[Meetings, None]:
                counts = dict(old.counts) if old else {}
                if opponent in counts or len(counts) < MOST:
                    counts[opponent] = counts.get(opponent, 0) + 1
                return Meetings(counts), None

            await self._documents.change(self._key(player, queue), change)

    def _key(self, player: str, queue: tuple[str, str]) -> str:
        return keys.player_meetings(player, *queue, int(self._clock() // DAY))
