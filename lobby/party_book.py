"""The documents of parties, and the pointer of each player to his.

Who joins another party is put into its document first, then his pointer moves on, then the former party is
told: of two joins at once the later pointer wins, and what a death leaves behind is seen by `strayed`. The
document of a party is the truth; a pointer to a party that does not have the player means nothing.
"""

from collections.abc import Callable

import msgspec

from arcade.infra import keys
from lobby.documents import Documents
from lobby.rules import party as rules
from lobby.rules.party_events import Effect, Event, Party, Phase
from lobby.store import Store

SECONDS = 24 * 3600.0


class Change(msgspec.Struct, frozen=True):
    """What an event did to a party: from `old` to `new`, the document's version, and what is to be done."""

    old: Party
    new: Party
    version: int
    effects: list[Effect]

    @property
    def changed(self) -> bool:
        return self.old != self.new


class Book:
    """`clock` gives Unix seconds."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._documents = Documents(store, Party, SECONDS)
        self._pointers = Documents(store, str, SECONDS)

    async def get(self, id: str) -> tuple[Party, int] | None:
        """The party and its version."""
        party, version = await self._documents.get(keys.party(id))
        return None if party is None else (party, version)

    async def found(self, party: Party) -> int | None:
        """Write a new party; its version."""
        return await self._documents.put(keys.party(party.id), party, 0)

    async def step(self, id: str, event: Event) -> Change | None:
        """Apply an event; None where there is no such party. Raises `Refused`, ProtocolError `busy`."""
        now = self._clock()

        def change(old: Party | None) -> tuple[Party | None, tuple[Party, Party, list[Effect]] | None]:
            if old is None:
                return None, None
            new, effects = rules.step(old, event, now)
            return (None if new.phase is Phase.GONE else new), (old, new, effects)

        done, version = await self._documents.change(keys.party(id), change)
        return None if done is None else Change(done[0], done[1], version, done[2])

    async def pointer(self, player: str) -> str | None:
        """The party this player was put into last, if he was not taken out since."""
        return (await self._pointers.get(keys.player_party(player)))[0]

    async def point(self, player: str, id: str) -> str | None:
        """The player is in this party now; returns the former pointer."""
        return (await self._pointers.change(keys.player_party(player), lambda old: (id, old)))[0]

    async def unpoint(self, player: str, id: str) -> None:
        """The player is not in this party any more."""
        await self._pointers.change(keys.player_party(player), lambda old: (None if old == id else old, None))

    async def strayed(self, player: str, id: str) -> bool:
        """True if this member of the party is in another. A pointer that is not there is set again."""
        pointer = keys.player_party(player)
        return (await self._pointers.change(pointer, lambda old: (old or id, old or id)))[0] != id
