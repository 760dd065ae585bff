"""What goes wrong in a run, by a seeded schedule: one blow after another, each with its own recovery."""

import asyncio
import random
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import redis.asyncio as aioredis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from arcade.chaos.database import Postgres
from arcade.chaos.nodes import Nodes, Running, ready, signal_node, until_ready
from arcade.chaos.options import PAUSE
from arcade.chaos.proxy import Proxy
from arcade.chaos.scene import Scene
from arcade.chaos.store import Store
from arcade.chaos.times import Blow
from arcade.chaos.violation import Outages
from arcade.infra import keys

SETTLE_SECONDS = 40.0
Span = tuple[float, float]


class Stage(NamedTuple):
    """What may be struck. `proxy` stands before Redis where a blow needs it; `database`: None for SQLite."""

    scene: Scene
    nodes: Nodes
    store: Store
    proxy: Proxy | None
    database: Postgres | None
    sqlite: Path


class Nemesis:
    """`run` strikes until it has killed often enough, or the time is up."""

    def __init__(
        self, stage: Stage, seed: str, kinds: Mapping[str, "Strike"], *, cut: Span, pause: Span = PAUSE
    ) -> None:
        self.blows: list[Blow] = []
        self.kills = 0
        self.failures: list[str] = []
        self.stage = stage
        self.scene, self.nodes = stage.scene, stage.nodes
        self.dice = random.Random(f"{seed}/nemesis")  # noqa: S311
        self.cut = cut
        """Seconds that a cut connection to Redis stays cut, from and to."""
        self.pause = pause
        self.redis: Any = aioredis.Redis.from_url(
            stage.store.url, socket_timeout=1, retry=Retry(NoBackoff(), 0)
        )
        self._kinds = kinds
        self._away: list[Blow] = []
        self._slow: list[Blow] = []

    def outages(self, now: float) -> Outages:
        """When Redis was away, or slow; what has not ended lasts until now."""

        def spans(blows: list[Blow]) -> list[Span]:
            return [(blow.at, now if blow.until is None else blow.until) for blow in blows]

        return Outages(spans(self._away), slow=spans(self._slow))

    async def run(self, kills: int, seconds: float) -> None:
        """Strike so often (0: any number) and for so long at most; each blow is seen to its end."""
        until = self.scene.clock() + seconds * 1000
        while not kills or self.kills < kills:
            await asyncio.sleep(self.dice.uniform(*self.pause))
            if self.scene.clock() > until:
                return
            if not await until_ready(self.nodes.ports, SETTLE_SECONDS):
                late = [port for port in self.nodes.ports if not await ready(port)]
                self.failures.append(f"{self.scene.clock() / 1000:.1f} s: nodes not ready: ports {late}")
                return
            await self._kinds[self.dice.choice(list(self._kinds))](self)

    async def close(self) -> None:
        await self.redis.aclose()

    async def hosting(self) -> dict[str, dict[str, int]]:
        """Per node the live matches it hosts, with their epochs; empty where Redis cannot say."""
        found: dict[str, dict[str, int]] = {}
        try:
            matches = [match.decode() for match in await self.redis.zrange(keys.live_matches(), 0, -1)]
            pipe = self.redis.pipeline(transaction=False)
            for match in matches:
                pipe.hmget(keys.match_meta(match), "node", "epoch", "phase")
            for match, (node, epoch, phase) in zip(matches, await pipe.execute(), strict=True):
                if node and phase in (b"open", b"running"):
                    found.setdefault(node.decode(), {})[match] = int(epoch)
        except (RedisError, OSError) as error:
            self.scene.note(f"nemesis: who hosts what? {error!r}")
        return found

    async def victims(self) -> list[tuple[Running, dict[str, int]]]:
        """Who runs, the one with most matches first, with what it hosts and somebody plays."""
        hosting = await self.hosting()
        there = [
            (node, {m: e for m, e in hosting.get(node.node, {}).items() if m in self.scene.live})
            for node in self.nodes.running()
        ]
        return sorted(there, key=lambda pair: -len(pair[1]))

    def sockets(self, node: Running, matches: Mapping[str, int]) -> list[str]:
        """The match of each socket that a node holds for others; `matches`: those that it hosts itself."""
        return [match for match in self.scene.sitting(node.port) if match not in matches]

    async def volley(self, victims: list[tuple[Running, dict[str, int]]]) -> None:
        """Moves are under way when the blow falls, at any stage of their way."""
        for node, matches in victims:
            self.scene.urge({*matches, *self.sockets(node, matches)})
        await asyncio.sleep(self.dice.choice((0, 0.001, 0.002, 0.004, 0.008)))

    def note(self, kind: str, node: Running, matches: dict[str, int]) -> Blow:
        blow = Blow(
            self.scene.clock(), kind, node.node, node.port, self.nodes.noticed, matches,
            sum(self.scene.in_flight(match) for match in matches), len(self.sockets(node, matches)),
        )  # fmt: skip
        self.blows.append(blow)
        held = f"{len(matches)} matches, {blow.sockets} sockets of others"
        self.scene.note(f"{kind} {node.node} at port {node.port}: {held}")
        return blow

    async def kill(self, kind: str, victims: list[tuple[Running, dict[str, int]]]) -> None:
        """`kill -9`, in the middle of moves; a new node in each one's place."""
        await self.volley(victims)
        for node, matches in victims:
            blow = self.note(kind, node, matches)
            signal_node(node, signal.SIGKILL)
            self.kills += blow.counts
        await asyncio.sleep(self.dice.uniform(0, 1))
        for node, _ in victims:
            await self.nodes.replace(node)

    @asynccontextmanager
    async def strike(self, kind: str) -> AsyncIterator[Blow]:
        """Note a blow that hits no node, from here to the end of the block."""
        blow = Blow(self.scene.clock(), kind)
        self.blows.append(blow)
        self.scene.note(kind)
        try:
            yield blow
        finally:
            blow.until = self.scene.clock()

    @asynccontextmanager
    async def away(self, kind: str) -> AsyncIterator[None]:
        """Note a blow under which no match can go on."""
        async with self.strike(kind) as blow:
            self._away.append(blow)
            yield

    @asynccontextmanager
    async def slow(self, kind: str) -> AsyncIterator[None]:
        """Note a blow under which nodes may doubt that Redis is there."""
        async with self.strike(kind) as blow:
            self._slow.append(blow)
            yield


Strike = Callable[[Nemesis], Awaitable[None]]
