"""Notices kept for players who may be away: a document of each, changed by compare-and-set."""

from collections.abc import Iterable
from typing import Any, Protocol

import msgspec

from arcade.infra import keys
from lobby.broadcasts import CODE, Broadcasts
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
    async def tell_all(self, event: str, **data: Any) -> None: ...


class Notices:
    """`send` from anywhere in the lobby; all raise ProtocolError `busy`."""

    def __init__(self, world: World, store: Store) -> None:
        self._world = world
        self._documents = Documents(store, Box, rules.SECONDS)
        self._broadcasts = Broadcasts(store)

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
        """What no device has shown yet, broadcasts too."""
        now = self._world.clock()
        box = (await self._documents.get(keys.player_notices(player)))[0] or []
        mine, _ = rules.step(box, rules.Looked(), now)
        return sorted([*mine, *await self._broadcasts.waiting(player, now)], key=lambda notice: notice.at)

    async def seen(self, player: str, ids: Iterable[str]) -> None:
        """These were shown on one of them; unknown ones are passed over."""
        shown = list(ids)
        told = await self._broadcasts.seen(player, shown, self._world.clock())
        if told:
            await self._world.tell(player, "notice.gone", ids=told)
        rest = [id for id in shown if id not in told]
        if rest:
            await self._step(player, rules.Seen(rest))

    async def broadcast(self, text: str, seconds: float = rules.SECONDS) -> str:
        """Tell everybody who is here or comes within `seconds`; returns the notice's id."""
        now = self._world.clock()
        notice = Notice(new_id(), CODE, text, {}, now, now + min(seconds, rules.SECONDS))
        await self._broadcasts.keep(notice, now)
        await self._world.tell_all("notice.kept", notice=msgspec.msgpack.encode(notice))
        return notice.id

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
