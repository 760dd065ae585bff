"""What one can be invited to: who may invite to it, and what accepting does."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple, Protocol

from lobby.making import Maker
from lobby.parties import Parties
from lobby.rooms import Rooms
from matches.engine.setup import Seat
from protocol.errors import ProtocolError

SatIn = Callable[[str], Awaitable[tuple[str, str, list[str | None]] | None]]
"""A match's id to its game, mode and players by seat."""
RatingOf = Callable[[str, str, str], Awaitable[int]]


class Person(NamedTuple):
    id: str
    name: str


class Subject(NamedTuple):
    """What is invited to."""

    what: str
    game: str = ""
    mode: str = ""


class Sight(NamedTuple):
    """What is seen of it before one goes there; `inside` of `most` places are taken."""

    game: str
    mode: str
    inside: int
    most: int


class Inviting(Protocol):
    """One kind of it. All raise ProtocolError."""

    seconds: float
    """How long an invite to it stands."""

    async def offer(self, sender: Person, what: str, target: str | None) -> Subject:
        """`sender` wants to invite `target`; None: whoever has a link."""
        ...

    async def take(self, what: str, sender: Person, player: Person) -> None:
        """`player` accepts what `sender` has invited him to. Again, it is as it was."""
        ...


class Linked(Inviting, Protocol):
    """One kind that links may lead to."""

    async def look(self, what: str, sender: Person) -> Sight:
        """What the link of `sender` leads to; nothing is changed by it."""
        ...

    async def shut(self, what: str, player: str) -> bool:
        """Whether this player may not come by any link, whoever made it."""
        ...


class ToParty:
    """One's own party, which is founded where there is none."""

    seconds = 600.0

    def __init__(self, parties: Parties) -> None:
        self._parties = parties

    async def offer(self, sender: Person, what: str, target: str | None) -> Subject:
        told = await self._parties.mine(sender.id)
        if told is None:
            return Subject(await self._parties.create(*sender))
        party = told[0]
        if target is not None and party.member(target) is not None:
            raise ProtocolError("already-there")
        if len(party.members) >= party.size:
            raise ProtocolError("party-full")
        return Subject(party.id, party.game, party.mode)

    async def look(self, what: str, sender: Person) -> Sight:
        told = await self._parties.mine(sender.id)
        if told is None or told[0].id != what:
            raise ProtocolError("invite-over")
        party = told[0]
        return Sight(party.game, party.mode, len(party.members), party.size)

    async def shut(self, what: str, player: str) -> bool:
        """Who was put out comes back by an invite only."""
        told = await self._parties.get(what)
        return told is not None and (player in told[0].out or await self._parties.apart(told[0], player))

    async def take(self, what: str, sender: Person, player: Person) -> None:
        if await self._parties.of(sender.id) != what:
            raise ProtocolError("invite-over")
        await self._parties.join(player.id, player.name, what)


class ToRoom:
    """The room one is in."""

    seconds = 600.0

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def offer(self, sender: Person, what: str, target: str | None) -> Subject:
        told = await self._rooms.mine(sender.id)
        if told is None:
            raise ProtocolError("no-room")
        if target is not None and await self._rooms.of(target) == told[0].code:
            raise ProtocolError("already-there")
        return Subject(told[0].code, told[0].game, told[0].mode)

    async def look(self, what: str, sender: Person) -> Sight:
        told = await self._rooms.get(what) if await self._rooms.of(sender.id) == what else None
        if told is None:
            raise ProtocolError("invite-over")
        room = told[0]
        return Sight(room.game, room.mode, len(room.members) - room.members.count(None), len(room.members))

    async def shut(self, what: str, player: str) -> bool:
        """Where its owner has blocked him, or he the owner, there is no room for him."""
        told = await self._rooms.get(what)
        return told is not None and await self._rooms.apart(told[0], player)

    async def take(self, what: str, sender: Person, player: Person) -> None:
        if await self._rooms.of(sender.id) != what:
            raise ProtocolError("invite-over")
        await self._rooms.join(player.id, player.name, what, invited=True)


class ToRematch:
    """A match of these two alone, again, each on the other's seat."""

    seconds = 60.0

    def __init__(self, maker: Maker, sat_in: SatIn, rating: RatingOf) -> None:
        self._maker = maker
        self._sat_in = sat_in
        self._rating = rating

    async def offer(self, sender: Person, what: str, target: str | None) -> Subject:
        sat = await self._sat_in(what)
        if sat is None or target is None or sorted(p or "" for p in sat[2]) != sorted((sender.id, target)):
            raise ProtocolError("match-unknown", "This is no match of you two alone.")
        await self._maker.check_free(sender.id)
        return Subject(what, sat[0], sat[1])

    async def take(self, what: str, sender: Person, player: Person) -> None:
        sat = await self._sat_in(what)
        if sat is None:
            raise ProtocolError("match-unknown")
        game, mode, players = sat
        seats: list[Seat] = []
        for who in [sender, player] if players[0] == player.id else [player, sender]:
            rating = await self._rating(who.id, game, mode)
            seats.append(Seat(who.id, who.name, len(seats), rating=rating))
        outcome = await self._maker.make(game, mode, seats, {})
        if outcome.match is None:
            raise ProtocolError("in-match" if outcome.out else "busy", retry_after=1.0)
