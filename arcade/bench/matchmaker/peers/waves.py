"""Waves: every 12 s the whole pool is sorted by rating and cut into matches, lowest first; the rest waits.

The usual first matchmaker of a game that has ratings. Parties: by their mean rating; from the lowest on,
whoever comes next in rating and has a place fills the match.
"""

from arcade.bench.matchmaker.policy import Group, filled, seated
from arcade.bench.matchmaker.world import REGIONS, Mode, Ticket

EVERY = 12.0
AHEAD = 64
"""How far a match's seats are looked for, in tickets."""


class Waves:
    def __init__(self, mode: Mode) -> None:
        self._mode = mode
        self._pools: list[dict[int, Ticket]] = [{} for _ in REGIONS]
        self._next = EVERY

    def arrive(self, ticket: Ticket, now: float) -> None:
        self._pools[ticket.home][ticket.index] = ticket

    def leave(self, ticket: Ticket, now: float) -> None:
        self._pools[ticket.home].pop(ticket.index, None)

    def due(self) -> float:
        return self._next

    def wake(self, now: float) -> list[Group]:
        self._next += EVERY
        found: list[Group] = []
        for region, pool in enumerate(self._pools):
            line = sorted(pool.values(), key=lambda ticket: ticket.rating)
            while line:
                members = filled(self._mode, line[:AHEAD])
                if members is None:
                    line.pop(0)
                    continue
                found.append(seated(self._mode, members, region))
                for member in members:
                    del pool[member.index]
                    line.remove(member)
        return found
