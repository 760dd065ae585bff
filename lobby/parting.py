"""What a block does where the two have to do with each other already."""

from lobby.invites import Invites
from lobby.matchmaker import Matchmaker
from lobby.parties import Parties
from lobby.rooms import Rooms


class Parting:
    """`part` as soon as the block is kept; again, it changes nothing."""

    def __init__(self, invites: Invites, parties: Parties, rooms: Rooms, matchmaker: Matchmaker) -> None:
        self._invites = invites
        self._parties = parties
        self._rooms = rooms
        self._matchmaker = matchmaker

    async def part(self, player: str, other: str) -> None:
        """The player has blocked the other. Raises ProtocolError `busy`."""
        await self._invites.parted(player, other)
        await self._party(player, other)
        await self._room(player, other)
        await self._matchmaker.parted(player, other)

    async def _party(self, player: str, other: str) -> None:
        """An owner puts the other out, anybody else goes; a request to join is declined."""
        for one, asker in ((player, other), (other, player)):
            told = await self._parties.mine(one)
            if told is not None and any(ask.player == asker for ask in told[0].asks):
                await self._parties.answer(told[0].owner, asker, False)
        told = await self._parties.mine(player)
        if told is None or told[0].member(other) is None:
            return
        if told[0].owner == player:
            await self._parties.kick(player, other)
        else:
            await self._parties.leave(player)

    async def _room(self, player: str, other: str) -> None:
        """The same where one of them owns the room, which the other could not enter now."""
        told = await self._rooms.mine(player)
        if told is None or told[0].member(other) is None:
            return
        if told[0].owner == player:
            await self._rooms.kick(player, other, ban=False)
        elif told[0].owner == other:
            await self._rooms.leave(player)
