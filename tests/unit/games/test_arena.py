"""The arena: running, bumping, collecting, and who is first."""

import json
from typing import Any

import msgspec
import pytest

from matches.engine import registry
from matches.engine.inputs import BotMoved, Resigned
from matches.engine.random import SeededRandom
from matches.engine.testing import Drive, make_setup
from matches.games.arena import State
from matches.games.arena_field import HEIGHT, KNOCK, RUNNER, SPEED, WIDTH, Coin

ARENA = registry.get("arena")
TICK = 50


def started(mode: str = "duel", seats: int = 0, bots: tuple[int, ...] = ()) -> Drive:
    drive = Drive(ARENA, make_setup(ARENA, mode, seats=seats, bots=bots))
    drive.join() if not bots else drive.step()
    return drive


def state(drive: Drive) -> State:
    game = drive.match.state.game
    assert isinstance(game, State)
    return game


def steer(drive: Drive, seat: int, dx: int, dy: int) -> Any:
    return drive.moved(seat, msgspec.msgpack.encode({"dx": dx, "dy": dy}), TICK)


def place(drive: Drive, *spots: tuple[int, int]) -> None:
    """Put runners there and every coin out of the way."""
    for runner, (x, y) in zip(state(drive).runners, spots, strict=True):
        runner.x, runner.y = x, y
    state(drive).coins = [Coin(WIDTH - 500, HEIGHT - 500) for _ in state(drive).coins]


def test_steering_is_kept_until_changed() -> None:
    drive = started()
    place(drive, (4000, 4000), (12_000, 1000))
    drive.step(steer(drive, 0, 1, 0), after=TICK)
    drive.step(after=TICK)
    assert (state(drive).runners[0].x, state(drive).runners[0].y) == (4000 + 2 * SPEED, 4000)
    drive.step(steer(drive, 0, 0, 0), after=TICK)
    assert state(drive).runners[0].x == 4000 + 2 * SPEED


def test_the_field_has_edges() -> None:
    drive = started()
    place(drive, (RUNNER + 10, RUNNER + 10), (12_000, 1000))
    drive.step(steer(drive, 0, -1, -1), after=TICK)
    assert (state(drive).runners[0].x, state(drive).runners[0].y) == (RUNNER, RUNNER)


@pytest.mark.parametrize("move", [{"dx": 2, "dy": 0}, {"dx": 0}, {"dx": 0.5, "dy": 0}])
def test_only_eight_ways(move: dict[str, Any]) -> None:
    drive = started()
    step = drive.step(drive.moved(0, msgspec.msgpack.encode(move)), after=TICK)
    assert [refusal.code for refusal in step.refusals] == ["bad-move"]


def test_a_coin_is_collected_and_comes_up_elsewhere() -> None:
    drive = started()
    place(drive, (4000, 4000), (12_000, 1000))
    count = len(state(drive).coins)
    state(drive).coins[0] = Coin(4000 + SPEED, 4000)
    step = drive.step(steer(drive, 0, 1, 0), after=TICK)
    assert step.events == [("scored", {"seat": 0, "score": 1})]
    assert len(state(drive).coins) == count
    assert drive.match.state.counter > 0


def test_who_runs_into_another_knocks_it_back_and_a_coin_falls() -> None:
    drive = started()
    place(drive, (4000, 4000), (4000 + 2 * RUNNER + 50, 4000))
    state(drive).runners[1].score = 3
    count = len(state(drive).coins)
    step = drive.step(steer(drive, 0, 1, 0), after=TICK)
    assert step.events == [("bumped", {"seat": 1, "by": 0, "dropped": True})]
    victim = state(drive).runners[1]
    assert (victim.score, victim.kx, victim.ky) == (2, KNOCK, 0)
    assert len(state(drive).coins) == count + 1
    x = victim.x
    drive.step(steer(drive, 1, -1, 0), after=TICK)
    assert state(drive).runners[1].x == x + KNOCK


def test_equal_force_knocks_both_and_drops_nothing() -> None:
    drive = started()
    place(drive, (4000, 4000), (4000 + 2 * RUNNER + 200, 4000))
    for runner in state(drive).runners:
        runner.score = 1
    step = drive.step(steer(drive, 0, 1, 0), steer(drive, 1, -1, 0), after=TICK)
    assert sorted(data["seat"] for _, data in step.events) == [0, 1]
    assert all(data["by"] is None and not data["dropped"] for _, data in step.events)


def test_members_of_a_team_pass_each_other() -> None:
    drive = started("teams")
    place(drive, (4000, 4000), (4000 + RUNNER, 4000), (9000, 1000), (12_000, 8000))
    assert drive.step(steer(drive, 0, 1, 0), after=TICK).events == []


def test_who_is_gone_is_out_of_the_way_and_last() -> None:
    drive = started("ffa", 3)
    place(drive, (4000, 4000), (4000 + 2 * RUNNER + 50, 4000), (12_000, 1000))
    state(drive).runners[1].score = 9
    drive.step(Resigned(1, 2, 1, drive.now), after=TICK)
    assert state(drive).runners[1].out
    assert drive.step(steer(drive, 0, 1, 0), after=TICK).events == []
    while drive.match.phase == "running":
        drive.step(after=TICK)
    assert drive.match.result is not None
    assert drive.match.result.places[1] == 3
    assert drive.match.result.scores is not None
    assert drive.match.result.scores[1] == 9


def test_a_team_has_one_place() -> None:
    drive = started("teams")
    place(drive, (3000, 3000), (3000, 5000), (9000, 1000), (12_000, 8000))
    for runner, score in zip(state(drive).runners, (5, 0, 2, 2), strict=True):
        runner.score = score
    while drive.match.phase == "running":
        drive.step(after=TICK)
    assert drive.match.view(None)["result"] == {
        "places": [1, 1, 2, 2],
        "scores": [5, 0, 2, 2],
        "reason": "time is up",
    }
    assert drive.match.state.tick == 1800


def test_bots_play_a_whole_match_and_the_view_stays_small() -> None:
    drive = started("ffa", 8, tuple(range(8)))
    random, largest, counts = SeededRandom(b"k"), 0, {"scored": 0, "bumped": 0}
    while drive.match.phase == "running":
        inputs = []
        for seat in drive.match.bots_due():
            view = msgspec.msgpack.decode(drive.match.bot_view(seat), type=State)
            move = ARENA.bot(view, seat, random, 1 + seat % 2)
            if move is not None:
                inputs.append(BotMoved(seat, drive.now, msgspec.msgpack.encode(move)))
        step = drive.step(*inputs, after=TICK)
        for name, _ in step.events:
            if name in counts:
                counts[name] += 1
        largest = max(largest, len(msgspec.msgpack.encode(drive.match.view(None))))
    assert counts["scored"] > 100
    assert counts["bumped"] > 10
    assert largest < 1500
    assert json.dumps(drive.match.view(None))
