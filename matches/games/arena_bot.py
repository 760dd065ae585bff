"""Where a computer player of the arena steers."""

from matches.engine.game import Random
from matches.games.arena_field import RUNNER, SPEED, Coin, Runner

HUNT = 1_800
"""From so near it goes for a rival that carries coins."""


def steer(runners: list[Runner], coins: list[Coin], seat: int, random: Random, level: int) -> tuple[int, int]:
    """`dx`, `dy`: level 1 dawdles and takes the nearest coin; level 2 plays to win."""
    me = runners[seat]
    if level < 2:
        if random.below(4) == 0:
            return me.dx, me.dy
        return _towards(me, *_nearest(me, coins))
    rivals = [r for r in runners if not r.out and r.team != me.team]
    prey = [r for r in rivals if r.score and not r.safe and _far(me, r.x, r.y) < HUNT * HUNT]
    if prey and not me.safe:
        target = min(prey, key=lambda r: _far(me, r.x, r.y))
        return _towards(me, target.x, target.y)
    mine = [c for c in coins if all(_far(me, c.x, c.y) <= _far(r, c.x, c.y) for r in rivals)]
    return _towards(me, *_nearest(me, mine or coins))


def _nearest(me: Runner, coins: list[Coin]) -> tuple[int, int]:
    if not coins:
        return me.x, me.y
    coin = min(coins, key=lambda c: _far(me, c.x, c.y))
    return coin.x, coin.y


def _far(me: Runner, x: int, y: int) -> int:
    return (me.x - x) ** 2 + (me.y - y) ** 2


def _towards(me: Runner, x: int, y: int) -> tuple[int, int]:
    """The nearest of the eight ways; small differences are left alone."""
    dx, dy = x - me.x, y - me.y
    slack = max(SPEED, RUNNER // 2)
    across = 0 if (abs(dx) < slack and abs(dx) <= abs(dy)) or 2 * abs(dx) < abs(dy) else _sign(dx)
    along = 0 if (abs(dy) < slack and abs(dy) <= abs(dx)) or 2 * abs(dy) < abs(dx) else _sign(dy)
    return across, along


def _sign(n: int) -> int:
    return (n > 0) - (n < 0)
