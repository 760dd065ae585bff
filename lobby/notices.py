"""Notices kept for players who may be away: a document of each, changed by compare-and-set."""

from collections.abc import Iterable
from typing import Any, Protocol

import msgspec

from arcade.infra import keys
from lobby.documents import Documents
from lobby.rules import notices as rules
from lobby.rules.notices import Box, Notice
from lobby.store import Store
from matches.ids import new_id
from protocol import messages as wire


class World(Protocol):
    def clock(self) -> float:
        """Unix seconds."""
        ...

    async def tell(self, player: str, event: str, **data: Any) -> None: ...


class Notices:
    """`send` from anywhere in the lobby; all raise ProtocolError `busy`."""

    def __init__(self, world: World, store: Store) -> None:
        self._world = world
        self._documents = Documents(store, Box, rules.SECONDS)

    async def send(
        self,
        player: str,
        code: str,
        text: str,
        data: dict[str, Any] | None = None,
        seconds: float = rules.SECONDS,
        ident: str = "",
    ) -> str:
        """Tell all devices of a player, also those that come within `seconds`; returns the notice's id.

        `data` holds plain values. The same `ident` again is the same notice.
        """
        now = self._world.clock()
        until = now + min(seconds, rules.SECONDS)
        notice = Notice(ident or new_id(), code, text, data or {}, now, until)
        await self._step(player, rules.Sent(notice))
        return notice.id

    async def waiting(self, player: str) -> list[Notice]:
        """What no device has shown yet."""
        box = (await self._documents.get(keys.player_notices(player)))[0] or []
        return rules.step(box, rules.Looked(), self._world.clock())[0]

    async def seen(self, player: str, ids: Iterable[str]) -> None:
        """These were shown on one of them; unknown ones are passed over."""
        await self._step(player, rules.Seen(list(ids)))

    async def _step(self, player: str, event: rules.Event) -> None:
        now = self._world.clock()

        def change(old: Box | None) -> tuple[Box | None, list[rules.Effect]]:
            box, effects = rules.step(old or [], event, now)
            return box or None, effects

        effects, _ = await self._documents.change(keys.player_notices(player), change)
        for effect in effects:
            match effect:
                case rules.Tell(notice):
                    await self._world.tell(player, "notice.kept", notice=msgspec.msgpack.encode(notice))
                case rules.Gone(ids):
                    await self._world.tell(player, "notice.gone", ids=ids)


def message(notices: list[Notice]) -> wire.KeptNotices:
    """As the player's devices are told."""
    return wire.KeptNotices(
        [{"id": n.id, "code": n.code, "text": n.text, "data": n.data, "at": n.at} for n in notices]
    )
