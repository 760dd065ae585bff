"""Nodes of production code over the twin, in one thread, at a time that stands still until it is moved."""

import asyncio
import heapq
import itertools
import logging
import math
import random
import secrets
import traceback
from collections.abc import Callable, Coroutine
from contextlib import suppress
from types import SimpleNamespace
from typing import Any
from unittest import mock

from redis.exceptions import RedisError

from arcade.infra import clock, keys
from arcade.infra import redis as connections
from matches.engine.setup import Finished, Seat
from matches.host import finish, host, lease, log, node, peers, takeover
from matches.host.node import Node
from matches.host.watchdog import Watchdog
from tests.support.twin.client import Client
from tests.support.twin.loop import VirtualLoop
from tests.support.twin.pipe import Pipe
from tests.support.twin.player import Player
from tests.support.twin.store import Store
from tests.support.twin.truth import Truth
from tests.support.twin.wire import TRIP, Wire

EPOCH_MS = 1_700_000_000_000
BOOT_AGAIN = 0.5
GRACE = 10


class Process:
    """One node's process: killed, it is never run again; stopped, it finds its work waiting."""

    def __init__(self, world: "World", node_id: str) -> None:
        self.id = node_id
        self.world = world
        self.dead = False
        self.stopped = False
        self.ready = False
        """It has told the others that it is there."""
        self.loop = VirtualLoop(lambda: world.now)
        self.loop.set_exception_handler(self._failed)
        connections._pools[self.loop] = Client(world.wire, node_id, retry=True)  # type: ignore[assignment]
        self.node = self._made()
        self._tasks: set[asyncio.Task[None]] = set()
        self.start(self._boot())

    def _failed(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """A callback raised: production's, or the judge's own."""
        self.world.truth.violations.append(f"{self.id}: {context['message']}: {context.get('exception')!r}")

    def _made(self) -> Node:
        return self.loop.inside(lambda: Node(self.id, self.id))

    async def _boot(self) -> None:
        while True:
            try:
                await self.node.start()
                self.ready = True
                return
            except (RedisError, OSError):
                await asyncio.sleep(BOOT_AGAIN)
                self.node = self._made()

    def call(self, do: Callable[[], object]) -> None:
        """Something comes in over a socket."""
        if not self.dead:
            self.loop.call_soon(do)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Something begins in this process."""
        if self.dead:
            work.close()
            return
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def leave(self) -> None:
        """What a server does at SIGTERM."""
        with suppress(RedisError, OSError):
            async with asyncio.timeout(GRACE):
                await self.node.drain()
        await self.node.stop()
        self.dead = True


class Bus:
    """Redis' pub/sub between nodes: what is said while it is away is lost."""

    def __init__(self, world: "World", node_id: str, handler: Any, news: Any) -> None:
        self._world = world
        self.node = node_id
        self.handler = handler
        self.news = news

    async def start(self) -> None:
        self._world.buses[self.node] = self

    async def stop(self) -> None:
        self._world.buses.pop(self.node, None)

    def send(self, to: str, data: bytes) -> None:
        self._world.carry(self.node, to, lambda bus: bus.handler(data))

    def say(self, data: bytes) -> None:
        for to in list(self._world.buses):
            self._world.carry(self.node, to, lambda bus: bus.news(data))


class Overheard(logging.Handler):
    """What production code caught and only told its log about: none of it may happen."""

    def __init__(self, violations: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._violations = violations

    def emit(self, record: logging.LogRecord) -> None:
        told: Any = record.msg
        if isinstance(told, dict) and told.get("exc_info"):
            self._violations.append(f"{told.get('event')}: {told['exc_info']!r} {traceback.format_exc()}")


class World:
    """`now` in seconds. Made inside of `patched()`; ended by `end()`."""

    def __init__(self, names: str = "ab", snapshot_every: int = 5) -> None:
        self.now = 1000.0
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._count = itertools.count()
        self.store = Store(self.redis_ms, publish=self._published)
        self.truth = Truth(self.store)
        self.wire = Wire(self.store, self.after)
        self.buses: dict[str, Bus] = {}
        self.processes: dict[str, Process] = {}
        self.players: list[Player] = []
        self.results: list[Finished] = []
        self._patches = self._patched(snapshot_every)
        for patch in self._patches:
            patch.start()
        self._overheard = Overheard(self.truth.violations)
        for name in ("matches", "arcade"):
            logging.getLogger(name).addHandler(self._overheard)
        self._born = itertools.count(1)
        for name in names:
            self.boot(name)
        self.run(1.5)

    # --- time -----------------------------------------------------------------------------------------

    def redis_ms(self) -> int:
        return EPOCH_MS + int(self.now * 1000)

    def after(self, seconds: float, do: Callable[[], None]) -> None:
        heapq.heappush(self._events, (self.now + seconds, next(self._count), do))

    def run(self, seconds: float) -> None:
        """Let so much time pass, and everything happen that is due in it."""
        end = self.now + seconds
        while True:
            running = [p for p in self.processes.values() if not p.dead and not p.stopped]
            while sum(p.loop.run_due() for p in running if not p.dead):
                pass
            dues = [p.loop.due for p in running if not p.dead]
            dues.append(self._events[0][0] if self._events else None)
            due = min((d for d in dues if d is not None), default=end)
            if due > end:
                break
            self.now = max(self.now, due)
            while self._events and self._events[0][0] <= self.now:
                heapq.heappop(self._events)[2]()
            idle = not any(p.loop.due is not None and p.loop.due <= end for p in running)
            if due >= end and idle and not (self._events and self._events[0][0] <= end):
                break
        self.now = end

    # --- nodes ----------------------------------------------------------------------------------------

    def boot(self, name: str) -> Process:
        """A node; its id is new."""
        node_id = f"{name}{next(self._born)}"
        process = self.processes[node_id] = Process(self, node_id)
        return process

    def kill(self, process: Process) -> None:
        process.dead = True
        self.wire.cut(process.id, ghost=True)
        self.wire.held.pop(process.id, None)
        self.buses.pop(process.id, None)

    def carry(self, origin: str, to: str, hand: Callable[[Bus], object]) -> None:
        """From node to node."""
        if not self.wire.up or origin in self.wire.held or to in self.wire.held:
            return
        self.after(2 * TRIP, lambda: self._arrive(to, hand))

    def _arrive(self, to: str, hand: Callable[[Bus], object]) -> None:
        bus, process = self.buses.get(to), self.processes.get(to)
        if bus is not None and process is not None:
            process.call(lambda: hand(bus))

    def _published(self, channel: bytes, data: bytes) -> None:
        assert channel == keys.news().encode()
        for to in list(self.buses):
            self.carry(self.store.actor, to, lambda bus: bus.news(data))

    def sit_down(self, process: Process) -> str:
        """A match of two players who have come; returns its id."""
        made: list[str] = []

        async def create() -> None:
            seats = [Seat(f"p{seat}", f"p{seat}", seat) for seat in range(2)]
            made.append(await process.node.create("tally", "standard", seats))

        process.start(create())
        self.run(0.1)
        key = keys.match_log(made[0]).encode()
        self.players += [Player(self, made[0], key, seat) for seat in range(2)]
        self.run(1)
        assert self.truth.chains[key].match.phase == "running"
        self.store.settle()
        return made[0]

    def hosting(self, match: str) -> list[Process]:
        """The living nodes that think the match is theirs."""
        return [p for p in self.processes.values() if not p.dead and match in p.node.host.matches]

    # --- what production code meets instead of the world ----------------------------------------------

    async def _open_pipe(self, lost: Callable[[Any], None]) -> Pipe:
        loop = asyncio.get_running_loop()
        process = next(p for p in self.processes.values() if p.loop is loop)
        return Pipe(self.wire, process.id, lost)

    async def _refuses(self, address: str) -> bool:
        await asyncio.sleep(TRIP)
        process = self.processes.get(address)
        return process is None or process.dead

    def _write(self, finished: Finished) -> list[tuple[int, int] | None]:
        self.results.append(finished)
        return [None for _ in finished.setup.seats]

    def _patched(self, snapshot_every: int) -> list[Any]:
        chance = random.Random(4)
        ours = {
            (log, "open_pipe"): self._open_pipe,
            (node, "Bus"): lambda node_id, handler, news, missed: Bus(self, node_id, handler, news),
            (peers, "_refuses"): self._refuses,
            (takeover, "random"): chance,
            (lease, "time"): SimpleNamespace(
                time=lambda: self.redis_ms() / 1000 + 0.123, monotonic=lambda: self.now
            ),
            (clock, "now_ms"): self.redis_ms,
            (secrets, "token_bytes"): lambda n=32: chance.randbytes(n),
            (secrets, "token_hex"): lambda n=32: chance.randbytes(n).hex(),
            (finish, "_write"): self._write,
            (finish, "_written"): lambda match: any(f.setup.match == match for f in self.results),
            (host, "SNAPSHOT_EVERY"): snapshot_every,
            (host, "SNAPSHOT_SECONDS"): math.inf,
            (Watchdog, "start"): lambda _: None,
        }
        return [mock.patch.object(place, name, new) for (place, name), new in ours.items()]

    def end(self) -> None:
        """Take everything down, without a trace."""
        self.wire.closed = True
        self.wire.up = False
        for process in self.processes.values():
            process.dead = True
            process.loop.end()
            connections._pools.pop(process.loop, None)
        for patch in reversed(self._patches):
            patch.stop()
        for name in ("matches", "arcade"):
            logging.getLogger(name).removeHandler(self._overheard)
