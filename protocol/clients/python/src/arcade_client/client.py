"""The client of an Arcade server: sign in, meet in the lobby, play matches."""

import random
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode, urljoin

from arcade_client.happenings import Found
from arcade_client.http import Http
from arcade_client.kinds import MAX_SAFE, MSGPACK
from arcade_client.lobby import LobbyConnection
from arcade_client.match import MatchConnection


class Arcade:
    """One player. `token`: a bearer token of an earlier `guest`.

    `others`: more addresses of the same service. What fails at one, or ends there, goes on at the next.
    """

    def __init__(
        self, url: str, *, others: Sequence[str] = (), token: str | None = None, subprotocol: str = MSGPACK
    ) -> None:
        self.http = Http(url, token, others=others)
        self.subprotocol = subprotocol
        self.session = random.SystemRandom().randint(1, MAX_SAFE)
        self.player: dict[str, Any] | None = None

    @property
    def token(self) -> str | None:
        return self.http.token

    async def guest(self, name: str = "") -> dict[str, Any]:
        """Sign in as a guest. Returns `{"id", "name"}` and keeps the token. Raises HttpError."""
        answer = await self.http.post("/api/guest", {"name": name})
        self.http.token = answer["token"]
        player: dict[str, Any] = answer["player"]
        self.player = player
        return player

    async def ticket(self, purpose: str, match: str | None = None) -> Found:
        """A single-use pass for one handshake. `purpose`: lobby, match or watch. Raises HttpError."""
        body = {"purpose": purpose} if match is None else {"purpose": purpose, "match": match}
        answer = await self.http.post("/api/socket-ticket", body)
        return Found(match or "", -1, answer["ticket"], answer["path"])

    async def lobby(self) -> LobbyConnection:
        """The lobby, once it has welcomed this player. Raises Closed."""
        return await LobbyConnection(self).until_ready()

    async def match(self, found: Found | str) -> MatchConnection:
        """The match of a Found or an id, once its view is there. Raises Closed."""
        if isinstance(found, str):
            return await MatchConnection(self, found, None).until_ready()
        return await MatchConnection(self, found.match, found).until_ready()

    async def watch(self, match: str) -> MatchConnection:
        """The same as a spectator."""
        return await MatchConnection(self, match, None, watch=True).until_ready()

    def socket_url(self, path: str, ticket: str, turn: int = 0) -> str:
        """The address of a socket, with its ticket, or without one for a resume token in the hello.

        `turn` counts through the addresses.
        """
        bases = self.http.bases
        url = "ws" + urljoin(bases[turn % len(bases)], path).removeprefix("http")
        return f"{url}?{urlencode({'ticket': ticket})}" if ticket else url
