"""What must hold for every game: the same log gives the same match, here and anywhere, live or restored."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import arcade.chaos.games  # noqa: F401  (all that the replayer knows, whatever else is collected)
from matches.engine import registry
from matches.engine.declared import declared
from matches.engine.game import Game
from matches.engine.inputs import BotMoved, Input, Moved
from matches.engine.match import Match
from matches.engine.random import SeededRandom
from matches.engine.testing import Choose, Drive, make_setup

ROOT = Path(__file__).parents[3]
HONEST = [game for game in registry.all() if not game.name.startswith("hostile-")]
CASES = [pytest.param(game, mode, id=f"{game.name}-{mode}") for game in HONEST for mode in game.modes]
every_game = pytest.mark.parametrize(("game", "mode"), CASES)
every_game_with_bots = pytest.mark.parametrize(
    ("game", "mode"), [case for case in CASES if isinstance(case.values[0], Game) and case.values[0].bots]
)
# the worker process serves all examples: the health check is about fixtures that should not
examples = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, *HealthCheck]
)
# where a key makes all choices a shorter one says no more, and looking for it takes minutes
keyed = settings(examples, phases=[Phase.explicit, Phase.reuse, Phase.generate])

Elsewhere = Callable[[Drive], list[str]]


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Elsewhere]:
    """Replays a log in a process whose strings hash otherwise; gives its hashes."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("replayer.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONHASHSEED": "4242", "PYTHONPATH": str(ROOT)},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    stdin, stdout = process.stdin, process.stdout

    def replayed(drive: Drive) -> list[str]:
        data = msgspec.msgpack.encode({"setup": drive.match.setup, "records": drive.records})
        stdin.write(len(data).to_bytes(4, "big") + data)
        stdin.flush()
        size = int.from_bytes(stdout.read(4), "big")
        return msgspec.msgpack.decode(stdout.read(size), type=list[str])

    with process:
        yield replayed
        stdin.close()


def drawn(data: st.DataObject) -> Choose:
    """Choices that shrink."""
    return lambda n: data.draw(st.integers(0, n - 1))


def a_drive(game: Game[Any, Any], mode: str, choose: Choose) -> Drive:
    """A match of any size, any seats of it the computer's; more often than not everybody is there."""
    bounds = game.modes[mode].seats or game.seats
    seats = bounds.low + choose(bounds.most - bounds.low + 1)
    bots = tuple(seat for seat in range(seats) if game.bots and not choose(3))
    seed = choose(1 << 30).to_bytes(32, "big")
    drive = Drive(game, make_setup(game, mode, seats=seats, bots=bots, seed=seed))
    if choose(8):
        drive.join()
    return drive


@every_game
@examples
@given(data=st.data())
def test_replay_elsewhere(game: Game[Any, Any], mode: str, elsewhere: Elsewhere, data: st.DataObject) -> None:
    drive = a_drive(game, mode, drawn(data))
    drive.wander(drawn(data), 15)
    assert elsewhere(drive) == drive.hashes


@every_game
@settings(keyed, max_examples=8)
@given(key=st.binary(min_size=32, max_size=32))
def test_replay_of_long_matches(game: Game[Any, Any], mode: str, elsewhere: Elsewhere, key: bytes) -> None:
    choose = SeededRandom(key).below
    drive = a_drive(game, mode, choose)
    drive.wander(choose, 250)
    assert elsewhere(drive) == drive.hashes


@every_game
@settings(keyed, max_examples=12)
@given(key=st.binary(min_size=32, max_size=32))
def test_live_is_restored(game: Game[Any, Any], mode: str, key: bytes) -> None:
    choose = SeededRandom(key).below
    drive = a_drive(game, mode, choose)
    for _ in range(80):
        restored = Match.restore(game, drive.match.snapshot())
        assert restored.hash() == drive.match.hash()
        after = (0, 10, 50, 3_000)[choose(4)]
        inputs = [drive.anything(choose, after) for _ in range(choose(4))]
        committed = drive.now + choose(5)
        time = drive.now + after
        live = drive.step(*inputs, after=after, committed=committed)
        assert restored.step(time, inputs, committed) == live
        assert restored.hash() == drive.match.hash()
        for seat in (None, *range(len(drive.match.teams))):
            assert restored.view(seat) == drive.match.view(seat)
        assert restored.next_wake() == drive.match.next_wake()


def traceless(match: Match) -> list[Any]:
    """All of a match but its sessions and their outcomes."""
    state = match.state
    bare = [[seat.status, seat.until, seat.fate] for seat in state.seats]
    return [bare, *(getattr(state, name) for name in state.__struct_fields__ if name != "seats")]


@every_game
@settings(examples, max_examples=25)
@given(data=st.data())
def test_a_refused_move_leaves_no_trace(game: Game[Any, Any], mode: str, data: st.DataObject) -> None:
    choose = drawn(data)
    key = data.draw(st.binary(min_size=32, max_size=32))
    drive = a_drive(game, mode, choose)
    drive.wander(SeededRandom(key).below, choose(30))
    ats = sorted(choose(60) for _ in range(choose(7)))
    inputs = [_move(drive, choose, at) for at in ats]
    snapshot, time = drive.match.snapshot(), drive.now + 60
    step = drive.step(*inputs, after=60)
    refused = {(refusal.seat, refusal.number) for refusal in step.refusals}
    other = Match.restore(game, snapshot)
    legal: list[Input] = []
    given: dict[int, int] = {}
    for said in inputs:
        if (said.seat, said.number) not in refused:
            given[said.seat] = number = given.get(said.seat, other.number(said.seat, said.session)) + 1
            legal.append(msgspec.structs.replace(said, number=number))
    bare = other.step(time, legal)
    assert not bare.refusals
    assert bare.events == step.events
    assert traceless(other) == traceless(drive.match)


def _move(drive: Drive, choose: Choose, after: int) -> Moved:
    humans = [s for s, who in enumerate(drive.match.setup.seats) if who.bot is None] or [0]
    turn = drive.match.turn()
    seat = turn if turn in humans and choose(3) else humans[choose(len(humans))]
    assert seat is not None
    return drive.moved(seat, drive.any_move(choose, seat), after)


@every_game_with_bots
@settings(keyed, max_examples=8)
@given(key=st.binary(min_size=32, max_size=32), level=st.integers(1, 9))
def test_computer_players_end_the_match_with_legal_moves(
    game: Game[Any, Any], mode: str, key: bytes, level: int
) -> None:
    seats = (game.modes[mode].seats or game.seats).low
    drive = Drive(game, make_setup(game, mode, seats=seats, bots=tuple(range(seats)), seed=key))
    random, kinds, rate = SeededRandom(key), declared(type(game)), drive.match.rate
    level = 1 + level % game.bots
    for _ in range(3000):
        inputs: list[Input] = []
        for seat in drive.match.bots_due():
            move = game.bot(kinds.views.decode(drive.match.bot_view(seat)), seat, random, level)
            if move is not None:
                inputs.append(BotMoved(seat, drive.now, msgspec.msgpack.encode(move)))
        step = drive.step(*inputs, after=1000 // rate if rate else 10)
        assert not step.refusals
        if step.ended:
            break
    assert drive.match.phase == "finished"
