"""The workloads of `manage.py bench`: what each measures, against whom, and what it tells."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from arcade.bench import figures
from arcade.bench.figures import Row
from arcade.bench.job import Job
from arcade.bench.rounds import Cell, Say, bench, by_cell


class Options(msgspec.Struct, frozen=True):
    """`sizes`: clients, matches, spectators, sockets or players at a time; empty: the workload's own."""

    workload: str
    sizes: tuple[int, ...] = ()
    peers: tuple[str, ...] = ()
    rounds: int = 5
    warm: float | None = None
    seconds: float | None = None
    durability: str = "log"
    appendfsync: str = "always"
    idle: str = "seat"


class Workload(NamedTuple):
    """`unit`: what CPU is told for. `job`: for one of size 1; `sizes`: what is measured by default."""

    unit: str
    job: Job
    sizes: tuple[int, ...]
    peers: tuple[str, ...]
    size_is: str


WORKLOADS = {
    "arena": Workload(
        "client_tick", Job("ticks", "arcade", 1), (320,), ("colyseus", "channels", "picows"), "clients"
    ),
    "moves": Workload(
        "move",
        Job("turns", "arcade", 1, seats=2, game="endless-four", mode="standard"),
        (50, 500),
        (),
        "matches",
    ),
    "fanout": Workload(
        "delivered_frame", Job("ticks", "arcade", 8), (1, 100, 1000), ("picows", "colyseus"), "spectators"
    ),
    "idle": Workload(
        "socket",
        Job("idle", "arcade", 1, seats=2, game="connect-four", mode="standard", seconds=3.0),
        (1000, 5000),
        ("colyseus", "picows"),
        "sockets",
    ),
    "nodes": Workload("client_tick", Job("ticks", "arcade", 1), (320,), (), "clients"),
    "lobby": Workload("passage", Job("lobby", "arcade", 1, seconds=15.0), (20,), (), "players at a time"),
    "presence": Workload("socket_second", Job("presence", "arcade", 1), (100, 300, 1000), (), "sockets"),
}

KEYS = (
    "node_us", "node_user_us", "node_system_us", "store_us", "store_user_us", "store_system_us", "both_us",
    "units_per_second", "units_per_core",
    "latency_p50_ms", "latency_p99_ms", "line_p50_ms", "line_p99_ms", "uneven_p99_ms", "late_p99_ms",
    "rate", "fewest_per_second", "bytes_per_frame", "socket_bytes", "bytes_per_socket", "connects_per_second",
    "load_busy", "load_lag_p99_ms",
)  # fmt: skip
"""Of each cell, with their spread."""
NODES = {"one": 1, "two": 2, "apart": 2}
"""The settings of `nodes`; `apart`: half of a match's players are on the other node."""


def groups(options: Options) -> list[list[Cell]]:
    """Who is measured beside whom: one group for each size."""
    workload = WORKLOADS[options.workload]
    given = {"warm": options.warm, "seconds": options.seconds}
    base = replace(
        workload.job, durability=options.durability, idle=options.idle,
        **{name: value for name, value in given.items() if value is not None},
    )  # fmt: skip
    found = []
    for size in options.sizes or workload.sizes:
        if workload.size_is == "spectators":
            job = replace(base, watchers=size)
        else:
            job = replace(base, clients=size * (2 if workload.size_is == "matches" else 1))
        if options.workload == "nodes":
            found.append([Cell(who, size, replace(job, apart=who == "apart"), n) for who, n in NODES.items()])
        else:
            found.append(
                [
                    Cell("arcade", size, job),
                    *(Cell(peer, size, replace(job, dialect=peer)) for peer in options.peers),
                ]
            )
    return found


async def run(options: Options, say: Say) -> dict[str, Any]:
    """One object. Everything started here is ended here."""
    async with bench(options.appendfsync) as running:
        rows = await running.rounds(groups(options), options.rounds, say)
        return report(options, rows, running.cores)


def report(options: Options, rows: Sequence[Row], cores: tuple[int, int]) -> dict[str, Any]:
    """`ratio`, `rounds` and the like at the top are of the first size and the first peer."""
    cells = by_cell(rows)
    key = "bytes_per_socket" if options.workload == "idle" else "both_us"
    name = key if options.workload == "idle" else f"us_per_{WORKLOADS[options.workload].unit}"
    first = "one" if options.workload == "nodes" else "arcade"
    ratios = [
        {"size": size, "peer": who, **(figures.ratio(cells[size, first], theirs, key) or {"median": None})}
        for (size, who), theirs in cells.items()
        if who != first
    ]
    told = [{"size": size, "who": who, **figures.cell(cell, KEYS)} for (size, who), cell in cells.items()]
    head = [cell for cell in told if cell["size"] == told[0]["size"]]
    return {
        "bench": options.workload,
        "durability": options.durability,
        "rounds": min(cell["rounds"] for cell in head),
        "void": sum(cell["void"] for cell in told),
        "empty": not all(cell["rounds"] for cell in told),
        "ratio": ratios[0]["median"] if ratios else None,
        name: {cell["who"]: (cell[key] or {}).get("median") for cell in head},
        **extra(options, told),
        "ratios": ratios,
        "cells": told,
        "machine": figures.machine(cores),
        "options": msgspec.to_builtins(options),
        "samples": list(rows),
    }


def extra(options: Options, told: Sequence[Row]) -> Row:
    """What only this workload tells."""
    medians = {(c["size"], c["who"]): (c["both_us"] or {}).get("median") for c in told}
    if options.workload == "arena":
        at_320 = medians.get((320, "arcade"))
        return {
            "growth": {
                str(size): round(us / at_320, 3)
                for (size, who), us in medians.items()
                if who == "arcade" and us and at_320
            }
        }
    if options.workload == "presence":
        first = next((us for us in medians.values() if us), None)
        return {
            "growth": {str(size): round(us / first, 3) for (size, _), us in medians.items() if us and first}
        }
    if options.workload == "nodes":
        node = {c["who"]: (c["node_us"] or {}).get("median") for c in told}
        carries = {
            who: round(2 * node["one"] / node[who], 2)
            for who in ("two", "apart")
            if node["one"] and node[who]
        }
        return {"carries": carries, "carries_by": "CPU accounting: both nodes share one core here"}
    return {}


def table(told: dict[str, Any]) -> str:
    """The report for people."""
    cells = told["cells"]
    unit = WORKLOADS[told["bench"]].unit.replace("_", "-")
    titles = {
        "rounds": "rounds that count", "void": "void rounds",
        "node_us": f"node, µs CPU per {unit}", "node_user_us": "  user", "node_system_us": "  system",
        "store_us": f"Valkey, µs per {unit}", "both_us": f"both, µs per {unit}",
        "units_per_second": f"{unit}s a second", "units_per_core": f"{unit}s a second and full core",
        "latency_p50_ms": "latency p50, ms", "latency_p99_ms": "latency p99, ms",
        "line_p50_ms": "a line of chat p50, ms", "line_p99_ms": "a line of chat p99, ms",
        "uneven_p99_ms": "|interval - period| p99, ms", "late_p99_ms": "tick lateness p99, ms",
        "rate": "frames a second and socket", "fewest_per_second": "  the fewest",
        "bytes_per_frame": "bytes per frame", "socket_bytes": "bytes a second and socket",
        "bytes_per_socket": "bytes per socket",
        "connects_per_second": "connects a second", "load_busy": "load generator, busy",
        "load_lag_p99_ms": "  its lateness p99, ms",
    }  # fmt: skip
    out = []
    for size in dict.fromkeys(cell["size"] for cell in cells):
        these = [cell for cell in cells if cell["size"] == size]
        lines = [(title, [cell[key] for cell in these]) for key, title in titles.items()]
        kept = [(title, row) for title, row in lines if any(_says(value) for value in row)]
        out.append(
            f"{told['bench']}: {size} {WORKLOADS[told['bench']].size_is}, durability {told['durability']}"
        )
        out.append(figures.table([cell["who"] for cell in these], kept))
        ratios = [each for each in told["ratios"] if each["size"] == size and each["median"]]
        out += [f"ratio to {each['peer']}: {figures.shown(each)}" for each in ratios]
        out.append("")
    out += [f"{name}: {told[name]}" for name in ("growth", "carries") if told.get(name)]
    return "\n".join(out)


def _says(value: Any) -> bool:
    return bool(value["median"]) if isinstance(value, dict) else bool(value)
