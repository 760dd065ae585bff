"""Parties on any store: two nodes on one clock, a queue and groups that note what they are told."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from lobby.parties import Parties
from lobby.relations_memory import MemoryRelations
from lobby.rules.party_events import Party
from lobby.rules.wishes import Wish
from lobby.store import Store
from protocol.errors import ProtocolError
from tests.support.lobby import FakeMatches

_party = msgspec.msgpack.Decoder(Party)


class FakeQueues:
    """`waiting`: ticket to its players. `refusal`: the code with which the next entry is refused."""

    def __init__(self) -> None:
        self.waiting: dict[str, list[str]] = {}
        self.refusal = ""
        self.gave_up: list[str] = []
        """By whom tickets were taken out."""
        self.excused: list[str] = []
        """Who waits no more by another's doing."""
        self.lost = False
        """The next entry goes nowhere: the node dies before it."""
        self.meanwhile: Callable[[], Awaitable[None]] | None = None
        """What happens before the next entry."""

    async def enter_party(
        self,
        party: str,
        ticket: str,
        members: list[tuple[str, str]],
        wishes: list[Wish],
        game: str,
        mode: str,
    ) -> None:
        if self.refusal:
            code, self.refusal = self.refusal, ""
            raise ProtocolError(code)
        if self.meanwhile is not None:
            happens, self.meanwhile = self.meanwhile, None
            await happens()
        if not self.lost:
            self.waiting[ticket] = [player for player, _ in members]
        self.lost = False

    async def leave_alone(self, player: str, excused: bool = False) -> None:
        if excused:
            self.excused.append(player)
        for ticket in [ticket for ticket, players in self.waiting.items() if players == [player]]:
            del self.waiting[ticket]

    async def leave_party(
        self, ticket: str, players: list[str], game: str, mode: str, excused: bool = False
    ) -> None:
        if self.waiting.pop(ticket, None) is not None:
            (self.excused if excused else self.gave_up).append(players[0])

    async def waits(self, ticket: str, players: list[str], game: str, mode: str) -> bool:
        return ticket in self.waiting


class Around:
    """What stands around the parties: time, who is offline, what was told."""

    def __init__(self, store: Store) -> None:
        self.now = 1000.0
        self.offline: set[str] = set()
        self.relations = MemoryRelations(self.clock)
        self.matches = FakeMatches()
        self.queues = FakeQueues()
        self.told: list[tuple[str, str, dict[str, Any]]] = []
        self.shown: dict[str, tuple[int, Party]] = {}
        """By party what its group was told last, by version."""
        self.parties = [Parties(self, store, self.matches, self.queues) for _ in range(2)]

    def clock(self) -> float:
        return self.now

    def online(self, player: str) -> bool:
        return player not in self.offline

    async def tell(self, player: str, event: str, **data: Any) -> None:
        self.told.append((player, event, data))

    async def tell_party(self, party: str, event: dict[str, Any]) -> None:
        if event["version"] > self.shown.get(party, (0, None))[0]:
            self.shown[party] = event["version"], _party.decode(event["party"])


class PartyWorld(Around):
    """`nodes`: the parties as two nodes have them."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.nodes = self.parties

    async def party(self, player: str) -> Party:
        """As every node sees it."""
        seen = [await node.mine(player) for node in self.nodes]
        assert seen[0] is not None
        assert seen[0] == seen[1]
        return seen[0][0]

    async def of(self, *players: str) -> str:
        """A party of these for the arena's teams, all ready; the first is the owner."""
        first, *others = players
        id = await self.nodes[0].create(first, first.title(), "arena", "ffa")
        for other in others:
            await self.nodes[1].join(other, other.title(), id)
            await self.nodes[1].ready(other, True)
        return id
