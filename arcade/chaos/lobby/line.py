"""A lobby socket of a run: the real client, overheard."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from arcade_client import LobbyConnection
from arcade_client.happenings import LobbyHappening

from arcade.chaos.lobby import notes as n

if TYPE_CHECKING:
    from arcade.chaos.lobby.guest import Guest


class Line(LobbyConnection):
    """A lobby socket, overheard. `turn`: which of the addresses comes first."""

    def __init__(self, guest: "Guest", turn: int) -> None:
        self.guest = guest
        super().__init__(guest.arcade)
        self._turn = turn

    @property
    def port(self) -> int:
        bases = self.arcade.http.bases
        return urlsplit(bases[self._turn % len(bases)]).port or 0

    def took(self, happening: LobbyHappening) -> None:
        super().took(happening)
        self.guest.heard(happening, self.port)

    def lost(self) -> None:
        super().lost()
        self.guest.note(n.Offline(self.guest.hall.clock()))

    def drop(self) -> None:
        """As if the network had gone."""
        if self._socket is not None:
            self._socket.transport.abort()
