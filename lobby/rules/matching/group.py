"""A match that fits: who sits where."""

from collections.abc import Sequence

import msgspec

from lobby.rules.matching.declared import QueueRules
from lobby.rules.matching.strength import win_chances
from lobby.rules.matching.teams import assign, split
from lobby.rules.matching.ticket import Member, Ticket


class Place(msgspec.Struct, array_like=True, frozen=True):
    """A seat: its player, the player's ticket (id), the team and the role there."""

    player: str
    ticket: str
    team: int
    role: str = ""


class Group(msgspec.Struct, frozen=True):
    """Tickets that shall play; `spread`: rating points between the lowest and the highest of them; `common`:
    the values that are the match's, by rule; `region`: where it is played ("" anywhere)."""

    tickets: tuple[Ticket, ...]
    seats: tuple[Place, ...]
    spread: float
    region: str = ""
    common: dict[str, str] = {}

    @property
    def teams(self) -> list[list[Member]]:
        members = {m.player: m for ticket in self.tickets for m in ticket.members}
        teams: list[list[Member]] = [[] for _ in range(1 + max(seat.team for seat in self.seats))]
        for seat in self.seats:
            teams[seat.team].append(members[seat.player])
        return teams

    @property
    def chance(self) -> float:
        """Probability that team 0 wins."""
        return win_chances([[member.strength for member in team] for team in self.teams])[0]


def seated(tickets: Sequence[Ticket], rules: QueueRules, turn: int) -> tuple[Place, ...] | None:
    """The seats, neighbours in different teams; None where the tickets make no teams. Nobody sits first by
    having waited: `turn`, a running number, says who does."""
    if not rules.team_size:
        alone = [(m.player, t.id) for t in tickets for m in t.members]
        turn %= len(alone)
        order = alone[turn:] + alone[:turn]
        return tuple(Place(player, ticket, team) for team, (player, ticket) in enumerate(order))
    teams = split(tickets, rules.team_size, rules.roles)
    if teams is None:
        return None
    turn %= len(teams)
    lines: list[list[Place]] = []
    for number, team in enumerate(teams[turn:] + teams[:turn]):
        members = [(ticket, member) for ticket in team for member in ticket.members]
        roles = assign([m for _, m in members], rules.roles) if rules.roles else [""] * len(members)
        if roles is None:
            return None
        lines.append(
            [Place(m.player, t.id, number, role) for (t, m), role in zip(members, roles, strict=True)]
        )
    return tuple(place for row in zip(*lines, strict=True) for place in row)
