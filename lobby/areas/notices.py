"""Something to tell the player, whatever it is about: now, or kept until one of his devices has shown it."""

from typing import Any

import msgspec

from lobby.areas.area import Area
from lobby.notices import message
from lobby.rules.notices import Notice
from protocol import messages as wire


class Notices(Area):
    async def hello(self, request: wire.LobbyHello) -> None:
        kept = await self.lobby.notices.waiting(self.player)
        if kept:
            self.socket.put(message(kept))

    async def _seen(self, request: wire.NoticesSeen) -> None:
        await self.lobby.notices.seen(self.player, request.ids)

    async def _on_notice(self, event: dict[str, Any]) -> None:
        self.socket.put(wire.Notice(event["code"], event["text"]))

    async def _on_kept(self, event: dict[str, Any]) -> None:
        self.socket.put(message([msgspec.msgpack.decode(event["notice"], type=Notice)]))

    async def _on_gone(self, event: dict[str, Any]) -> None:
        self.socket.put(wire.NoticesGone(event["ids"]))

    requests = {wire.NoticesSeen: _seen}
    events = {"lobby.notice": _on_notice, "notice.kept": _on_kept, "notice.gone": _on_gone}
