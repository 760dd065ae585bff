"""Sockets that are only there: what each costs in memory, and how fast they come."""

import asyncio
import time

from msgspec.structs import replace
from picows import WSFrame, WSTransport

from arcade.bench import machine, seating, wire
from arcade.bench.entering import AT_ONCE, enter, in_turn, watch
from arcade.bench.job import Job, Outcome
from arcade.bench.seats import SUBPROTOCOL, Arcade
from arcade.bench.sockets import Count, Socket
from arcade.bench.window import window

FIRST = 50
"""Sockets before the counting begins: what is loaded with the first is no socket's own."""
SETTLE_SECONDS = 2.0
PING_SECONDS = 10.0
PING_SLOTS = 100
READY_SECONDS = 30.0


class Visitor(Arcade):
    """Somebody in the lobby."""

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        self.send(wire.LOBBY_HELLO)

    def heard(self, frame: WSFrame, now: float) -> None:
        kind = frame.get_payload_as_memoryview()[1]
        self.ready = self.ready or kind == wire.LOBBY_WELCOME
        self.count.refused += kind == wire.ERROR


class Idlers:
    """All sockets so far. `match`: the one that all spectators watch."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.count = Count(0)
        self.sockets: list[Socket] = []
        self.match = ""

    async def open(self, number: int) -> None:
        """So many more; returns when each has heard its server."""
        target = len(self.sockets) + number
        while len(self.sockets) < target:
            self.sockets += await self._some(min(4 * AT_ONCE, target - len(self.sockets)))
        async with asyncio.timeout(READY_SECONDS):
            while not all(socket.ready for socket in self.sockets):
                await asyncio.sleep(0.02)

    async def _some(self, number: int) -> list[Socket]:
        job = self.job
        if job.dialect != "arcade" or job.idle == "seat":
            return await enter(replace(job, clients=number), self.count)
        if job.idle == "watch":
            if self.match:
                return await watch(job, self.count, self.match, number)
            players = await enter(replace(job, clients=job.seats), self.count)
            self.match = next(s.match for s in players if isinstance(s, Arcade))
            return players
        sockets: list[Socket] = [Visitor(self.count, None) for _ in range(number)]
        tickets = await seating.lobby_tickets(number)
        url = f"ws://127.0.0.1:{job.ports[0]}/ws/lobby/?ticket="
        await in_turn([s.connect(url + t, SUBPROTOCOL) for s, t in zip(sockets, tickets, strict=True)])
        return sockets

    async def ping(self) -> None:
        """As a client does that hears nothing, until cancelled."""
        slot = 0
        while True:
            for socket in self.sockets[slot::PING_SLOTS]:
                if isinstance(socket, Arcade):
                    socket.send(wire.PING)
            slot = (slot + 1) % PING_SLOTS
            await asyncio.sleep(PING_SECONDS / PING_SLOTS)


async def run(job: Job) -> Outcome:
    """`job.clients` sockets; `rss` and `connects` of the outcome are theirs. The window is at rest."""
    idlers, node = Idlers(job), job.pids["node"]
    pinging = asyncio.create_task(idlers.ping())
    try:
        await idlers.open(FIRST)
        await asyncio.sleep(SETTLE_SECONDS)
        before, began = machine.memory_of(node), time.perf_counter()
        await idlers.open(job.clients)
        took = time.perf_counter() - began
        await asyncio.sleep(SETTLE_SECONDS)
        async with window(job, idlers.count, idlers.sockets) as outcome:
            await asyncio.sleep(job.seconds)
        outcome.rss = (machine.memory_of(node) - before) / job.clients
        outcome.connects = job.clients / took
        if pinging.done():
            pinging.result()
        return outcome
    finally:
        idlers.count.closing = True
        pinging.cancel()
        for socket in idlers.sockets:
            socket.leave()
