"""Which rounds count, what is made of them, and how the capacity is searched; without a server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from arcade.bench import capacity, figures, rounds, window, workloads
from arcade.bench.job import Job, Outcome, void
from arcade.bench.machine import Cpu
from arcade.bench.rounds import Bench, Cell
from arcade.bench.server import LoadFailed, Serving

JOB = Job("ticks", "arcade", 100)
GOOD = Outcome(seconds=10, frames=20_000, moves=20_000, load=Cpu(5, 3), answered=1, done=1)


@pytest.mark.parametrize(
    ("job", "changes", "said"),
    [
        (JOB, {}, ""),
        (JOB, {"load": Cpu(5, 3.6)}, "busy"),
        (JOB, {"frames": 19_700}, "19700 frames"),
        (JOB, {"frames": 19_900}, ""),
        (JOB, {"moves": 19_700}, "19700 moves"),
        (replace(JOB, dialect="colyseus"), {"frames": 19_850}, ""),
        (replace(JOB, dialect="colyseus"), {"frames": 19_700}, "19700 frames"),
        (replace(JOB, dialect="colyseus"), {"moves": 19_700}, "19700 moves"),
        (JOB, {"failed": "no play came about"}, "no play"),
        (JOB, {"closed": 1}, "1 sockets"),
        (JOB, {"refused": 1}, "1 messages"),
        (replace(JOB, watchers=100), {}, "40000"),
        (replace(JOB, kind="turns"), {"frames": 0, "moves": 0}, ""),
        (replace(JOB, kind="turns"), {"answered": 0}, "no move"),
        (replace(JOB, kind="lobby"), {"done": 0}, "nobody"),
    ],
)
def test_void(job: Job, changes: dict[str, Any], said: str) -> None:
    reason = void(job, replace(GOOD, **changes))
    assert said in reason
    assert bool(said) == bool(reason)


def row(number: int, us: float, reason: str = "") -> figures.Row:
    return {"round": number, "both_us": us, "void": reason}


def test_the_ratio_is_of_the_rounds_that_count_on_both_sides() -> None:
    ours = [row(0, 10), row(1, 30), row(2, 10, "void"), row(3, 20)]
    theirs = [row(3, 40), row(2, 1), row(1, 10), row(0, 100, "void")]
    assert figures.ratio(ours, theirs, "both_us") == {"median": 1.75, "low": 0.5, "high": 3.0}
    assert figures.ratio(ours[:1], theirs[3:], "both_us") is None


def test_a_cell_leaves_out_what_is_void() -> None:
    told = figures.cell([row(0, 10), row(1, 90, "void"), row(2, 30)], ["both_us"])
    assert told == {"rounds": 2, "void": 1, "both_us": {"median": 20, "low": 10, "high": 30}}


def test_lateness_is_read_from_the_steps_of_a_histogram() -> None:
    before = {0.001: 100.0, 0.005: 100.0, float("inf"): 100.0}
    after = {0.001: 198.0, 0.005: 200.0, float("inf"): 200.0}
    assert window._p99(before, after) == 3.0
    assert window._p99(before, before) is None


async def test_a_window_without_play_is_void_and_the_run_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first comes to nothing, the second is good; of the first nothing is counted."""
    outcomes: list[Outcome | LoadFailed] = [LoadFailed("Traceback\nTimeoutError: too slow"), GOOD]

    async def observed(job: Job, env: Any) -> Outcome:
        outcome = outcomes.pop(0)
        if isinstance(outcome, LoadFailed):
            raise outcome
        return outcome

    @asynccontextmanager
    async def server(self: Bench, cell: Cell, size: int) -> AsyncIterator[Serving]:
        yield Serving([1], {}, {})

    monkeypatch.setattr(rounds, "observed", observed)
    monkeypatch.setattr(Bench, "_server", server)
    cell = Cell("arcade", 100, JOB)
    rows = await Bench(Path(), (1, 0), "always").rounds([[cell]], 2, lambda line: None)
    assert [bool(row["void"]) for row in rows] == [True, False]
    assert "too slow" in rows[0]["void"]
    told = workloads.report(workloads.Options("arena"), rows, (1, 0))
    assert (told["rounds"], told["void"], told["empty"]) == (1, 1, False)


class Machine(Bench):
    """Carries so many clients; `shaky`: fails each size once before it carries it."""

    def __init__(self, carried: int, shaky: bool = False, load_until: int = 10_000) -> None:
        self.carried, self.load_until = carried, load_until
        self.failed: set[int] | None = set() if shaky else None
        self.tried: list[int] = []

    async def window(self, cell: Any, size: int = 0) -> tuple[Job, Outcome]:
        self.tried.append(cell.size)
        good = cell.size <= self.carried
        if self.failed is not None and cell.size not in self.failed:
            self.failed.add(cell.size)
            good = False
        busy = Cpu(9, 0) if cell.size > self.load_until else Cpu(1, 0)
        return cell.job, replace(GOOD, fewest=20.0 if good else 19.4, load=busy)


async def searched(machine: Machine, **more: Any) -> tuple[int, str]:
    options = capacity.Options(start=640, step=80, **more)
    return await capacity._search(machine, options, "arcade", [], lambda line: None)


@pytest.mark.parametrize(
    ("carried", "found"), [(1300, 1280), (1279, 1200), (640, 640), (639, 560), (3, 0), (2200, 2160)]
)
async def test_capacity(carried: int, found: int) -> None:
    machine = Machine(carried)
    assert (await searched(machine))[0] == found
    failed = [size for size in machine.tried if size > carried]
    assert all(failed.count(size) == 2 for size in failed)


async def test_a_size_has_two_tries() -> None:
    machine = Machine(1000, shaky=True)
    assert (await searched(machine))[0] == 960
    assert machine.tried.count(960) == 2
    assert machine.tried.count(1040) == 2


async def test_a_load_that_is_the_limit_is_said() -> None:
    clients, why = await searched(Machine(5000, load_until=1000))
    assert (clients, why.split(":")[0]) == (960, "load")


async def test_the_search_ends_at_the_most() -> None:
    assert (await searched(Machine(5000), most=1600))[0] == 1600
