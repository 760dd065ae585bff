"""An operator's words to everybody, kept for who is away: each player hears each of them once.

They are an index of leases, the latest `MOST`; what a player has seen is a document of his.
"""

from collections.abc import Iterable

import msgspec

from arcade.infra import keys
from lobby.documents import Documents
from lobby.rules.notices import SECONDS, Notice
from lobby.store import Store

CODE = "broadcast"
MOST = 10
"""Broadcasts that are kept; a further one ends the oldest."""

_decoder = msgspec.msgpack.Decoder(Notice)
Seen = list[str]


class Broadcasts:
    """On a store; times are Unix seconds."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen = Documents(store, Seen, SECONDS)

    async def keep(self, notice: Notice, now: float) -> None:
        """For all who come until it runs out."""
        kept = await self._store.leases(keys.broadcasts())
        await self._store.unlease(keys.broadcasts(), ending(kept, now))
        await self._store.lease(keys.broadcasts(), {notice.id: msgspec.msgpack.encode(notice)})

    async def waiting(self, player: str, now: float) -> list[Notice]:
        """What he has not seen, the oldest first."""
        kept = standing(await self._store.leases(keys.broadcasts()), now)
        if not kept:
            return []
        seen = (await self._seen.get(keys.player_broadcasts(player)))[0] or []
        return [notice for notice in kept if notice.id not in seen]

    async def seen(self, player: str, ids: Iterable[str], now: float) -> list[str]:
        """Those of these that are broadcasts he had not seen; now he has. Raises ProtocolError `busy`."""
        wanted = set(ids)
        kept = [n.id for n in standing(await self._store.leases(keys.broadcasts()), now)]
        if wanted.isdisjoint(kept):
            return []

        def change(old: Seen | None) -> tuple[Seen | None, list[str]]:
            before = [id for id in old or [] if id in kept]
            news = [id for id in kept if id in wanted and id not in before]
            return [*before, *news], news

        return (await self._seen.change(keys.player_broadcasts(player), change))[0]


def standing(kept: dict[str, bytes], now: float) -> list[Notice]:
    """The latest that have not run out, the oldest first."""
    notices = [_decoder.decode(raw) for raw in kept.values()]
    return sorted((n for n in notices if n.until > now), key=lambda n: (n.at, n.id))[-MOST:]


def ending(kept: dict[str, bytes], now: float) -> list[str]:
    """Ids that are not kept where one more comes."""
    stay = {notice.id for notice in standing(kept, now)[-(MOST - 1) :]}
    return [id for id in kept if id not in stay]
