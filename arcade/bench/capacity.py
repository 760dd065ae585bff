"""The highest number of arena clients on one core: up in steps until a step fails twice, then in between.

Where the first try fails, half as many are tried."""

from typing import Any

import msgspec

from arcade.bench import figures
from arcade.bench.figures import Row
from arcade.bench.job import LOAD_MOST, Job
from arcade.bench.rounds import Bench, Cell, Say, bench, line
from arcade.bench.rounds import figures as figures_of

UNEVEN_MS = 25.0
"""p99 of |frame interval - period|."""
FEWEST = 19.5
"""Frames a second of every client."""
TRIES = 2
FEW = 8
"""Where not so many are carried, the search ends."""


class Options(msgspec.Struct, frozen=True):
    """`start`: clients of the first try; `step`: of the last, the first are four times as far apart."""

    start: int = 640
    step: int = 80
    most: int = 4000
    peers: tuple[str, ...] = ()
    warm: float = 3.0
    seconds: float = 10.0
    durability: str = "log"
    appendfsync: str = "always"


def too_many(row: Row) -> str:
    """Why these clients are too many; empty where they are not. `load`: that was the limit."""
    if row["load_busy"] > LOAD_MOST:
        return f"load: busy for {row['load_busy']:.0%} of the time"
    if row["refused_or_closed"]:
        return "sockets were closed or messages refused"
    if row["uneven_p99_ms"] >= UNEVEN_MS:
        return f"p99 of |frame interval - period| is {row['uneven_p99_ms']:.1f} ms"
    if row["fewest_per_second"] < FEWEST:
        return f"somebody got {row['fewest_per_second']:.2f} frames a second"
    return ""


async def run(options: Options, say: Say) -> dict[str, Any]:
    """One object. `capacity` by who; `limit`: what stopped the search."""
    async with bench(options.appendfsync) as running:
        rows: list[Row] = []
        found = {who: await _search(running, options, who, rows, say) for who in ("arcade", *options.peers)}
        return {
            "bench": "capacity",
            "durability": options.durability,
            "capacity": {who: clients for who, (clients, _) in found.items()},
            "limit": {who: limit for who, (_, limit) in found.items()},
            "bars": {"uneven_p99_ms": UNEVEN_MS, "fewest_per_second": FEWEST},
            "machine": figures.machine(running.cores),
            "options": msgspec.to_builtins(options),
            "samples": rows,
        }


async def _search(running: Bench, options: Options, who: str, rows: list[Row], say: Say) -> tuple[int, str]:
    """The most clients that were carried (0: not even a few), and why not more."""
    good, step, most, limit = options.start, 4 * options.step, options.most, ""
    while why := await _tried(running, options, who, good, rows, say):
        limit, most, good = why, good - 1, good // 2
        if why.startswith("load") or good < FEW:
            return 0, why
    while step >= options.step:
        while good + step <= most:
            if why := await _tried(running, options, who, good + step, rows, say):
                limit, most = why, good + step - 1
                if why.startswith("load"):
                    return good, why
            else:
                good += step
        step //= 2
    return good, limit


async def _tried(running: Bench, options: Options, who: str, clients: int, rows: list[Row], say: Say) -> str:
    """Empty where one of two tries was carried."""
    job = Job(
        "ticks", who, clients, warm=options.warm, seconds=options.seconds, durability=options.durability
    )
    why = ""
    for _ in range(TRIES):
        why = await _one(running, Cell(who, clients, job), rows, say)
        if not why or why.startswith("load"):
            break
    return why


async def _one(running: Bench, cell: Cell, rows: list[Row], say: Say) -> str:
    job, outcome = await running.window(cell)
    row = {"who": cell.who, "size": cell.size, **figures_of(job, outcome)}
    row["refused_or_closed"] = outcome.refused + outcome.closed
    row["why"] = outcome.failed or too_many(row)
    row["void"] = ""  # what matters here is another bar
    rows.append(row)
    say(f"{line(row)}  {row['why'] or 'carried'}")
    return str(row["why"])


def table(told: dict[str, Any]) -> str:
    """The report for people."""
    lines = [
        f"{who}: {clients} clients; then {told['limit'][who]}" for who, clients in told["capacity"].items()
    ]
    return "\n".join(lines)
