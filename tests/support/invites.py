"""Invites on any store: two nodes on one clock, parties to be invited to, matches to play again."""

from typing import Any

from lobby.invites import Invites
from lobby.invitings import Linked, Person, ToParty, ToRematch
from lobby.links import Links
from lobby.making import Maker
from lobby.places import Place, Places
from lobby.repeats import Repeats
from lobby.rules.invite import Invite
from lobby.store import Store
from tests.support.parties import Around


class InviteWorld(Around):
    """`sat`: by match who sat in it, as `records.sat_in` tells."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.party = self.parties[0]
        self.sat: dict[str, tuple[str, str, list[str | None]]] = {}
        maker = Maker(
            self.matches, Places(store, self.clock), self._found, self._unqueue, Repeats(store, self.clock)
        )
        places: dict[str, Linked] = {"party": ToParty(self.party)}
        rematch = ToRematch(maker, self._sat_in, self._rating)
        self.nodes = [Invites(self, store, {**places, "rematch": rematch}) for _ in range(2)]
        self.links = Links(store, places, self.relations, self.clock)

    async def name_of(self, player: str) -> str | None:
        return None if player == "nobody" else player.title()

    async def _sat_in(self, match: str) -> tuple[str, str, list[str | None]] | None:
        return self.sat.get(match)

    async def _rating(self, player: str, game: str, mode: str) -> int:
        return 1500

    async def _found(self, *told: Any) -> None:
        self.told.append((told[0], "player.match", {}))

    async def _unqueue(self, player: str, place: Place) -> None:
        raise AssertionError("nobody queues here")

    def person(self, player: str) -> Person:
        return Person(player, player.title())

    async def send(self, sender: str, target: str, kind: str = "party", what: str = "", node: int = 0) -> str:
        return await self.nodes[node].send(self.person(sender), kind, target, what)

    async def accept(self, player: str, id: str, node: int = 0) -> Invite:
        return await self.nodes[node].accept(self.person(player), id)

    async def pending(self, player: str) -> list[Invite]:
        return (await self.nodes[1].pending(player))[0].pending

    async def link(self, player: str) -> str:
        return (await self.links.make(self.person(player), "party"))[0]

    async def take(self, player: str, code: str) -> tuple[str, str]:
        return await self.links.take(self.person(player), code)
