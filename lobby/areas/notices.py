"""Something to tell the player, whatever it is about."""

from typing import Any

from lobby.areas.area import Area
from protocol import messages as wire


class Notices(Area):
    async def _on_notice(self, event: dict[str, Any]) -> None:
        self.socket.put(wire.Notice(event["code"], event["text"]))

    events = {"lobby.notice": _on_notice}
