"""First come, first served: the oldest tickets that fill a match, whatever their ratings.

Tried whenever somebody comes. Each region has a line; a ticket stands in that of every region it reaches.
Parties: the line is walked from its head and a party that has no place is passed over.
"""

import math

from arcade.bench.matchmaker.policy import Group, filled, seated
from arcade.bench.matchmaker.world import REGIONS, Mode, Ticket


class FirstCome:
    def __init__(self, mode: Mode) -> None:
        self._mode = mode
        self._lines: list[dict[int, Ticket]] = [{} for _ in REGIONS]
        self._new: list[Ticket] = []

    def arrive(self, ticket: Ticket, now: float) -> None:
        for region, line in enumerate(self._lines):
            if ticket.regions >> region & 1:
                line[ticket.index] = ticket
        self._new.append(ticket)

    def leave(self, ticket: Ticket, now: float) -> None:
        for line in self._lines:
            line.pop(ticket.index, None)

    def due(self) -> float:
        return self._new[0].at if self._new else math.inf

    def wake(self, now: float) -> list[Group]:
        found: list[Group] = []
        for ticket in self._new:
            for region in sorted(range(len(REGIONS)), key=ticket.latencies.__getitem__):
                line = self._lines[region]
                if ticket.index in line and (members := filled(self._mode, line.values())):
                    found.append(seated(self._mode, members, region))
                    for member in members:
                        self.leave(member, now)
                    break
        self._new.clear()
        return found
