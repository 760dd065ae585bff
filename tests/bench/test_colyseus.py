"""The peer on Colyseus: it plays our rules, and the bench measures it."""

import json
import subprocess
from pathlib import Path
from random import Random

import pytest

from arcade.bench import peers
from matches.games.arena_field import SPOTS, Coin, Runner, bump, collect, run
from tests.bench.test_workloads import SHORT, rows
from tests.support.benching import TWO_CORES, told_by

FIELD = peers.FOLDER / "colyseus" / "field.mjs"
TICKS = 600
COINS = [(2_600, 4_500), (13_000, 4_500), (8_000, 2_500), (8_000, 6_500)]
PLAY = """
const [field, script] = process.argv.slice(1);
const { SPOTS, bump, collect, run } = await import(field);
const { moves, coins: at } = JSON.parse(script);
const coins = at.map(([x, y]) => ({ x, y }));
const runners = SPOTS.map(([x, y], team) =>
  ({ x, y, team, dx: 0, dy: 0, kx: 0, ky: 0, dizzy: false, dizzyFor: 0, safe: 0, score: 0 }));
let next = 0;
const scatter = () => at[next++ % at.length];
const told = [];
for (const now of moves) {
  runners.forEach((runner, n) => ([runner.dx, runner.dy] = now[n]));
  for (const runner of runners) run(runner);
  for (let a = 0; a < 8; a++) for (let b = a + 1; b < 8; b++)
    bump(runners[a], runners[b], coins, (x, y) => coins.push({ x, y }));
  for (const runner of runners) collect(runner, coins, at.length, scatter);
  told.push([runners.map((r) => [r.x, r.y, r.dizzyFor, r.safe, r.score]), coins.map((c) => [c.x, c.y])]);
}
console.log(JSON.stringify(told));
"""


class Scatter:
    """Coins come up at the places of the list, in turns; asked for x, then for y."""

    def __init__(self) -> None:
        self.asked = 0

    def between(self, low: int, high: int) -> int:
        place = COINS[self.asked // 2 % len(COINS)]
        self.asked += 1
        return place[(self.asked - 1) % 2]


def ours(moves: list[list[list[int]]]) -> list[object]:
    """The same play by our own rules."""
    runners = [Runner(x, y, team) for team, (x, y) in enumerate(SPOTS)]
    coins, scatter, told = [Coin(*at) for at in COINS], Scatter(), []
    for now in moves:
        for runner, (dx, dy) in zip(runners, now, strict=True):
            runner.dx, runner.dy = dx, dy
        places = run(runners)
        for place, runner in enumerate(runners):
            for other in runners[place + 1 :]:
                bump(runner, other, coins)
        collect(places, coins, len(COINS), scatter)  # type: ignore[arg-type]
        told.append([[[r.x, r.y, r.dizzy, r.safe, r.score] for r in runners], [[c.x, c.y] for c in coins]])
    return told


@pytest.mark.node
def test_it_plays_the_same_rules() -> None:
    """Everyone runs to the middle and about in it: bumps, drops, coins."""
    random = Random(7)
    moves = []
    for tick in range(TICKS):
        if tick % 7 == 0:
            heading = [[random.choice((-1, 0, 1)), random.choice((-1, 0, 1))] for _ in SPOTS]
            if tick < 70:
                heading = [[(x < 8_000) - (x > 8_000), (y < 4_500) - (y > 4_500)] for x, y in SPOTS]
        moves.append([list(step) for step in heading])
    script = json.dumps({"moves": moves, "coins": COINS})
    done = subprocess.run(
        ["node", "--input-type=module", "-e", PLAY, "--", str(FIELD), script],
        capture_output=True, text=True, timeout=50,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    theirs = json.loads(done.stdout)
    expected = ours(moves)
    assert sum(runner[4] for runner in theirs[-1][0]) > 0
    assert any(len(coins) > len(COINS) for _, coins in theirs)
    for tick, (their, our) in enumerate(zip(theirs, expected, strict=True)):
        assert their == our, tick


@pytest.mark.long
@pytest.mark.timeout(300)
@TWO_CORES
def test_it_is_measured(tmp_path: Path) -> None:
    if lacking := peers.missing("colyseus"):
        pytest.skip(lacking)
    told = told_by(tmp_path, f"arena --clients 16 --peer colyseus {SHORT}")
    found = rows(told)
    assert found["colyseus"]["frames"] > 100
    assert found["colyseus"]["moves"] > 100
    assert 20 < found["colyseus"]["bytes_per_frame"] < 150
    if not told["void"]:
        assert set(told["us_per_client_tick"]) == {"arcade", "colyseus"}
        assert told["ratio"] > 0
    told = told_by(tmp_path, f"fanout --clients 24 --peer colyseus {SHORT}")
    assert rows(told)["colyseus"]["clients"] == 32
    told = told_by(tmp_path, "idle --clients 60 --peer colyseus --rounds 1 --seconds 1")
    assert rows(told)["colyseus"]["bytes_per_socket"] > 1000
