"""Who is online."""

from arcade_client.areas.area import Area, Others
from arcade_client.happenings import LobbyHappening, PresenceChanged
from arcade_client.kinds import Message


class Presence(Area):
    """`players`: id to (name, status) of who is online; `online` counts them all."""

    def __init__(self, others: Others) -> None:
        super().__init__(others)
        self.online = 0
        self.players: dict[str, tuple[str, str]] = {}

    def _presence(self, message: Message) -> list[LobbyHappening]:
        if message["full"]:
            self.players = {}
        for player, name, status in message["here"]:
            self.players[player] = (name, status)
        for player in message["gone"]:
            self.players.pop(player, None)
        self.online = message["online"]
        return [PresenceChanged(self.online)]

    takes = {"Presence": _presence}
