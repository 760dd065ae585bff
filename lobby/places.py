"""Each player's one place: waiting by one ticket, or being put into a match, or neither.

Whatever puts a player into a match takes the place first, so no player is put into two at once: not by two
queues, nor by a queue and a room, nor on two nodes.
"""

from collections.abc import Callable

import msgspec

from arcade.infra import keys
from lobby.documents import Documents
from lobby.rules.queue import CLAIM
from lobby.store import Store
from protocol.errors import ProtocolError

SECONDS = 24 * 3600.0
TOLD_SECONDS = 60.0
"""How long it is kept why the queue let a player go, where no socket of his could be told."""


class Out(msgspec.Struct, array_like=True, frozen=True):
    """Why the queue let a ticket go, and whether because of this player."""

    game: str
    mode: str
    ticket: str
    code: str
    mine: bool


class Place(msgspec.Struct, array_like=True, frozen=True):
    """Waiting by `ticket` in the queue of (game, mode), where there is one; `busy` (Unix s): until then a
    match is being made; `out`: why he waits no more, until he was told or waits again."""

    game: str = ""
    mode: str = ""
    ticket: str = ""
    busy: float = 0
    out: Out | None = None


class Hold(msgspec.Struct, frozen=True):
    """A place that was taken: what it was before, and the version to give it back by."""

    player: str
    before: Place | None
    version: int


class Places:
    """The places in the store. `clock` gives Unix seconds."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._documents = Documents(store, Place, SECONDS)
        self._outs = Documents(store, Place, TOLD_SECONDS)
        self._clock = clock

    async def get(self, player: str) -> Place | None:
        return (await self._documents.get(keys.player_queue(player)))[0]

    async def busy(self, player: str) -> bool:
        """Whether a match is being made with him."""
        place = await self.get(player)
        return place is not None and place.busy > self._clock()

    async def wait(self, player: str, place: Place) -> Place | None:
        """Wait by this ticket; returns the former place. Raises ProtocolError `in-match` while busy."""

        def change(old: Place | None) -> tuple[Place, Place | None]:
            self._check(old)
            return place, old

        return (await self._documents.change(keys.player_queue(player), change))[0]

    async def leave(self, player: str, ticket: str = "") -> Place | None:
        """Wait no longer (by this ticket, if one is named); returns what was left."""

        def change(old: Place | None) -> tuple[Place | None, Place | None]:
            if old is None or old.busy > self._clock() or (ticket and old.ticket != ticket):
                return old, None
            if not old.ticket:
                return (old if old.out else None), None
            return None, old

        return (await self._documents.change(keys.player_queue(player), change))[0]

    async def drop(self, player: str, out: Out) -> None:
        """The queue let this ticket go; it is kept why, unless he waits by another or a match is made."""

        def change(old: Place | None) -> tuple[Place | None, None]:
            if old is not None and (old.busy > self._clock() or old.ticket not in ("", out.ticket)):
                return old, None
            return Place(out=out), None

        await self._outs.change(keys.player_queue(player), change)

    async def told(self, player: str, ticket: str) -> None:
        """He knows why this ticket was let go."""

        def change(old: Place | None) -> tuple[Place | None, None]:
            if old is None or old.out is None or old.out.ticket != ticket or old.busy > self._clock():
                return old, None
            return None, None

        await self._outs.change(keys.player_queue(player), change)

    async def take(self, player: str, ticket: str | None = None) -> Hold | None:
        """Take the place to make a match; None where the player does not wait by this ticket any more.
        Without one any place will do. Raises ProtocolError `in-match` while it is busy."""

        def change(old: Place | None) -> tuple[Place | None, tuple[Place | None, bool]]:
            if ticket is not None and (old is None or old.ticket != ticket):
                return old, (old, False)
            self._check(old)
            return msgspec.structs.replace(old or Place(), busy=self._clock() + CLAIM), (old, True)

        (before, taken), version = await self._documents.change(keys.player_queue(player), change)
        if not taken:
            return None
        return Hold(player, msgspec.structs.replace(before, busy=0.0) if before else None, version)

    async def settle(self, player: str, ticket: str) -> None:
        """The match of this ticket exists, and who made it may not have lived to free the place."""

        def change(old: Place | None) -> tuple[Place | None, None]:
            return (None if old is not None and old.ticket == ticket else old), None

        await self._documents.change(keys.player_queue(player), change)

    async def free(self, hold: Hold) -> None:
        """The match exists: nowhere any more."""
        await self._documents.put(keys.player_queue(hold.player), None, hold.version)

    async def restore(self, hold: Hold) -> None:
        """No match came of it: as before."""
        before = hold.before if hold.before and (hold.before.ticket or hold.before.out) else None
        documents = self._documents if before is None or before.ticket else self._outs
        await documents.put(keys.player_queue(hold.player), before, hold.version)

    def _check(self, old: Place | None) -> None:
        if old is not None and old.busy > self._clock():
            raise ProtocolError("in-match", "A match of yours is being made.", retry_after=1.0)
