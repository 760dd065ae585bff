"""Something to tell the player: now, or kept until one of his devices has shown it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from arcade_client.areas.area import Area, Asking
from arcade_client.happenings import LobbyHappening, Noticed
from arcade_client.kinds import Message


@dataclass(frozen=True, slots=True)
class NoticesKept(LobbyHappening):
    """Notices to show; then say `notices_seen`."""

    notices: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class NoticesSeenElsewhere(LobbyHappening):
    """These need not be shown any more."""

    ids: list[str]


class Notices(Area):
    def _notice(self, message: Message) -> list[LobbyHappening]:
        return [Noticed(message["code"], message["text"])]

    def _kept(self, message: Message) -> list[LobbyHappening]:
        return [NoticesKept(message["notices"])]

    def _gone(self, message: Message) -> list[LobbyHappening]:
        return [NoticesSeenElsewhere(message["ids"])]

    takes = {"Notice": _notice, "KeptNotices": _kept, "NoticesGone": _gone}


class NoticeRequests(Asking):
    async def notices_seen(self, ids: Iterable[str]) -> Any:
        return await self._ask("NoticesSeen", ids=list(ids))
