"""The cells: a mode at a rate, by every policy, over some seeds; and in which of them a peer is at least as
good."""

import asyncio
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple

import msgspec

from arcade.bench.matchmaker.live import WAITING, live
from arcade.bench.matchmaker.measure import measured
from arcade.bench.matchmaker.ours import OURS, Ours
from arcade.bench.matchmaker.peers.first_come import FirstCome
from arcade.bench.matchmaker.peers.lichess import Lichess
from arcade.bench.matchmaker.peers.nakama import Nakama
from arcade.bench.matchmaker.peers.open_match import OpenMatch
from arcade.bench.matchmaker.peers.playfab import PlayFab
from arcade.bench.matchmaker.peers.waves import Waves
from arcade.bench.matchmaker.policy import Policy
from arcade.bench.matchmaker.simulate import simulate
from arcade.bench.matchmaker.throughput import throughput
from arcade.bench.matchmaker.world import MODES, Mode, stream

POLICIES: dict[str, Callable[[Mode], Policy]] = {
    OURS: Ours,
    "first come": FirstCome,
    "waves": Waves,
    "lichess": Lichess,
    "playfab": PlayFab,
    "nakama": Nakama,
    "open match": OpenMatch,
}


class Span(NamedTuple):
    """Seconds simulated: before the window, in it, and after it, while its last players are still matched."""

    warm: float
    window: float
    after: float


SPANS = {1: Span(300, 2700, 120), 10: Span(180, 600, 90), 100: Span(90, 120, 60), 1000: Span(26, 16, 10)}
"""By rate, players a second."""


class Cell(NamedTuple):
    mode: str
    rate: int

    def __str__(self) -> str:
        return f"{self.mode}@{self.rate}"


CELLS = [Cell(mode, rate) for mode in MODES for rate in SPANS if (mode, rate) != ("ffa12", 1)]
"""Twelve for themselves at one a second is no queue anyone would open."""


class Options(msgspec.Struct, frozen=True):
    """`seconds`: of each window, instead of the cell's own. `peers`: empty for all. `waiting`:
    tickets in the live queue."""

    cells: tuple[Cell, ...] = tuple(CELLS)
    seeds: int = 5
    seconds: float | None = None
    peers: tuple[str, ...] = ()
    waiting: int = WAITING


def parsed(text: str) -> tuple[Cell, ...]:
    """Of "1v1@10,5v5@100"; ValueError names what is wrong."""
    found = []
    for part in filter(None, text.split(",")):
        mode, _, rate = part.partition("@")
        if not rate.isdecimal() or Cell(mode, int(rate)) not in CELLS:
            raise ValueError(f"{part} is none of {', '.join(map(str, CELLS))}")
        found.append(Cell(mode, int(rate)))
    return tuple(found) or tuple(CELLS)


async def run(
    options: Options, say: Callable[[str], Any], policies: Mapping[str, Callable[[Mode], Policy]] = POLICIES
) -> dict[str, Any]:
    """One object: the cells with each policy's figures, `dominated_cells`, `tickets_per_second`, `live`."""
    chosen = {
        name: make
        for name, make in policies.items()
        if name == OURS or name in options.peers or not options.peers
    }
    cells = []
    for cell in options.cells:
        cells.append(await _cell(cell, options, chosen))
        for line in _lines(cells[-1]):
            say(line)
    speed = throughput(policies[OURS], MODES["5v5"])
    service = await live(options.waiting)
    return {
        "bench": "matchmaker",
        "options": {"seeds": options.seeds, "seconds": options.seconds, "policies": list(chosen)},
        "dominated_cells": sum(bool(cell["dominated_by"]) for cell in cells),
        "dominated_cells_by_team_gap": sum(bool(cell["dominated_by_team_gap"]) for cell in cells),
        "measured_cells": len(cells),
        "tickets_per_second": speed["tickets_per_second"],
        "throughput": speed,
        "live": service,
        "cells": cells,
        "empty": False,
    }


async def _cell(
    cell: Cell, options: Options, policies: Mapping[str, Callable[[Mode], Policy]]
) -> dict[str, Any]:
    mode, span = MODES[cell.mode], SPANS[cell.rate]
    if options.seconds is not None:
        span = span._replace(window=options.seconds)
    until = span.warm + span.window
    seen: dict[str, list[dict[str, Any]]] = {name: [] for name in policies}
    for seed in range(options.seeds):
        tickets = stream(mode, cell.rate, until + span.after, seed)
        for name, make in policies.items():
            run = simulate(make(mode), tickets, mode, until + span.after)
            seen[name].append(measured(run, span.warm, until))
            await asyncio.sleep(0)  # a signal may end it
    told = {name: _merged(rows) for name, rows in seen.items()}
    return {
        "cell": str(cell),
        "mode": cell.mode,
        "rate": cell.rate,
        "dominated_by": dominating(told, "gap"),
        "dominated_by_team_gap": dominating(told, "team_gap"),
        "policies": told,
    }


def dominating(told: Mapping[str, dict[str, Any]], gap: str) -> list[str]:
    """The peers at or below ours in both p90 of the wait and p90 of this gap."""

    def both(name: str) -> tuple[float, float]:
        wait, apart = told[name]["wait"]["p90"], told[name][gap]["p90"]
        return (math.inf if wait is None else wait, math.inf if apart is None else apart)

    wait, apart = both(OURS)
    return [name for name in told if name != OURS and both(name)[0] <= wait and both(name)[1] <= apart]


def _merged(rows: Sequence[Any]) -> Any:
    """The median over the seeds of each figure; None where it is infinite or there is none."""
    if isinstance(rows[0], dict):
        return {key: _merged([row[key] for row in rows]) for key in rows[0]}
    if isinstance(rows[0], list):
        return [_merged(list(parts)) for parts in zip(*rows, strict=True)]
    values: Iterable[float] = [math.inf if math.isnan(value) else value for value in rows]
    middle = median(values)
    return None if math.isinf(middle) else round(middle, 4)


def _lines(cell: dict[str, Any]) -> list[str]:
    def of(row: dict[str, Any], *keys: str) -> str:
        return " / ".join("–" if row[key] is None else f"{row[key]:.4g}" for key in keys)

    lines = [f"{cell['cell']}: at or below ours in both: {', '.join(cell['dominated_by']) or 'none'}"]
    for name, row in cell["policies"].items():
        wait, gap = of(row["wait"], "p50", "p90", "p99"), of(row["gap"], "p50", "p90")
        lines.append(
            f"  {name:11} wait {wait:24} gap {gap:16} edge {of(row['edge'], 'p50', 'p90'):18} "
            f"gone {row['abandoned']:6.2%}  {row['cpu_us']:6.1f} µs"
        )
    return lines
