"""The window in which a load measures: CPU of all processes, its own lateness, what its sockets counted."""

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from arcade.bench import machine, pacing
from arcade.bench.http import Connection
from arcade.bench.job import Job, Outcome
from arcade.bench.sample import latency
from arcade.bench.sockets import Count, Socket

LATENESS = re.compile(r'^arcade_tick_lateness_seconds_bucket\{le="([^"]+)"\} (\S+)$', re.MULTILINE)


@asynccontextmanager
async def window(job: Job, count: Count, sockets: Sequence[Socket]) -> AsyncIterator[Outcome]:
    """Between entering and leaving all is counted; the outcome is filled in when it is left."""
    outcome, lags = Outcome(), list[float]()
    ticking = job.kind == "ticks" and job.dialect == "arcade"
    before_late = await _lateness(job) if ticking else {}
    lagging = asyncio.create_task(pacing.lag(lags))
    for socket in sockets:
        socket.frames, socket.last = 0, 0.0
    before = {name: machine.cpu_of(pid) for name, pid in job.pids.items()}
    own, began = machine.cpu_of(os.getpid()), time.perf_counter()
    count.counting = True
    try:
        yield outcome
        count.counting = False
        outcome.seconds = time.perf_counter() - began
        outcome.load = machine.cpu_of(os.getpid()).since(own)
        outcome.cpu = {name: machine.cpu_of(pid).since(before[name]) for name, pid in job.pids.items()}
        if lagging.done():
            lagging.result()
    finally:
        count.counting = False
        lagging.cancel()
    if ticking:
        outcome.late = _p99(before_late, await _lateness(job))
    outcome.lag = latency(lags)
    outcome.at = [count.at[port] for port in job.ports]
    _counted(outcome, count, sockets)


def _counted(outcome: Outcome, count: Count, sockets: Sequence[Socket]) -> None:
    outcome.frames = sum(socket.frames for socket in sockets)
    outcome.fewest = min((socket.frames for socket in sockets), default=0) / outcome.seconds
    outcome.frame_bytes, outcome.keyframes = count.frame_bytes, count.keyframes
    outcome.moves, outcome.answered = count.moves, len(count.latencies)
    outcome.refused, outcome.closed = count.refused, count.closed
    outcome.codes, outcome.said = dict(count.codes), count.said
    outcome.latency, outcome.uneven = latency(count.latencies), latency(count.uneven)


async def _lateness(job: Job) -> dict[float, float]:
    """How many phases of ticks began late by at most so many seconds, all nodes summed."""
    sums: dict[float, float] = {}
    for port in job.ports:
        line = Connection(port)
        try:
            for bound, number in LATENESS.findall(await line.get("/metrics")):
                sums[float(bound)] = sums.get(float(bound), 0.0) + float(number)
        finally:
            line.close()
    return sums


def _p99(before: dict[float, float], after: dict[float, float]) -> float | None:
    """Milliseconds, by straight lines inside the histogram's steps; None where nothing is told."""
    counts = {bound: number - before.get(bound, 0.0) for bound, number in sorted(after.items())}
    due = 0.99 * max(counts.values(), default=0.0)
    low = below = 0.0
    for bound, number in counts.items():
        if due and number >= due:
            share = (due - below) / (number - below)
            return round(1000 * (low + share * (bound - low) if bound != float("inf") else low), 3)
        low, below = bound, number
    return None
