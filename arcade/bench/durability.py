"""`manage.py bench durability`: what the log costs, by the same play with it and without, in turns."""

from typing import Any

import msgspec

from arcade.bench.figures import machine as about
from arcade.bench.figures import shown, spread
from arcade.bench.rounds import Bench, Say, bench
from arcade.bench.sample import Load, Sample
from arcade.bench.server import measured, serving

SETTINGS = ("log", "none")
MOVES_MOST = 36
"""Of a match of connect four within warm-up and window; the board is full after 42."""


class Options(msgspec.Struct, frozen=True):
    """`rounds`: windows of each workload with each setting, of `seconds` each after `warm` seconds."""

    rounds: int = 3
    seconds: float = 8.0
    warm: float = 2.0
    rooms: int = 16
    pairs: int = 200
    appendfsync: str = "always"
    workloads: tuple[str, ...] = ("arena", "connect-four")


async def run(options: Options, say: Say) -> dict[str, Any]:
    """Everything started here is ended here. RuntimeError where the machine or the play is not fit for it."""
    windows: list[dict[str, Any]] = []
    async with bench(options.appendfsync) as running:
        for number in range(options.rounds):
            for workload in options.workloads:
                for durability in SETTINGS if number % 2 == 0 else reversed(SETTINGS):
                    sample = await _window(options, workload, durability, running)
                    windows.append({"round": number, "workload": workload, **_figures(sample)})
                    say(_line(windows[-1]))
    return report(options, windows, running.cores)


async def _window(options: Options, workload: str, durability: str, running: Bench) -> Sample:
    async with serving(running.folder, running.cores[0], running.appendfsync) as server:
        arena = workload == "arena"
        load = Load(
            game=workload,
            mode="ffa" if arena else "standard",
            durability=durability,
            matches=options.rooms if arena else options.pairs,
            seats=8 if arena else 2,
            rate=20 if arena else 0,
            think=(options.warm + options.seconds) / MOVES_MOST,
            warm=options.warm,
            seconds=options.seconds,
            port=server.ports[0],
            node_pid=server.pids["node"],
            store_pid=server.pids["store"],
            core=running.cores[1],
        )
        return await measured(load, server.env)


def _figures(sample: Sample) -> dict[str, Any]:
    node, store = sample.per_frame(sample.node), sample.per_frame(sample.store)
    return {
        "durability": sample.durability,
        "clients": sample.clients,
        "seconds": round(sample.seconds, 3),
        "node_us": round(node["both"], 2),
        "node_user_us": round(node["user"], 2),
        "node_system_us": round(node["system"], 2),
        "store_us": round(store["both"], 2),
        "both_us": round(node["both"] + store["both"], 2),
        "latency_p50_ms": sample.latency.p50,
        "latency_p99_ms": sample.latency.p99,
        "frames": sample.frames,
        "frames_per_second": round(sample.frames / sample.seconds, 1),
        "bytes_per_frame": round(sample.frame_bytes / sample.frames, 1) if sample.frames else 0,
        "moves": sample.moves,
        "acked": sample.acked,
        "node_busy": round(sample.node.both / sample.seconds, 3),
        "store_busy": round(sample.store.both / sample.seconds, 3),
        "load_busy": round(sample.load_busy, 3),
        "load_lag_p99_ms": sample.lag.p99,
        "void": sample.void,
    }


SPREAD = (
    "node_us", "node_user_us", "node_system_us", "store_us", "both_us", "latency_p50_ms", "latency_p99_ms",
    "frames_per_second", "bytes_per_frame", "node_busy", "store_busy", "load_busy", "load_lag_p99_ms",
)  # fmt: skip


def report(options: Options, rounds: list[dict[str, Any]], cores: tuple[int, int]) -> dict[str, Any]:
    """One object. Medians and spreads are of the rounds that count; `us` are of CPU per client-tick: for each
    frame that came to a client.
    """
    workloads: dict[str, Any] = {}
    for name in options.workloads:
        cells = {d: [r for r in rounds if (r["workload"], r["durability"]) == (name, d)] for d in SETTINGS}
        workloads[name] = {d: _cell(cells[d]) for d in SETTINGS}
        workloads[name]["ratio"] = _ratio(cells)
    return {
        "bench": "durability",
        "machine": about(cores),
        "options": msgspec.to_builtins(options),
        "workloads": workloads,
        "void": sum(bool(r["void"]) for r in rounds),
        "empty": not all(workloads[name][d]["rounds"] for name in workloads for d in SETTINGS),
        "rounds": rounds,
    }


def _cell(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    good = [r for r in rounds if not r["void"]]
    return {
        "clients": rounds[0]["clients"] if rounds else 0,
        "rounds": len(good),
        "void": len(rounds) - len(good),
        **{name: spread(r[name] for r in good) for name in SPREAD},
    }


def _ratio(cells: dict[str, list[dict[str, Any]]]) -> dict[str, float] | None:
    """CPU with the log to CPU without, node and store summed, of the rounds in which both count."""
    pairs = zip(cells["log"], cells["none"], strict=True)
    counted = [(log, none) for log, none in pairs if not log["void"] and not none["void"]]
    return spread(round(log["both_us"] / none["both_us"], 3) for log, none in counted)


def _line(figures: dict[str, Any]) -> str:
    void = f"  void: {figures['void']}" if figures["void"] else ""
    return (
        f"{figures['workload']:13} {figures['durability']:5} node {figures['node_us']:6.1f} µs  "
        f"store {figures['store_us']:5.1f} µs  move to frame {figures['latency_p50_ms']:6.2f} / "
        f"{figures['latency_p99_ms']:6.2f} ms  load busy {figures['load_busy']:.0%}{void}"
    )


def table(told: dict[str, Any]) -> str:
    """The report for people."""
    lines = []
    rows = {
        "node, µs CPU per client-tick": "node_us",
        "  user": "node_user_us",
        "  system": "node_system_us",
        "Valkey, µs per client-tick": "store_us",
        "both, µs per client-tick": "both_us",
        "move to frame p50, ms": "latency_p50_ms",
        "move to frame p99, ms": "latency_p99_ms",
        "frames a second": "frames_per_second",
        "bytes per frame": "bytes_per_frame",
        "busy: node": "node_busy",
        "busy: Valkey": "store_busy",
        "busy: load generator": "load_busy",
    }
    for name, cells in told["workloads"].items():
        counts = ", ".join(f"{d} {cells[d]['rounds']} rounds, {cells[d]['void']} void" for d in SETTINGS)
        lines += [f"{name}: {cells['log']['clients']} clients ({counts})", f"{'':30}{'log':>26}{'none':>26}"]
        for title, key in rows.items():
            lines.append(f"{title:30}" + "".join(f"{shown(cells[d][key]):>26}" for d in SETTINGS))
        lines += [f"{'CPU, log / none':30}{shown(cells['ratio']):>26}", ""]
    return "\n".join(lines)
