"""Everyone that a load generator plays: seats them, has them play, and measures one window of it."""

import asyncio
import gc
import sys
import time
from collections.abc import Sequence
from random import Random

from arcade.bench import idling, passages, presence
from arcade.bench.entering import enter
from arcade.bench.job import Job, Outcome
from arcade.bench.pacing import SLOTS, slots
from arcade.bench.seats import Turns
from arcade.bench.sockets import Count, Socket
from arcade.bench.window import window
from arcade.bench.wire import STEPS
from arcade.infra import redis

READY_SECONDS = 60.0
ARENA_SECONDS = 88.0
"""That an arena match lasts, less a little."""
KEEP_SLOTS = 20


async def run(job: Job) -> Outcome:
    """Needs a server that runs. RuntimeError or TimeoutError where no play comes about."""
    try:
        match job.kind:
            case "idle":
                return await idling.run(job)
            case "lobby":
                return await passages.run(job)
            case "presence":
                return await presence.run(job)
        return await play(job)
    finally:
        await redis.close()


async def play(job: Job) -> Outcome:
    """Of `ticks` or `turns`. TimeoutError or RuntimeError where not everyone comes to sit in time."""
    began = time.perf_counter()
    count = Count(1 / job.rate if job.kind == "ticks" else 0.0)
    sockets = await enter(job, count)
    players = sockets[: job.clients]
    tasks = [asyncio.create_task(keep(sockets))]

    def all_here(socket: Socket) -> bool:
        return socket.running if isinstance(socket, Turns) else socket.ready

    async with asyncio.timeout(READY_SECONDS):
        while not all(map(all_here, sockets)):
            if count.refused or count.closed:
                raise RuntimeError(
                    f"{count.closed} sockets were closed, {count.refused} refused: {count.said}"
                )
            await asyncio.sleep(0.02)
    gc.collect()
    gc.freeze()
    if late := too_late(job, time.perf_counter() - began):
        raise RuntimeError(late)
    if job.kind == "ticks":
        tasks.append(asyncio.create_task(steer(players, job.rate)))
    for player in players:
        if isinstance(player, Turns):
            player.begun = True
            player.answer()
    try:
        await asyncio.sleep(job.warm)
        async with window(job, count, sockets) as outcome:
            await asyncio.sleep(job.seconds)
        for task in tasks:
            if task.done():
                task.result()
        if count.said:
            sys.stderr.write(count.said + "\n")
        return outcome
    finally:
        count.closing = True
        for task in tasks:
            task.cancel()
        for socket in sockets:
            socket.leave()


def too_late(job: Job, seating: float) -> str:
    """What to say where matches that began first would end within the window; else nothing."""
    if job.game == "arena" and job.dialect == "arcade" and seating + job.warm + job.seconds > ARENA_SECONDS:
        return f"seating took {seating:.0f} s, so the first matches would end within the window"
    return ""


async def steer(players: Sequence[Socket], rate: int) -> None:
    """Each player one move in each period, at its own moment in it, however late the loop is."""
    random = Random(1)  # noqa: S311
    moves = [random.choice(STEPS) for _ in range(9973)]
    groups = [players[slot::SLOTS] for slot in range(SLOTS)]
    at = 0
    async for slot in slots(rate):
        for player in groups[slot]:
            player.step(moves[at])
            at = at + 1 if at < 9972 else 0


async def keep(sockets: Sequence[Socket]) -> None:
    """Each says once a second what keeps it alive."""
    slot = 0
    while True:
        for socket in sockets[slot::KEEP_SLOTS]:
            socket.keep()
        slot = (slot + 1) % KEEP_SLOTS
        await asyncio.sleep(1 / KEEP_SLOTS)
