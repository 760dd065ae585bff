"""Rounds of a bench: each setting and its peers in turns, every window on a fresh server."""

import asyncio
import os
import resource
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from arcade.bench import machine, peers
from arcade.bench.figures import Row
from arcade.bench.job import Job, Outcome, void
from arcade.bench.machine import Cpu
from arcade.bench.server import LoadFailed, Serving, migrate, observed, serving
from arcade.chaos.options import Options, environment

Say = Callable[[str], None]
KNOWN_BYTES = 75
"""Of a frame, for a bare server that is measured before us."""


class Cell(NamedTuple):
    """One thing to measure: `who` is it (`arcade`, a peer, or a setting of ours), how many, by which job."""

    who: str
    size: int
    job: Job
    nodes: int = 1


class Bench:
    """The cores, the folder and the database of a run."""

    def __init__(self, folder: Path, cores: tuple[int, int], appendfsync: str) -> None:
        self.folder, self.cores, self.appendfsync = folder, cores, appendfsync

    @asynccontextmanager
    async def _server(self, cell: Cell, size: int) -> AsyncIterator[Serving]:
        if cell.job.dialect == "arcade":
            async with serving(self.folder, self.cores[0], self.appendfsync, cell.nodes) as server:
                yield server
        else:
            env = environment(self.folder, "", Options(seed="bench"))
            rate = cell.job.rate if cell.job.kind == "ticks" else 0
            async with peers.serving(
                cell.job.dialect, self.folder, self.cores[0], env, rate=rate, size=size
            ) as server:
                yield server

    async def window(self, cell: Cell, size: int = KNOWN_BYTES) -> tuple[Job, Outcome]:
        """One window on a server of its own, `failed` where no play came about. `size`: bytes of a bare
        server's frames.
        """
        async with self._server(cell, size) as server:
            job = replace(cell.job, ports=server.ports, pids=server.pids, core=self.cores[1])
            try:
                return job, await observed(job, server.env)
            except LoadFailed as error:
                return job, Outcome(failed=f"no play came about: {str(error).strip()[-300:]}")

    async def rounds(self, groups: Sequence[Sequence[Cell]], count: int, say: Say) -> list[Row]:
        """`count` rounds of every group; the order inside of a group is turned round each time."""
        rows: list[Row] = []
        sizes: dict[int, int] = {}
        for number in range(count):
            for place, group in enumerate(groups):
                for cell in group if number % 2 == 0 else reversed(group):
                    job, outcome = await self.window(cell, sizes.get(place, KNOWN_BYTES))
                    row = {"round": number, "who": cell.who, "size": cell.size, **figures(job, outcome)}
                    if job.dialect == "arcade" and row["bytes_per_frame"]:
                        sizes[place] = round(row["bytes_per_frame"])
                    rows.append(row)
                    say(line(row))
        return rows


@asynccontextmanager
async def bench(appendfsync: str = "always") -> AsyncIterator[Bench]:
    """Everything that a run starts is ended here. RuntimeError where the machine is not fit for it."""
    cores = machine.cores()
    before = os.sched_getaffinity(0)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    os.sched_setaffinity(0, {cores[1]})
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="arcade-bench-"))
    try:
        await asyncio.to_thread(migrate, folder)
        yield Bench(folder, cores, appendfsync)
    finally:
        os.sched_setaffinity(0, before)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        shutil.rmtree(folder, ignore_errors=True)


def unit(job: Job, outcome: Outcome) -> int:
    """How many of what the CPU is told for: frames that came, moves that were acknowledged, passages, seconds
    of all sockets."""
    return {
        "ticks": outcome.frames,
        "turns": outcome.answered,
        "lobby": outcome.done,
        "presence": round(outcome.seconds * job.clients),
    }.get(job.kind, 0)


def figures(job: Job, outcome: Outcome) -> Row:
    """What is told of a window. `_us`: microseconds of CPU for one unit; `_per_second`: as it went."""
    seconds, per = outcome.seconds or 1.0, unit(job, outcome)
    used = outcome.cpu_us(per)
    nodes = [cpu for name, cpu in used.items() if name.startswith("node")]
    node = sum(cpu.both for cpu in nodes)
    store = used.get("store", Cpu(0, 0))
    busy = {f"{name}_busy": round(cpu.both / seconds, 3) for name, cpu in outcome.cpu.items()}
    frames = outcome.frames
    row: Row = {
        "clients": job.sockets,
        "seconds": round(outcome.seconds, 6),
        "node_us": round(node, 2),
        "node_user_us": round(sum(cpu.user for cpu in nodes), 2),
        "node_system_us": round(sum(cpu.system for cpu in nodes), 2),
        "store_us": round(store.both, 2),
        "store_user_us": round(store.user, 2),
        "store_system_us": round(store.system, 2),
        "both_us": round(node + store.both, 2),
        "units_per_second": round(per / seconds, 1),
        "units_per_core": round(1e6 / (node + store.both), 1) if node + store.both else 0,
        "latency_p50_ms": outcome.latency.p50,
        "latency_p99_ms": outcome.latency.p99,
        "line_p50_ms": outcome.lines.p50,
        "line_p99_ms": outcome.lines.p99,
        "uneven_p99_ms": outcome.uneven.p99,
        "late_p99_ms": outcome.late,
        "rate": round(frames / seconds / job.sockets, 2) if job.kind in ("ticks", "presence") else 0,
        "socket_bytes": round(outcome.frame_bytes / seconds / job.sockets) if job.kind == "presence" else 0,
        "fewest_per_second": round(outcome.fewest, 2) if job.kind == "ticks" else 0,
        "frames": frames,
        "bytes_per_frame": round(outcome.frame_bytes / frames, 1) if frames else 0,
        "keyframes": outcome.keyframes,
        "moves": outcome.moves,
        "answered": outcome.answered,
        "bytes_per_socket": round(outcome.rss),
        "sockets_at": outcome.at,
        "connects_per_second": round(outcome.connects, 1),
        **busy,
        "load_busy": round(outcome.load_busy, 3),
        "load_lag_p99_ms": outcome.lag.p99,
    }
    return row | {"void": void(job, outcome)}


def line(row: Row) -> str:
    """A round, for people."""
    said = [f"{row['who']:10} {row['size']:5}"]
    if row["both_us"]:
        said.append(f"node {row['node_us']:7.1f} + store {row['store_us']:5.1f} µs")
        said.append(f"{row['units_per_second']:8.0f}/s")
    if row["bytes_per_socket"]:
        said.append(f"{row['bytes_per_socket']} B a socket, {row['connects_per_second']:.0f} connects/s")
    if row["latency_p99_ms"]:
        said.append(f"latency {row['latency_p50_ms']:.1f} / {row['latency_p99_ms']:.1f} ms")
    if row["uneven_p99_ms"]:
        said.append(f"uneven p99 {row['uneven_p99_ms']:.1f} ms")
    said.append(f"load {row['load_busy']:.0%}")
    if row["void"]:
        said.append(f"void: {row['void']}")
    return "  ".join(said)


def by_cell(rows: Sequence[Row]) -> dict[tuple[int, str], list[Row]]:
    """The rows of each size and who."""
    cells: dict[tuple[int, str], list[Row]] = {}
    for row in rows:
        cells.setdefault((row["size"], row["who"]), []).append(row)
    return cells
