"""What goes wrong in a run, by a seeded schedule: one blow after another, each with its own recovery."""

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable
from typing import Any

import redis.asyncio as aioredis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from arcade.chaos.checker import Outages
from arcade.chaos.nodes import Nodes, Running, ready, signal_node, until_ready
from arcade.chaos.players import Scene
from arcade.chaos.proxy import Proxy
from arcade.chaos.store import Store
from arcade.chaos.times import Blow
from arcade.infra import keys

PAUSE = (0.6, 2.0)
"""Seconds between a recovery and the next blow."""
STOPPED = (1.5, 4.0)
CUT = (1.0, 5.0)
DOWN = (0.1, 2.0)
SETTLE_SECONDS = 40.0
NODE_BLOWS = ("kill", "gateway", "pair", "stop", "drain")
ENDS = ("kill", "gateway", "pair")
"""Blows that end nodes with `kill -9`."""


class Nemesis:
    """`run` strikes until it has killed often enough, or the time is up."""

    def __init__(
        self, scene: Scene, nodes: Nodes, store: Store, proxy: Proxy | None, seed: str, kinds: list[str]
    ) -> None:
        self.blows: list[Blow] = []
        self.kills = 0
        self.failures: list[str] = []
        self._scene, self._nodes, self._store, self._proxy = scene, nodes, store, proxy
        self._dice = random.Random(f"{seed}/nemesis")  # noqa: S311
        self._kinds = kinds
        self._spans: list[list[float]] = []
        self._redis: Any = aioredis.Redis.from_url(store.url, socket_timeout=1, retry=Retry(NoBackoff(), 0))
        self._do: dict[str, Callable[[], Awaitable[None]]] = {
            "kill": self._kill,
            "gateway": self._gateway,
            "pair": self._pair,
            "stop": self._stop,
            "drain": self._drain,
            "redis-kill": lambda: self._store_ends(signal.SIGKILL),
            "redis-restart": lambda: self._store_ends(signal.SIGTERM),
            "redis-cut": self._cut,
        }

    @staticmethod
    def kinds() -> list[str]:
        """All that may be asked for."""
        return ["kill", "gateway", "pair", "stop", "drain", "redis-kill", "redis-restart", "redis-cut"]

    def outages(self, now: float) -> Outages:
        """When Redis was away; what has not ended lasts until now."""
        return Outages([(since, to[0] if to else now) for since, *to in self._spans])

    async def run(self, kills: int, seconds: float) -> None:
        """Strike so often (0: any number) and for so long at most; each blow is seen to its end."""
        until = self._scene.clock() + seconds * 1000
        while not kills or self.kills < kills:
            await asyncio.sleep(self._dice.uniform(*PAUSE))
            if self._scene.clock() > until:
                return
            if not await until_ready(self._nodes.ports, SETTLE_SECONDS):
                late = [port for port in self._nodes.ports if not await ready(port)]
                self.failures.append(f"{self._scene.clock() / 1000:.1f} s: nodes not ready: ports {late}")
                return
            await self._do[self._dice.choice(self._kinds)]()

    async def close(self) -> None:
        await self._redis.aclose()

    # --- nodes --------------------------------------------------------------------------------------

    async def hosting(self) -> dict[str, dict[str, int]]:
        """Per node the live matches it hosts, with their epochs; empty where Redis cannot say."""
        found: dict[str, dict[str, int]] = {}
        try:
            matches = [match.decode() for match in await self._redis.zrange(keys.live_matches(), 0, -1)]
            pipe = self._redis.pipeline(transaction=False)
            for match in matches:
                pipe.hmget(keys.match_meta(match), "node", "epoch", "phase")
            for match, (node, epoch, phase) in zip(matches, await pipe.execute(), strict=True):
                if node and phase in (b"open", b"running"):
                    found.setdefault(node.decode(), {})[match] = int(epoch)
        except (RedisError, OSError) as error:
            self._scene.note(f"nemesis: who hosts what? {error!r}")
        return found

    async def _victims(self) -> list[tuple[Running, dict[str, int]]]:
        """Who runs, the one with most matches first, with what it hosts and somebody plays."""
        hosting = await self.hosting()
        there = [
            (node, {m: e for m, e in hosting.get(node.node, {}).items() if m in self._scene.live})
            for node in self._nodes.running()
        ]
        return sorted(there, key=lambda pair: -len(pair[1]))

    async def _volley(self, victims: list[tuple[Running, dict[str, int]]]) -> None:
        """Moves are under way when the blow falls, at any stage of their way."""
        for _, matches in victims:
            self._scene.urge(matches)
        await asyncio.sleep(self._dice.choice((0, 0.001, 0.002, 0.004, 0.008)))

    def _note(self, kind: str, node: Running, matches: dict[str, int]) -> Blow:
        blow = Blow(
            self._scene.clock(), kind, node.node, node.port, self._nodes.noticed, matches,
            sum(self._scene.in_flight(match) for match in matches),
        )  # fmt: skip
        self.blows.append(blow)
        self._scene.note(f"{kind} {node.node} at port {node.port}: {len(matches)} matches")
        return blow

    async def _end(self, kind: str, victims: list[tuple[Running, dict[str, int]]]) -> None:
        await self._volley(victims)
        for node, matches in victims:
            self._note(kind, node, matches)
            signal_node(node, signal.SIGKILL)
            self.kills += 1
        await asyncio.sleep(self._dice.uniform(0, 1))
        for node, _ in victims:
            await self._nodes.replace(node)

    async def _kill(self) -> None:
        """The node with the most matches, mostly."""
        victims = await self._victims()
        if victims:
            await self._end("kill", [victims[0] if self._dice.random() < 0.8 else self._dice.choice(victims)])

    async def _gateway(self) -> None:
        """The node that hosts the fewest: what sits there loses its way to its match, not the match."""
        victims = await self._victims()
        if victims:
            await self._end("gateway", victims[-1:])

    async def _pair(self) -> None:
        """Two at once, where a third is left."""
        victims = await self._victims()
        await self._end("pair", victims[: 2 if len(victims) > 2 else 1])

    async def _stop(self) -> None:
        """Stopped past its lease, then continued: it wakes up as a zombie."""
        victims = await self._victims()
        if not victims:
            return
        node, matches = victims[0]
        await self._volley(victims[:1])
        blow = self._note("stop", node, matches)
        signal_node(node, signal.SIGSTOP)
        try:
            await asyncio.sleep(self._dice.uniform(*STOPPED))
        finally:
            signal_node(node, signal.SIGCONT)
            blow.until = self._scene.clock()

    async def _drain(self) -> None:
        """SIGTERM: it hands its matches over and goes."""
        victims = await self._victims()
        if not victims:
            return
        node, matches = victims[0]
        await self._volley(victims[:1])
        self._note("drain", node, matches)
        signal_node(node, signal.SIGTERM)
        await self._nodes.replace(node)

    # --- the store ----------------------------------------------------------------------------------

    async def _away(self, kind: str) -> list[float]:
        self.blows.append(Blow(self._scene.clock(), kind))
        self._scene.note(kind)
        span = [self._scene.clock()]
        self._spans.append(span)
        return span

    async def _store_ends(self, number: signal.Signals) -> None:
        span = await self._away("redis-kill" if number == signal.SIGKILL else "redis-restart")
        try:
            await asyncio.to_thread(self._store.end, number)
            await asyncio.sleep(self._dice.uniform(*DOWN))
        finally:
            await self._store.start()
            span.append(self._scene.clock())

    async def _cut(self) -> None:
        """The nodes lose Redis, in one of three ways: ended and refused, frozen, or replies swallowed."""
        if self._proxy is None:
            return
        span = await self._away("redis-cut")
        way = self._dice.choice(["refuse", "freeze", "swallow"])
        proxy = self._proxy
        try:
            if way == "freeze":
                proxy.frozen = True
            elif way == "swallow":
                proxy.swallow = True
            else:
                proxy.refusing = True
                proxy.cut()
            await asyncio.sleep(self._dice.uniform(*CUT))
        finally:
            proxy.refusing = proxy.swallow = proxy.frozen = False
            if way == "swallow":
                proxy.cut()  # what was swallowed is gone for good
            span.append(self._scene.clock())
