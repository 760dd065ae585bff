"""Something to tell the player."""

from arcade_client.areas.area import Area
from arcade_client.happenings import LobbyHappening, Noticed
from arcade_client.kinds import Message


class Notices(Area):
    def _notice(self, message: Message) -> list[LobbyHappening]:
        return [Noticed(message["code"], message["text"])]

    takes = {"Notice": _notice}
