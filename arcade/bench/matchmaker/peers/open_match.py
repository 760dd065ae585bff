"""Open Match: the match function sorts a pool by skill and slides a window over it; the evaluator decides.

Source: the scenario `examples/scale/scenarios/teamshooter` (googleforgames/open-match). A pool for each
region, with every ticket that reaches it. At each ticket of the sorted pool, a match's worth of neighbours
(12 there, the mode's seats here) is proposed if its lowest and highest skill differ by less than a fixed
limit. Proposals overlap; the evaluator takes them by quality, minus the sum of squared distances from the
mean, and skips those with a ticket already used. The director asks every 5 s, as in the project's tutorial
`matchmaker101`.

The scenario's limit of 0.01 deviations is made for its load test; here it is half a deviation. Parties are
tickets like others, by their mean rating; a window passes over a party that has no place in two teams.
"""

from arcade.bench.matchmaker.policy import Group, filled, seated
from arcade.bench.matchmaker.world import DEVIATION, REGIONS, Mode, Ticket

EVERY = 5.0
DIFFERENCE = DEVIATION / 2
AHEAD = 32


class OpenMatch:
    def __init__(self, mode: Mode, difference: float = DIFFERENCE) -> None:
        self._mode = mode
        self._difference = difference
        self._pool: dict[int, Ticket] = {}
        self._next = EVERY

    def arrive(self, ticket: Ticket, now: float) -> None:
        self._pool[ticket.index] = ticket

    def leave(self, ticket: Ticket, now: float) -> None:
        self._pool.pop(ticket.index, None)

    def due(self) -> float:
        return self._next

    def wake(self, now: float) -> list[Group]:
        self._next += EVERY
        line = sorted(self._pool.values(), key=lambda ticket: ticket.rating)
        proposals: list[tuple[float, int, int, list[Ticket]]] = []
        for region in range(len(REGIONS)):
            proposals += self._proposed([t for t in line if t.regions >> region & 1], region)
        proposals.sort()
        found: list[Group] = []
        for _, _, region, members in proposals:
            if all(member.index in self._pool for member in members):
                found.append(seated(self._mode, members, region))
                for member in members:
                    del self._pool[member.index]
        return found

    def _proposed(self, line: list[Ticket], region: int) -> list[tuple[float, int, int, list[Ticket]]]:
        made = []
        for at, first in enumerate(line):
            most = first.rating + self._difference
            near = [t for t in line[at : at + AHEAD] if t.rating < most]
            if members := filled(self._mode, near):
                mean = sum(t.rating for t in members) / len(members)
                badness = sum((t.rating - mean) ** 2 for t in members)
                made.append((badness, first.index, region, members))
        return made
