"""The arena's field: running, bumping, collecting, all in whole tenths of a unit."""

from math import isqrt

import msgspec

from matches.engine.game import Random

RATE = 20
WIDTH, HEIGHT = 16_000, 9_000
RUNNER = 300
"""A runner's radius; a coin's is COIN."""
COIN = 160
TOUCH = 2 * RUNNER
REACH = RUNNER + COIN
LEFT, TOP, RIGHT, BOTTOM = RUNNER, RUNNER, WIDTH - RUNNER, HEIGHT - RUNNER
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


class Coin(msgspec.Struct, gc=False):
    """It lies here."""

    x: int
    y: int


class Runner(msgspec.Struct, gc=False):
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


Place = tuple[int, int, int, Runner]
"""Where a runner is this tick: x, y, its seat, itself."""


def way(runner: Runner) -> tuple[int, int]:
    """How far it goes in a tick, by its steps and a knock."""
    speed = 0 if runner.dizzy else SLANT if runner.dx and runner.dy else SPEED
    return runner.dx * speed + runner.kx, runner.dy * speed + runner.ky


def run(runners: list[Runner]) -> list[Place]:
    """One tick's way of all who are inside, held within the field, and where that brings them."""
    places = []
    for seat, runner in enumerate(runners):
        if runner.out:
            continue
        dx, dy = runner.dx, runner.dy
        if runner.safe:
            wx, wy = way(runner)
            _recover(runner)
        else:  # no longer dizzy or knocked, as both wear off sooner
            speed = SLANT if dx and dy else SPEED
            wx, wy = dx * speed, dy * speed
        x, y = runner.x, runner.y
        if wx:
            x += wx
            runner.x = x = LEFT if x < LEFT else RIGHT if x > RIGHT else x
        if wy:
            y += wy
            runner.y = y = TOP if y < TOP else BOTTOM if y > BOTTOM else y
        places.append((x, y, seat, runner))
    return places


def _recover(runner: Runner) -> None:
    runner.kx, runner.ky = _fade(runner.kx), _fade(runner.ky)
    runner.dizzy -= runner.dizzy > 0
    runner.safe -= 1


def _fade(knock: int) -> int:
    size = abs(knock) * 3 // 4
    return 0 if size < 20 else size if knock > 0 else -size


def meetings(places: list[Place]) -> list[tuple[Place, Place]]:
    """The pairs, in order of their seats, that are near enough to touch, and perhaps some that are not.

    From left to right: whoever is far enough from the one before is far from all before.
    """
    met: list[tuple[Place, Place]] = []
    near: list[Place] = []
    far = 0
    for place in sorted(places):
        x, y, seat, _ = place
        if x >= far:
            near = [place]
        else:
            met += [
                (other, place) if other[2] < seat else (place, other)
                for other in near
                if x - other[0] < TOUCH and -TOUCH < y - other[1] < TOUCH
            ]
            near.append(place)
        far = x + TOUCH
    if len(met) > 1:
        met.sort(key=_seats)
    return met


def _seats(pair: tuple[Place, Place]) -> tuple[int, int]:
    return pair[0][2], pair[1][2]


def bump(a: Runner, b: Runner, coins: list[Coin]) -> list[tuple[Runner, bool, bool]]:
    """Two runners that touch: for each one knocked back (itself, did the other do it, does it drop a coin).

    Who runs harder into the other knocks it away; with equal force both are knocked and nobody drops any.
    Members of a team pass each other.
    """
    x, y = b.x - a.x, b.y - a.y
    if x * x + y * y >= TOUCH * TOUCH or a.safe or b.safe or a.team == b.team:
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


def collect(places: list[Place], coins: list[Coin], base: int, random: Random) -> list[tuple[int, Runner]]:
    """Who picks up coins, in order, once for each coin. The first `base` come up elsewhere at once, those
    that were dropped by someone are gone."""
    got: list[tuple[int, Runner]] = []
    spots = [(coin.x, coin.y) for coin in coins]
    for x, y, seat, runner in places:
        left, right = x - REACH, x + REACH
        for coin_x, coin_y in spots:
            if left < coin_x < right and -REACH < coin_y - y < REACH and not runner.dizzy:
                got += [(seat, runner)] * _pick_up(runner, coins, base, random)
                spots = [(coin.x, coin.y) for coin in coins]
                break
    return got


def _pick_up(runner: Runner, coins: list[Coin], base: int, random: Random) -> int:
    """How many coins it reaches."""
    got = 0
    for place in range(len(coins) - 1, -1, -1):
        coin = coins[place]
        if (coin.x - runner.x) ** 2 + (coin.y - runner.y) ** 2 >= REACH * REACH:
            continue
        got += 1
        runner.score += 1
        if place < base:
            coins[place] = scatter(random)
        else:
            del coins[place]
    return got
