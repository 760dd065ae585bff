"""Where parties queue while the matchmaker takes single players alone: nowhere."""

from protocol.errors import ProtocolError


class NoQueue:
    """Refuses all."""

    async def enter_party(
        self, party: str, ticket: str, members: list[tuple[str, str]], game: str, mode: str
    ) -> None:
        raise ProtocolError("busy", "Parties cannot queue on this server.")

    async def leave_party(self, ticket: str, players: list[str], game: str, mode: str) -> None:
        """There is nothing."""

    async def waits(self, ticket: str, players: list[str], game: str, mode: str) -> bool:
        return False
