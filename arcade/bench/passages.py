"""From signing in to the first frame of a match, time and again, by so many players at once."""

import asyncio
import time
from dataclasses import dataclass, field

from picows import WSFrame, WSTransport

from arcade.bench import wire
from arcade.bench.http import Connection
from arcade.bench.job import Job, Outcome
from arcade.bench.sample import latency
from arcade.bench.seats import SUBPROTOCOL, Arcade
from arcade.bench.sockets import Count, Socket
from arcade.bench.window import window
from protocol.messages import MatchFound

GAME, MODE = "connect-four", "standard"
PASSAGE_SECONDS = 30.0


class Seeker(Socket):
    """A lobby socket that looks for a match."""

    def __init__(self, count: Count) -> None:
        super().__init__(count)
        self.found: asyncio.Future[MatchFound] = asyncio.get_running_loop().create_future()

    def on_ws_connected(self, transport: WSTransport) -> None:
        super().on_ws_connected(transport)
        self.send(wire.LOBBY_HELLO)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.transport = None

    def heard(self, frame: WSFrame, now: float) -> None:
        data = frame.get_payload_as_bytes()
        if data[1] == wire.LOBBY_WELCOME:
            self.send(wire.pack([65, 2, GAME, MODE]))
        elif data[1] == wire.MATCH_FOUND and not self.found.done():
            self.found.set_result(wire.read_found(data))
        elif data[1] == wire.ERROR:
            self.count.refused += 1
            self.count.said = self.count.said or str(data)


class Finder(Arcade):
    """A match socket that resigns once the match runs; `first`: it has a frame, `over`: the match is."""

    def __init__(self, count: Count, seat: int) -> None:
        super().__init__(count, seat)
        loop = asyncio.get_running_loop()
        self.first: asyncio.Future[float] = loop.create_future()
        self.over: asyncio.Future[None] = loop.create_future()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.transport = None
        if not self.over.done():
            self.over.set_exception(ConnectionError("a match socket was closed"))

    def heard(self, frame: WSFrame, now: float) -> None:
        data = frame.get_payload_as_bytes()
        if data[1] in (wire.FRAME, wire.KEYFRAME):
            if not self.first.done():
                self.first.set_result(now)
            if wire.ended(data) and not self.over.done():
                self.over.set_result(None)
            elif self.seat == 0 and not self.number and wire.runs(data):
                self.number = 1
                self.send(wire.resign(1))
        elif data[1] == wire.ERROR:
            self.count.refused += 1
            self.count.said = self.count.said or str(data)


@dataclass
class Log:
    """When each passage came to its first frame, and how long it had taken; seconds."""

    passages: list[tuple[float, float]] = field(default_factory=list)


async def run(job: Job) -> Outcome:
    """`done` and `latency` of the outcome are of the passages that ended within the window."""
    count, log = Count(0), Log()
    tasks = [asyncio.create_task(_again_and_again(job, count, log)) for _ in range(job.clients)]
    try:
        await _alive(tasks, job.warm)
        began = time.perf_counter()
        async with window(job, count, []) as outcome:
            await _alive(tasks, job.seconds)
        times = [took for at, took in log.passages if began <= at < began + outcome.seconds]
        outcome.done, outcome.latency = len(times), latency(times)
        return outcome
    finally:
        count.closing = True
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _alive(tasks: list[asyncio.Task[None]], seconds: float) -> None:
    """Wait so long; a passage that failed fails all."""
    done, _ = await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
    for task in done:
        task.result()


async def _again_and_again(job: Job, count: Count, log: Log) -> None:
    while True:
        async with asyncio.timeout(PASSAGE_SECONDS):
            await _pass(job.ports[0], count, log)


async def _pass(port: int, count: Count, log: Log) -> None:
    began = time.perf_counter()
    line, seeker, finder = Connection(port), Seeker(count), None
    try:
        guest = await line.post("/api/guest", {"name": "Ada"})
        ticket = await line.post("/api/socket-ticket", {"purpose": "lobby"}, guest["token"])
        base = f"ws://127.0.0.1:{port}"
        await seeker.connect(f"{base}{ticket['path']}?ticket={ticket['ticket']}", SUBPROTOCOL)
        found = await seeker.found
        finder = Finder(count, found.seat)
        await finder.connect(f"{base}{found.path}?ticket={found.ticket}", SUBPROTOCOL)
        first = await finder.first
        log.passages.append((first, first - began))
        await finder.over
    finally:
        line.close()
        seeker.leave()
        if finder is not None:
            finder.leave()
