"""The world that every policy meets: who comes, when, how strong, from where, and how patient.

Players come as a Poisson process: `rate` counts players, so tickets come at the rate over the mean size of a
party. Ratings are drawn for each player alone, N(1500, 350); what waits is a ticket, whose rating is the mean
of its members'. One player in ten is new and his strength uncertain.

Three regions; a player's latency to a server is the matrix's entry of his home plus his own line's. Whatever
a policy does, all members of a match reach its server within `CEILING`; a party lives in one place.
"""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass

REGIONS = ("eu", "us", "asia")
HOMES = (0.45, 0.35, 0.20)
MATRIX = ((12.0, 85.0, 190.0), (85.0, 12.0, 150.0), (190.0, 150.0, 12.0))
"""Milliseconds from the home's backbone to each server."""
LINE = 15.0
"""Mean of a player's own line, ms, exponential, at most `LINE_MOST`."""
LINE_MOST = 60.0
CEILING = 120.0
"""Milliseconds."""
MEAN, DEVIATION = 1500.0, 350.0
PARTIES = (0.70, 0.18, 0.07, 0.03, 0.02)
"""Share of the tickets that are parties of 1 to 5, before they are cut to the mode's team size."""
NEW, NEW_SIGMA, SIGMA = 0.1, 6.0, 2.0
"""Share of new players; deviation of what is believed of them and of the others, in openskill's units."""
PATIENT = 60.0
"""Seconds nobody gives up in."""
HAZARD = 1 / 60
"""A second, from then on."""


@dataclass(frozen=True)
class Mode:
    """`seats` in teams of `team_size`; 1: everyone for himself."""

    name: str
    seats: int
    team_size: int

    @property
    def mean_party(self) -> float:
        return sum(share * min(size, self.team_size) for size, share in enumerate(PARTIES, 1))


MODES = {m.name: m for m in (Mode("1v1", 2, 1), Mode("2v2", 4, 2), Mode("5v5", 10, 5), Mode("ffa12", 12, 1))}


@dataclass(slots=True, eq=False, frozen=True)
class Ticket:
    """`index`: its number in the stream. `regions`: bit r is set where all members reach server r within the
    ceiling. `leaves`: when it gives up. Seconds, rating points, ms.
    """

    index: int
    at: float
    ratings: tuple[float, ...]
    sigmas: tuple[float, ...]
    rating: float
    size: int
    home: int
    latencies: tuple[float, ...]
    regions: int
    leaves: float


def stream(mode: Mode, rate: float, seconds: float, seed: int) -> list[Ticket]:
    """All who come within `seconds`, by their time; the same for every policy."""
    draw = random.Random(f"{mode.name} {rate} {seed}")  # noqa: S311 - a simulation
    return list(itertools.takewhile(lambda ticket: ticket.at < seconds, _coming(mode, rate, draw)))


def _coming(mode: Mode, rate: float, draw: random.Random) -> Iterator[Ticket]:
    now, tickets_a_second = 0.0, rate / mode.mean_party
    shares = list(itertools.accumulate(PARTIES))
    homes = list(itertools.accumulate(HOMES))
    for index in itertools.count():
        now += draw.expovariate(tickets_a_second)
        dice = draw.random()
        size = min(mode.team_size, next((n for n, upto in enumerate(shares, 1) if dice < upto), len(shares)))
        ratings = tuple([draw.gauss(MEAN, DEVIATION) for _ in range(size)])
        sigmas = tuple([NEW_SIGMA if draw.random() < NEW else SIGMA for _ in range(size)])
        dice = draw.random()
        home = next((n for n, upto in enumerate(homes) if dice < upto), len(homes) - 1)
        line = min(LINE_MOST, max(draw.expovariate(1 / LINE) for _ in range(size)))
        latencies = tuple([backbone + line for backbone in MATRIX[home]])
        regions = sum(1 << region for region, ms in enumerate(latencies) if ms <= CEILING)
        leaves = now + PATIENT + draw.expovariate(HAZARD)
        rating = sum(ratings) / size
        yield Ticket(index, now, ratings, sigmas, rating, size, home, latencies, regions, leaves)
