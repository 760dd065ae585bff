"""Ours: the very matcher that the lobby's queues use, with its fixed configuration for each mode.

Only the region's rule is the world's: the ceiling that holds for all policies.
"""

from msgspec.structs import replace

from arcade.bench.matchmaker.policy import Group
from arcade.bench.matchmaker.world import CEILING, REGIONS, Mode, Ticket
from lobby.rules import matching
from lobby.rules.matching.presets import for_mode

OURS = "arcade"


class Ours:
    def __init__(self, mode: Mode, rules: matching.QueueRules | None = None) -> None:
        near = matching.Region(REGIONS, ceiling=CEILING, growth=0, limit=CEILING)
        self._matcher = matching.Matcher(replace(rules or for_mode(mode.name), region=near))
        self._waiting: dict[str, Ticket] = {}
        self._look = False
        self._now = 0.0

    def arrive(self, ticket: Ticket, now: float) -> None:
        id = str(ticket.index)
        members = tuple(
            matching.Member(f"{id}.{n}", rating=rating) for n, rating in enumerate(ticket.ratings)
        )
        latencies = dict(zip(REGIONS, ticket.latencies, strict=True))
        self._matcher.add(matching.Ticket(id=id, members=members, since=now, latencies=latencies), now)
        self._waiting[id] = ticket
        self._look, self._now = True, now

    def leave(self, ticket: Ticket, now: float) -> None:
        self._matcher.remove(str(ticket.index))
        self._waiting.pop(str(ticket.index), None)

    def due(self) -> float:
        return self._now if self._look else self._matcher.due()

    def wake(self, now: float) -> list[Group]:
        self._look = False
        found = []
        for group in self._matcher.take(now):
            waiting = {ticket.id: self._waiting.pop(ticket.id) for ticket in group.tickets}
            teams: dict[int, dict[str, Ticket]] = {}
            for place in group.seats:
                teams.setdefault(place.team, {})[place.ticket] = waiting[place.ticket]
            found.append(Group([list(team.values()) for team in teams.values()], REGIONS.index(group.region)))
        return found
