"""The arena's field: running, bumping, collecting, all in whole tenths of a unit."""

from itertools import combinations
from math import isqrt

import msgspec

from matches.engine.game import Random

RATE = 20
WIDTH, HEIGHT = 16_000, 9_000
RUNNER = 300
"""A runner's radius; a coin's is COIN."""
COIN = 160
REACH = RUNNER + COIN
SPEED = 160
"""A tick's way; SLANT along each axis where it slants."""
SLANT = 113
KNOCK = 480
"""The first tick's way of a runner that was bumped; a quarter is lost with each tick."""
DIZZY = 8
SAFE = 24
"""Ticks without steering after a bump, and ticks until the next."""
COINS_BASE = 3
COINS_MOST = 40
MARGIN = 500

SPOTS = (
    (2_000, 4_500),
    (14_000, 4_500),
    (8_000, 1_500),
    (8_000, 7_500),
    (3_000, 1_500),
    (13_000, 7_500),
    (13_000, 1_500),
    (3_000, 7_500),
)


class Coin(msgspec.Struct):
    """It lies here."""

    x: int
    y: int


class Runner(msgspec.Struct):
    """`dx`, `dy` is where it steers, `kx`, `ky` the way of a knock; `dizzy` and `safe` count ticks down."""

    x: int
    y: int
    team: int
    dx: int = 0
    dy: int = 0
    kx: int = 0
    ky: int = 0
    dizzy: int = 0
    safe: int = 0
    score: int = 0
    out: bool = False


def coins_of(seats: int) -> int:
    """How many coins lie on the field at any time, besides those that were dropped."""
    return COINS_BASE + seats // 2


def scatter(random: Random) -> Coin:
    """A coin anywhere, not quite at the edge."""
    return Coin(random.between(MARGIN, WIDTH - MARGIN), random.between(MARGIN, HEIGHT - MARGIN))


def way(runner: Runner) -> tuple[int, int]:
    """How far it goes in a tick, by its steps and a knock."""
    speed = 0 if runner.dizzy else SLANT if runner.dx and runner.dy else SPEED
    return runner.dx * speed + runner.kx, runner.dy * speed + runner.ky


def run(runner: Runner) -> None:
    """One tick's way, held inside the field; knock and dizziness wear off."""
    wx, wy = way(runner)
    if wx:
        runner.x = min(max(runner.x + wx, RUNNER), WIDTH - RUNNER)
    if wy:
        runner.y = min(max(runner.y + wy, RUNNER), HEIGHT - RUNNER)
    if runner.kx:
        runner.kx = _fade(runner.kx)
    if runner.ky:
        runner.ky = _fade(runner.ky)
    if runner.dizzy:
        runner.dizzy -= 1
    if runner.safe:
        runner.safe -= 1


def _fade(knock: int) -> int:
    size = abs(knock) * 3 // 4
    return 0 if size < 20 else size if knock > 0 else -size


def meetings(runners: list[tuple[int, Runner]]) -> list[tuple[tuple[int, Runner], tuple[int, Runner]]]:
    """The pairs, in order, that are near enough to touch, and perhaps some that are not."""
    placed = [(one[1].x, one[1].y, one) for one in runners]
    return [
        (one, other)
        for (x, y, one), (other_x, other_y, other) in combinations(placed, 2)
        if -2 * RUNNER < other_x - x < 2 * RUNNER and -2 * RUNNER < other_y - y < 2 * RUNNER
    ]


def bump(a: Runner, b: Runner, coins: list[Coin]) -> list[tuple[Runner, bool, bool]]:
    """Two runners that touch: for each one knocked back (itself, did the other do it, does it drop a coin).

    Who runs harder into the other knocks it away; with equal force both are knocked and nobody drops any.
    Members of a team pass each other.
    """
    x, y = b.x - a.x, b.y - a.y
    if x * x + y * y >= 4 * RUNNER * RUNNER or a.safe or b.safe or a.team == b.team:
        return []
    if not x and not y:
        x = 1
    (ax, ay), (bx, by) = way(a), way(b)
    force, counter = max(0, ax * x + ay * y), max(0, -(bx * x + by * y))
    far = max(1, isqrt(x * x + y * y))
    knocked = []
    for victim, sign, hit, own in ((b, 1, force, counter), (a, -1, counter, force)):
        if hit < own:
            continue
        victim.kx, victim.ky = sign * (KNOCK * x // far), sign * (KNOCK * y // far)
        victim.dizzy, victim.safe = DIZZY, SAFE
        dropped = hit > own and victim.score > 0 and len(coins) < COINS_MOST
        if dropped:
            victim.score -= 1
            coins.append(Coin(*_aside(victim)))
        knocked.append((victim, hit > own, dropped))
    return knocked


def _aside(runner: Runner) -> tuple[int, int]:
    """Where the coin of a knocked runner falls: to its side, out of reach of both."""
    x, y = runner.x - 3 * RUNNER * runner.ky // KNOCK, runner.y + 3 * RUNNER * runner.kx // KNOCK
    return min(max(x, MARGIN), WIDTH - MARGIN), min(max(y, MARGIN), HEIGHT - MARGIN)


def collect(runner: Runner, coins: list[Coin], base: int, random: Random) -> int:
    """How many coins it picks up. The first `base` come up elsewhere, those dropped by someone are gone."""
    if runner.dizzy:
        return 0
    x, y = runner.x, runner.y
    for coin in coins:
        if -REACH < coin.x - x < REACH and -REACH < coin.y - y < REACH:
            break
    else:  # none is near, as in most ticks
        return 0
    got = 0
    for place in range(len(coins) - 1, -1, -1):
        coin = coins[place]
        if (coin.x - x) ** 2 + (coin.y - y) ** 2 >= REACH * REACH:
            continue
        got += 1
        runner.score += 1
        if place < base:
            coins[place] = scatter(random)
        else:
            del coins[place]
    return got
