"""What every game owes: it replays, keeps its secrets, stays small and quick, and its bots play by the rules.

Each check plays random matches of all modes, is the same on every run, and raises an AssertionError that says
in which match and step, and what to do. `moves(view, seat)`: see `random_match`.
"""

import time
from collections.abc import Callable
from typing import Any

import msgspec

from matches.engine.declared import declared
from matches.engine.errors import EngineError
from matches.engine.game import Game, Random
from matches.engine.inputs import Input
from matches.engine.match import MAX_STATE, Match, Snapshot, Step
from matches.engine.random import SeededRandom
from matches.engine.record import Stepped, decode_record
from matches.engine.replay import replay
from matches.engine.testing import Drive
from matches.testkit.again import elsewhere, importable
from matches.testkit.another_day import another_day
from matches.testkit.played import altered
from matches.testkit.roaming import Moves, moves_in, random_match
from matches.testkit.rules import Rules, rules_of

Swap = Callable[[Any, int | None, Random], Any]
"""`swap(state, seat, random)`: change, in the state, what this seat (None: who watches) must not know."""

_pack = msgspec.msgpack.encode


class _Kept:
    """What is remembered of a match's steps, to compare with."""

    def __init__(self) -> None:
        self.states: list[bytes] = []
        self.events: list[bytes] = []

    def __call__(self, drive: Drive, step: Step) -> None:
        match = drive.match
        before = _pack(match.state)
        for seat in (*range(len(match.setup.seats)), None):
            match.view(seat)
            if _pack(match.state) != before:
                raise AssertionError(f"{drive.game.name}: view({seat}) changes the state; copy what it shows")
        self.states.append(match.saved)
        self.events.append(_pack(step.events))


def replays_exactly(game: Rules, *, matches: int = 50, moves: Moves | None = None) -> None:
    """A match run again from its log comes to the same states and events: on another day, from its middle,
    and in another process. Rules may ask no clock, no chance but `table.random`, no order of a set, and may
    keep nothing outside the state. A class made inside a function is not run in another process."""
    rules = rules_of(game)
    played: list[tuple[Drive, _Kept]] = []
    for seed in range(matches):
        kept = _Kept()
        drive = random_match(rules, seed, moves=moves, watch=kept)
        played.append((drive, kept))
        where = f"{rules.name}, random match {seed}"
        with another_day(type(rules).__module__):
            _compare(where, type(rules)(), drive, kept, 0)
            _compare(f"{where}, from its middle", type(rules)(), drive, kept, len(kept.states) // 2)
    if not importable(rules):
        return
    told = elsewhere(rules, [(drive.match.setup, drive.records[1:]) for drive, _ in played])
    for seed, ((drive, _), hashes) in enumerate(zip(played, told, strict=True)):
        for number, (here, there) in enumerate(zip(drive.hashes, hashes, strict=False), 1):
            if here != there:
                raise AssertionError(
                    f"{rules.name}, random match {seed}: step {number} came to another state in another "
                    f"process ({there}). Is it the order of a set, or something kept outside the state?"
                )


def _compare(where: str, game: Game[Any, Any], drive: Drive, kept: _Kept, start: int) -> None:
    """Run the log again from step `start` on, whose state is taken from its bytes."""
    try:
        number = start
        for number, (match, step) in enumerate(_steps(game, drive, kept, start), start + 1):
            if match.saved != kept.states[number - 1]:
                changed = _difference(drive.game, kept.states[number - 1], match.saved)
                raise AssertionError(
                    f"{where}: step {number} came to another state when run again: {changed}"
                )
            if _pack(step.events) != kept.events[number - 1]:
                told, now = (msgspec.msgpack.decode(e) for e in (kept.events[number - 1], _pack(step.events)))
                raise AssertionError(f"{where}: step {number} told {told}, and when run again {now}")
    except EngineError as error:
        raise AssertionError(f"{where}: cannot be run again after step {number}: {error}") from error


def _steps(game: Game[Any, Any], drive: Drive, kept: _Kept, start: int) -> Any:
    if not start:
        yield from replay(game, drive.match.setup, drive.records[1:])
        return
    state = msgspec.Raw(kept.states[start - 1])
    match = Match.restore(game, _pack(Snapshot(drive.match.setup, state)))
    for data in drive.records[1 + start :]:
        record = decode_record(data)
        assert isinstance(record, Stepped)
        yield match, match.step(record.time, record.inputs, record.committed)


def _difference(game: Game[Any, Any], one: bytes, other: bytes) -> str:
    first, second = (_by_name(_decoded(game, state)) for state in (one, other))
    path, was, now = _apart(first, second, "")
    return (
        f"{path or 'the state'} was {was!r} and is {now!r}; rules ask no clock and no chance but the table's"
    )


def _by_name(state: Any) -> dict[str, Any]:
    names = state.__struct_fields__
    return {name: msgspec.to_builtins(getattr(state, name)) for name in names}


def _decoded(game: Game[Any, Any], state: bytes) -> Any:
    kinds = declared(type(game))
    try:
        return kinds.states.decode(state)
    except msgspec.DecodeError:
        return kinds.refilled.decode(state)


def _apart(one: Any, other: Any, path: str) -> tuple[str, Any, Any]:
    """Where two trees differ first."""
    if type(one) is type(other):
        if isinstance(one, dict) and one.keys() == other.keys():
            return next(
                _apart(one[key], other[key], f"{path}.{key}".lstrip("."))
                for key in one
                if one[key] != other[key]
            )
        if isinstance(one, list) and len(one) == len(other):
            return next(
                _apart(a, b, f"{path}[{n}]")
                for n, (a, b) in enumerate(zip(one, other, strict=True))
                if a != b
            )
    return path, one, other


def tells_no_secrets(
    game: Rules,
    swap: Swap,
    *,
    matches: int = 50,
    moves: Moves | None = None,
    follow: bool = True,
) -> None:
    """What a seat must not know makes no difference to what it is shown.

    After each step of random matches, and for each seat and who watches, `swap` changes what that one must
    not know; its view must stay equal, byte for byte. `follow`: the next move of another seat, where the
    rules take it in both, must look the same too: its events, and the view after it, for a secret may be
    written into what is shown (`last`, say) as it is played. Leave it off where such a move lays something
    open, as a showdown does.
    """
    rules = rules_of(game)
    chance = SeededRandom(b"what they must not know".ljust(32))
    swapped = 0
    for seed in range(matches):
        worlds: list[tuple[int | None, Match]] = []

        def watch(drive: Drive, step: Step, seed: int = seed) -> None:
            nonlocal swapped, worlds
            match = drive.match
            where = f"{rules.name}, random match {seed}, step {match.seq}"
            if follow:
                record = decode_record(drive.records[-1])
                assert isinstance(record, Stepped)
                _follow(where, match, step, record, worlds)
            worlds = []
            if match.phase != "running":
                return
            for seat in (*range(len(match.setup.seats)), None):
                world = Match.restore(rules, match.snapshot())
                swap(world.state.game, seat, chance)
                world = altered(world)
                if world.saved == match.saved:
                    continue
                swapped += 1
                _same(f"{where}: what {_who(seat)} must not know shows in its view", match, world, seat)
                worlds.append((seat, world))

        random_match(rules, seed, moves=moves, watch=watch)
    assert swapped, f"{rules.name}: swap() changed nothing in {matches} matches, so nothing was checked"


def _follow(
    where: str, match: Match, step: Step, record: Stepped, worlds: list[tuple[int | None, Match]]
) -> None:
    """What the others did next, done in the other worlds too."""
    if step.refusals or step.ended:
        return
    for seat, world in worlds:
        if seat in {move.seat for move in moves_in(record.inputs)}:
            continue
        other = world.step(record.time, record.inputs, record.committed)
        if other.refusals or other.ended:
            continue
        if _pack(other.events) != _pack(step.events):
            raise AssertionError(
                f"{where}: an event tells {_who(seat)} what it must not know: {step.events} or {other.events}"
            )
        _same(f"{where}: what {_who(seat)} must not know shows after another's move", match, world, seat)


def _same(what: str, match: Match, world: Match, seat: int | None) -> None:
    here, there = match.view(seat), world.view(seat)
    if here != there:
        path, was, now = _apart(here, there, "")
        raise AssertionError(f"{what}: {path} is {was!r} or {now!r}. Leave it out of view({seat}).")


def _who(seat: int | None) -> str:
    return "who watches" if seat is None else f"seat {seat}"


def stays_in_bounds(
    game: Rules,
    *,
    matches: int = 50,
    moves: Moves | None = None,
    state_bytes: int = MAX_STATE // 4,
    step_ms: float = 0,
) -> None:
    """The state stays below `state_bytes`, and no step takes more CPU than `step_ms` (0: 20 ms in turn games,
    a tenth of a tick in tick games). Each match's slowest step is timed three times, and the least counts."""
    rules = rules_of(game)
    for seed in range(matches):
        slowest: tuple[float, bytes, tuple[int, list[Input], int | None]] = (0.0, b"", (0, [], None))
        last = [0.0, b""]

        def watch(drive: Drive, step: Step, seed: int = seed, last: list[Any] = last) -> None:
            nonlocal slowest
            match = drive.match
            size = len(match.saved)
            assert size <= state_bytes, (
                f"{rules.name}, random match {seed}, step {match.seq}: the state has {size} bytes, above "
                f"{state_bytes}; at {MAX_STATE} the server ends the match. Keep less, or bound what grows."
            )
            record = decode_record(drive.records[-1])
            assert isinstance(record, Stepped)
            took = time.thread_time() - last[0]
            if last[1] and took > slowest[0]:
                slowest = (took, last[1], (record.time, list(record.inputs), record.committed))
            last[:] = time.thread_time(), match.snapshot()

        drive = random_match(rules, seed, moves=moves, watch=watch)
        most = step_ms or (100 / drive.match.rate if drive.match.rate else 20.0)
        if not slowest[1]:
            continue
        best = min(_timed(rules, slowest[1], slowest[2]) for _ in range(3))
        assert best <= most, (
            f"{rules.name}, random match {seed}: a step takes {best:.1f} ms of CPU, above {most:.1f}; all "
            "matches of a node wait for it."
        )


def _timed(game: Game[Any, Any], snapshot: bytes, said: tuple[int, list[Input], int | None]) -> float:
    match = Match.restore(game, snapshot)
    start = time.thread_time()
    match.step(*said)
    return 1000 * (time.thread_time() - start)


def bots_play_legally(game: Rules, *, matches: int = 20) -> None:
    """At each level the computer player, given a seat's view, makes only moves that the rules take; the same
    from the same view and chance; and when it is its turn it makes one. A game without any passes."""
    rules = rules_of(game)
    views = declared(type(rules)).views
    for level in range(1, rules.bots + 1):
        for seed in range(matches):

            def watch(drive: Drive, step: Step, level: int = level, seed: int = seed) -> None:
                match = drive.match
                turn = match.turn()
                if match.phase != "running" or (match.rate and match.seq % 8):
                    return
                for seat in range(len(match.setup.seats)) if turn is None else [turn]:
                    if seat in match.state.left:
                        continue
                    key = match.seq.to_bytes(32, "big")
                    view = match.bot_view(seat)
                    once, again = (
                        rules.bot(views.decode(view), seat, SeededRandom(key), level) for _ in range(2)
                    )
                    where = f"{rules.name}, random match {seed}, step {match.seq}: bot of level {level}"
                    assert once == again, f"{where} made {once} and {again} of the same view and chance"
                    if once is None:
                        assert turn is None, f"{where} makes no move, and it is its turn"
                        continue
                    world = Drive(rules, match.setup)
                    world.match = Match.restore(rules, match.snapshot())
                    refused = world.step(world.moved(seat, _pack(once))).refusals
                    assert not refused, f"{where} was refused {once}: {refused[0].text}"

            random_match(rules, seed, watch=watch, leavers=False)
