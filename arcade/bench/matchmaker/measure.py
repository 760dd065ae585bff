"""The figures of one run, or of one share of its players.

Every player counts once, so a party of three counts thrice. A wait that ended because the player gave up, or
because the simulation did, is censored: it would have been at least so long. Patience is drawn apart from all
else, so the Kaplan-Meier estimate of the wait until a match is the right one for all who queue, and a policy
cannot gain by letting the unlucky go; a percentile that it does not reach is infinite. Gap and edge are of
those who were matched.

- gap: highest less lowest rating of a ticket in the match (1v1: the difference). What a party's own members
  are apart is no matchmaker's choice.
- team gap: difference of the two teams' mean ratings; 1v1: as gap; free-for-all: the best's distance from the
  mean.
- edge: |chance of winning - even|, of the match's favourite, by openskill's model (Plackett-Luce,
  `predict_win`).
"""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from arcade.bench.matchmaker.policy import Group
from arcade.bench.matchmaker.simulate import Run
from arcade.bench.matchmaker.world import DEVIATION, MEAN, REGIONS, Ticket

BETA = 25 / 6
POINTS = 400 / (math.log(10) * math.sqrt(2) * BETA)
"""Rating points of one unit of openskill's scale, as in matches/ratings.py."""
SHARES = {"p50": 0.5, "p90": 0.9, "p99": 0.99}
DECILES = [
    MEAN + DEVIATION * z for z in (-1.2816, -0.8416, -0.5244, -0.2533, 0, 0.2533, 0.5244, 0.8416, 1.2816)
]
Weighted = tuple[float, int]


def percentile(values: Iterable[Weighted], share: float) -> float:
    """Of values and their weights; nan of none."""
    ordered = sorted(values)
    rest = share * sum(weight for _, weight in ordered)
    for value, weight in ordered:
        rest -= weight
        if rest <= 1e-9:
            return value
    return math.nan


def kaplan_meier(waits: Iterable[tuple[float, bool, int]], shares: Sequence[float]) -> list[float]:
    """The waits by which these shares have a match. A wait: seconds, whether it ended in a match, weight."""
    ordered = sorted(waits)
    risk = sum(weight for _, _, weight in ordered)
    waiting, found, wanted = 1.0, [math.inf] * len(shares), 0
    for seconds, matched, weight in ordered:
        if matched:
            waiting *= 1 - weight / risk
        risk -= weight
        while wanted < len(shares) and 1 - waiting >= shares[wanted] - 1e-9:
            found[wanted] = seconds
            wanted += 1
    return found


def chances(group: Group) -> list[float]:
    """Of each team, by openskill's `predict_win`."""
    teams = [
        (sum(sum(t.ratings) for t in team) / POINTS, sum(s * s for t in team for s in t.sigmas))
        for team in group.teams
    ]
    won = [0.0] * len(teams)
    for a, (mu_a, variance_a) in enumerate(teams):
        for b in range(a):
            mu_b, variance_b = teams[b]
            z = (mu_a - mu_b) / math.sqrt(2 * BETA * BETA + variance_a + variance_b)
            p = 0.5 * math.erfc(-z / math.sqrt(2))
            won[a] += p
            won[b] += 1 - p
    whole = sum(won)
    return [p / whole for p in won]


def _quality(group: Group) -> tuple[float, float, float]:
    """Gap, team gap, edge."""
    ratings = [ticket.rating for team in group.teams for ticket in team]
    gap = max(ratings) - min(ratings)
    means = [sum(t.rating * t.size for t in team) / sum(t.size for t in team) for team in group.teams]
    team_gap = max(means) - min(means) if len(means) == 2 else max(means) - sum(means) / len(means)
    return gap, team_gap, max(chances(group)) - 1 / len(group.teams)


def measured(run: Run, since: float, until: float) -> dict[str, Any]:
    """Of the tickets that came within these seconds. Waits in seconds, gaps in rating points, CPU in µs a
    player."""
    tickets = [ticket for ticket in run.tickets if since <= ticket.at < until]
    quality = {id(group): _quality(group) for group in run.groups}

    def figures(some: Sequence[Ticket]) -> dict[str, Any]:
        waits, gaps, team_gaps, edges = [], [], [], []
        players = given_up = 0
        for ticket in some:
            players += ticket.size
            if made := run.matched[ticket.index]:
                now, group = made
                waits.append((now - ticket.at, True, ticket.size))
                gap, team_gap, edge = quality[id(group)]
                gaps.append((gap, ticket.size))
                team_gaps.append((team_gap, ticket.size))
                edges.append((edge, ticket.size))
            else:
                given_up += ticket.size if ticket.leaves < run.ended else 0
                waits.append((min(ticket.leaves, run.ended) - ticket.at, False, ticket.size))
        found = dict(zip(SHARES, kaplan_meier(waits, list(SHARES.values())), strict=True))
        return {
            "players": players,
            "abandoned": given_up / players if players else 0.0,
            "wait": found,
            "gap": {name: percentile(gaps, share) for name, share in SHARES.items()},
            "team_gap": {name: percentile(team_gaps, share) for name, share in SHARES.items()},
            "edge": {name: percentile(edges, share) for name, share in SHARES.items()},
        }

    told = figures(tickets)
    told["deciles"] = [figures(some) for some in _by(tickets, _decile, 10)]
    told["latency"] = dict(
        zip(REGIONS, (_latency(run, some) for some in _by(tickets, _home, len(REGIONS))), strict=True)
    )
    told["cpu_us"] = run.cpu * 1e6 / max(1, sum(ticket.size for ticket in run.tickets))
    return told


def _by(tickets: Sequence[Ticket], key: Callable[[Ticket], int], count: int) -> list[list[Ticket]]:
    parts: list[list[Ticket]] = [[] for _ in range(count)]
    for ticket in tickets:
        parts[key(ticket)].append(ticket)
    return parts


def _decile(ticket: Ticket) -> int:
    return sum(ticket.rating >= bound for bound in DECILES)


def _home(ticket: Ticket) -> int:
    return ticket.home


def _latency(run: Run, tickets: Sequence[Ticket]) -> dict[str, float]:
    """Milliseconds to the match's server, and the share that plays on the nearest one."""
    values, near, all_ = [], 0, 0
    for ticket in tickets:
        if made := run.matched[ticket.index]:
            region = made[1].region
            values.append((ticket.latencies[region], ticket.size))
            near += ticket.size * (region == ticket.home)
            all_ += ticket.size
    return {
        "p50": percentile(values, 0.5),
        "p90": percentile(values, 0.9),
        "nearest": near / all_ if all_ else math.nan,
    }
