"""Ratings: the only file that knows openskill.

The model is Weng and Lin's Plackett-Luce. It takes the order of a whole table as one observation, so a
free-for-all of eight counts once; the full Bradley-Terry model counts it as 28 duels and moves eight
newcomers three times as far. For two sides both are the same.

A strength is a normal distribution (mu, sigma) around 25 with 25/3 at first. Shown is

    1500 + (mu - 25) * 400 / (ln 10 * sqrt(2) * beta)          beta = 25/6, so about 29.5 points per unit

which makes 1500 the rating of a new player and 400 points odds of ten to one between settled players, as
with Elo. Below ten matches in the season a rating is provisional.
"""

import math
from collections.abc import Sequence

import msgspec
from openskill.models import PlackettLuce

NEW = 1500
"""What a new player is shown."""

SETTLED = 10
"""Matches from which a rating is no longer provisional."""

_model = PlackettLuce()
_POINTS = 400 / (math.log(10) * math.sqrt(2) * _model.beta)


class Strength(msgspec.Struct, frozen=True):
    """What is believed of a player: mean and deviation."""

    mu: float = 25.0
    sigma: float = 25.0 / 3

    @property
    def shown(self) -> int:
        """The integer that people see."""
        return round(NEW + (self.mu - 25.0) * _POINTS)


def provisional(matches: int) -> bool:
    """True until the player has played enough."""
    return matches < SETTLED


def rate(strengths: Sequence[Strength], teams: Sequence[int], places: Sequence[int]) -> list[Strength]:
    """New strengths per seat, from the team and the place (1 is best, equal is a draw) of each seat.

    Seats of one number play together and are ranked by the best place among them. With fewer than two
    teams nothing can be learned and the strengths come back as they were.
    """
    names = sorted(set(teams))
    if len(names) < 2:
        return list(strengths)
    members = [[seat for seat, t in enumerate(teams) if t == name] for name in names]
    before = [[_model.rating(mu=strengths[s].mu, sigma=strengths[s].sigma) for s in team] for team in members]
    after = _model.rate(before, ranks=[float(min(places[s] for s in team)) for team in members])
    new = list(strengths)
    for team, rated in zip(members, after, strict=True):
        for seat, r in zip(team, rated, strict=True):
            new[seat] = Strength(mu=r.mu, sigma=r.sigma)
    return new
