"""Those who queue together, alone or as a party, again and again."""

import asyncio
import random
from collections.abc import Iterator

from arcade.chaos.games import GAME, MODE
from arcade.chaos.lobby.guest import Guest, enqueue
from arcade.chaos.lobby.hall import Hall
from arcade.chaos.scene import until

SIZES, SHARES = (1, 2, 3, 4, 5), (70, 18, 7, 3, 2)
"""Parties of so many, in percent."""
GATHER_SECONDS = 10.0
LOST_SECONDS = 14.0
"""In no queue, and told nothing: after so long he tries again."""


class Squad:
    def __init__(self, hall: Hall, number: int, size: int) -> None:
        self.hall = hall
        self.guests = [Guest(hall, number, n + 1) for n in range(size)]
        self.dice = random.Random(f"{hall.seed}/squad {number}")  # noqa: S311

    async def run(self) -> None:
        for guest in self.guests:
            await guest.sign_in()
        ids = {guest.id for guest in self.guests}
        for guest in self.guests:
            guest.inviters = ids - {guest.id}
        while not self.hall.stopping:
            if len(self.guests) == 1:
                await self._alone(self.guests[0])
            else:
                await self._together()
            await asyncio.sleep(self.dice.uniform(0.05, 0.4))

    async def _alone(self, guest: Guest) -> None:
        before = guest.match
        if await enqueue(guest):
            await asyncio.sleep(min(20.0, max(guest.retry, 0.3)))
            return
        await self._outcome([guest], before)

    async def _outcome(self, guests: list[Guest], before: str) -> None:
        """Until they have a match other than the one before and it is over, or are out of the queue."""
        quiet, queued = self.hall.clock(), False
        while not self.hall.stopping:
            if any(guest.playing for guest in guests) or guests[0].match != before:
                await until(lambda: not any(guest.playing for guest in guests), 60)
                return
            party = guests[0].party
            queued = queued or (party is not None and party["phase"] == "queued")
            if guests[0].out or (queued and party is not None and party["phase"] == "open"):
                return
            if any(guest.waiting for guest in guests):
                quiet = self.hall.clock()
            elif self.hall.clock() - quiet > LOST_SECONDS * 1000:
                self.hall.note(f"{guests[0].name} waits no longer and does not know why")
                return
            await asyncio.sleep(0.1)

    # --- a party ------------------------------------------------------------------------------------

    @property
    def owner(self) -> Guest:
        """Of the party that most are in, else the first."""
        owners = [guest.party["owner"] for guest in self.guests if guest.party is not None]
        return next((g for g in self.guests if owners and g.id == owners[0]), self.guests[0])

    @property
    def whole(self) -> bool:
        ids = {guest.id for guest in self.guests}
        return all(
            g.party is not None and {m["player"] for m in g.party["members"]} == ids for g in self.guests
        )

    async def _together(self) -> None:
        if not await self._gathered():
            return
        owner = self.owner
        for guest in self.guests:
            guest.out = False
            if guest is not owner:
                await guest.ask("ready", lambda line: line.ready_in_party())
        before = self.guests[0].match
        code = await owner.ask("queue", lambda line: line.queue_party())
        if code:
            await asyncio.sleep(min(20.0, max(owner.retry, 0.5)))
            return
        await self._outcome(self.guests, before)
        await self._stir()

    async def _gathered(self) -> bool:
        """Found a party and have all come."""
        owner = self.owner
        if owner.party is None and await owner.ask("create", lambda line: line.create_party(GAME, MODE)):
            return False
        for guest in self._missing(owner):
            code = await invite(owner, guest.id)
            if code == "cooling":
                await asyncio.sleep(1)
        if self.dice.random() < 0.05:
            await self._take_back(owner)
        if await until(lambda: self.whole or self.hall.stopping, GATHER_SECONDS):
            return self.whole
        if self.dice.random() < 0.3:  # they may be in two parties
            await self._apart()
        return False

    def _missing(self, owner: Guest) -> Iterator[Guest]:
        there = {m["player"] for m in owner.party["members"]} if owner.party is not None else {owner.id}
        return (guest for guest in self.guests if guest.id not in there)

    async def _take_back(self, owner: Guest) -> None:
        """Cancel an invite, perhaps while it is being accepted."""
        for guest in self.guests:
            for each in guest.invites:
                await take_back(owner, each["id"], guest.id)

    async def _stir(self) -> None:
        """Now and then somebody leaves, is put out, is made the owner, or all part."""
        chance, owner = self.dice.random(), self.owner
        other = self.dice.choice([guest for guest in self.guests if guest is not owner])
        if chance < 0.15:
            await self.dice.choice(self.guests).ask("leave", lambda line: line.leave_party())
        elif chance < 0.25:
            await owner.ask("kick", lambda line: line.kick_from_party(other.id), other.id)
        elif chance < 0.4:
            await owner.ask("promote", lambda line: line.promote(other.id), other.id)
        elif chance < 0.5:
            await self._apart()

    async def _apart(self) -> None:
        await asyncio.gather(*(g.ask("leave", lambda line: line.leave_party()) for g in self.guests))


async def invite(owner: Guest, to: str) -> str:
    return await owner.ask("invite", lambda line: line.invite("party", to), to)


async def take_back(owner: Guest, id: str, to: str) -> str:
    return await owner.ask("invite cancel", lambda line: line.cancel_invite(id, to), id)


def squads(hall: Hall, players: int) -> list[Squad]:
    """So many players, in parties of the sizes of which crowds are made; at least one of each."""
    dice = random.Random(f"{hall.seed}/squads")  # noqa: S311
    sizes = [2, 3, 5, 4] if players >= 30 else [2, 3]
    while sum(sizes) < players:
        sizes.append(min(dice.choices(SIZES, SHARES)[0], players - sum(sizes)))
    return [Squad(hall, number + 1, size) for number, size in enumerate(sizes)]
