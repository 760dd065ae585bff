"""Seats everyone, has them play, and measures one window of it."""

import asyncio
import gc
import os
import time
from random import Random

from arcade.bench import machine, pacing
from arcade.bench.client import Client, Tally
from arcade.bench.sample import Load, Sample, latency
from arcade.bench.seating import chairs, hand_over
from arcade.infra import redis

CONNECTING = 50
"""Sockets opened at once."""
BEGIN_SECONDS = 30.0
PUMP_SECONDS = 0.25


async def run(load: Load) -> Sample:
    """Needs a node that runs. RuntimeError or TimeoutError where no play comes about."""
    loop, tally, random = asyncio.get_running_loop(), Tally(), Random(1)  # noqa: S311

    held: list[Client] = []
    """Whose turn it is already, until everyone is there."""
    all_here = False

    def turn(client: Client) -> None:
        if not all_here:
            held.append(client)
            return
        think = load.think * (0.9 + 0.2 * random.random())
        loop.call_later(think if client.session.number else think * random.random(), client.drop_disc)

    seats = await chairs(await hand_over(load.game, load.mode, load.durability, load.seats, load.matches))
    clients = [Client(tally, None if load.rate else turn) for _ in seats]
    for start in range(0, len(seats), CONNECTING):
        pairs = list(zip(clients, seats, strict=True))[start : start + CONNECTING]
        await asyncio.gather(*(client.connect(load.port, seat) for client, seat in pairs))
    async with asyncio.timeout(BEGIN_SECONDS):
        while not all(client.playing for client in clients):
            await asyncio.sleep(0.02)
    all_here = True
    for client in held:
        turn(client)
    gc.collect()
    gc.freeze()
    lags: list[float] = []
    tasks = [asyncio.create_task(_pump(clients)), asyncio.create_task(pacing.lag(lags))]
    if load.rate:
        tasks.append(asyncio.create_task(_steer(clients, load.rate, random)))
    try:
        await asyncio.sleep(load.warm)
        lags.clear()
        pids = (load.node_pid, load.store_pid, os.getpid())
        before, began = [machine.cpu_of(pid) for pid in pids], time.perf_counter()
        tally.counting = True
        await asyncio.sleep(load.seconds)
        tally.counting = False
        seconds = time.perf_counter() - began
        used = [machine.cpu_of(pid).since(cpu) for pid, cpu in zip(pids, before, strict=True)]
        for task in tasks:
            if task.done():
                task.result()
    finally:
        tally.closing = True
        for task in tasks:
            task.cancel()
        for client in clients:
            client.leave()
        await redis.close()
    return Sample(
        load.durability, load.clients, load.rate, seconds, tally.frames, tally.frame_bytes, tally.moves,
        tally.acked, tally.refused, tally.closed, latency(tally.latencies), latency(lags), *used,
    )  # fmt: skip


async def _pump(clients: list[Client]) -> None:
    while True:
        await asyncio.sleep(PUMP_SECONDS)
        for client in clients:
            client.pump()


async def _steer(clients: list[Client], rate: int, random: Random) -> None:
    """Each client one move in each period, however late the loop is."""
    async for slot in pacing.slots(rate):
        for client in clients[slot :: pacing.SLOTS]:
            if client.playing:
                client.run_somewhere(random)
