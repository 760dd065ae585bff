"""How likely a team is to win, from what is believed of its players: openskill's numbers without openskill.

A strength is a normal distribution (mu, sigma) around 25; a rating is its mean in points around 1500.
"""

import math
from collections.abc import Sequence

BETA = 25 / 6
"""How much one performance of a player differs from the next."""
POINTS = 400 / (math.log(10) * math.sqrt(2) * BETA)
"""Rating points per unit of mu."""
SETTLED = 2.0
"""The sigma of a player of whom only a rating is known."""


def mu_of(rating: float) -> float:
    return 25.0 + (rating - 1500.0) / POINTS


def chance(mu_a: float, variance_a: float, mu_b: float, variance_b: float) -> float:
    """Probability that a team of these sums beats the other."""
    z = (mu_a - mu_b) / math.sqrt(2 * BETA * BETA + variance_a + variance_b)
    return 0.5 * math.erfc(-z / math.sqrt(2))


def win_chances(teams: Sequence[Sequence[tuple[float, float]]]) -> list[float]:
    """Probability of each team to win, the teams given by the (mu, sigma) of their players; sums to 1."""
    sums = [(sum(mu for mu, _ in team), sum(sigma * sigma for _, sigma in team)) for team in teams]
    if len(sums) < 2:
        return [1.0] * len(sums)
    wins = [
        sum(chance(*mine, *other) for b, other in enumerate(sums) if b != a) for a, mine in enumerate(sums)
    ]
    total = sum(wins)
    return [win / total for win in wins]
