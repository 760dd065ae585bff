"""How fast one node takes a crowd into a queue and matches it: on a store, change by change, as in service.

The matches themselves are not made here: each is settled as soon as it is written.
"""

import asyncio
import signal
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings

from arcade.bench.matchmaker.world import CEILING, MODES, REGIONS, stream
from arcade.chaos.store import Store
from arcade.infra import redis
from lobby.queue_leader import LEASE, Leader
from lobby.queue_store_redis import RedisQueueStore
from lobby.rules import matching
from lobby.rules import queue_events as events
from lobby.rules.matching.presets import for_mode

WAITING = 10_000
TOGETHER = 200
"""Events asked for at once."""
QUIET_SECONDS = 1.5
"""Without a match: no more will come soon."""
LOOK_SECONDS = 0.01
RATE = 1000.0


async def live(waiting: int = WAITING) -> dict[str, Any]:
    """`tickets_per_second`: matched, for each second of CPU, by a node that takes a queue of so many over;
    `enter_ms`: CPU of one who enters it; `first_ms`: from the lease to the first match; `turn_ms`: the
    most CPU until others of the node had their turn."""
    with tempfile.TemporaryDirectory(prefix="arcade-bench-") as folder:
        store, url = Store(Path(folder), appendfsync="everysec"), settings.REDIS_URL
        try:
            await store.start()
            settings.REDIS_URL = store.url
            return await _measured(waiting)
        finally:
            settings.REDIS_URL = url
            await redis.close()
            await asyncio.to_thread(store.end, signal.SIGKILL)


async def _measured(waiting: int) -> dict[str, Any]:
    near = matching.Region(REGIONS, ceiling=CEILING, growth=0, limit=CEILING)
    rules = msgspec.structs.replace(for_mode("5v5"), game="bench", region=near)
    apart = msgspec.structs.replace(rules, window=matching.Window(0.0, 0.0, 0.0, None))
    crowd = _crowd(waiting)
    entering = await Node.leading(apart)
    cpu = time.process_time()
    for at in range(0, len(crowd), TOGETHER):
        some = crowd[at : at + TOGETHER]
        await asyncio.gather(*[entering.leader.ask(events.Entered(ticket)) for ticket in some])
    enter = time.process_time() - cpu
    await entering.end()
    began, cpu = time.monotonic(), time.process_time()
    node = await Node.leading(rules)
    await node.quiet()
    await node.end()
    spent = node.last[1] - cpu
    return {
        "waiting": len(crowd),
        "matched": node.matched,
        "cpu_seconds": round(spent, 3),
        "wall_seconds": round(node.last[0] - began, 3),
        "tickets_per_second": round(node.matched / spent, 1),
        "enter_ms": round(1000 * enter / len(crowd), 3),
        "first_ms": round(1000 * (node.first - began), 1),
        "turn_ms": round(1000 * max(entering.turn, node.turn), 1),
    }


def _crowd(waiting: int) -> list[events.Ticket]:
    """5v5 with parties, who came at `RATE` until now."""
    mode, seconds = MODES["5v5"], 1.2 * waiting / RATE * MODES["5v5"].mean_party
    crowd = stream(mode, RATE, seconds, 0)[:waiting]
    now = time.time() - crowd[-1].at
    return [
        events.Ticket(
            str(ticket.index),
            [
                events.Seeker(f"{ticket.index}.{n}", "Somebody", round(rating))
                for n, rating in enumerate(ticket.ratings)
            ],
            now + ticket.at,
            "party" if ticket.size > 1 else "",
            latencies=dict(zip(REGIONS, ticket.latencies, strict=True)),
        )
        for ticket in crowd
    ]


class Node:
    """A leader, and who settles its matches."""

    def __init__(self, store: RedisQueueStore, fence: int, rules: matching.QueueRules) -> None:
        name = f"{rules.game}:{rules.mode}"
        self.leader = Leader(store, "bench", name, fence, rules, time.time, lambda player: True, self._carry)
        self.matched = 0
        self.first = 0.0
        self.last = (time.monotonic(), time.process_time())
        """Time and CPU at the last match."""
        self.turn = 0.0
        loop = asyncio.get_running_loop()
        self._leads = loop.create_task(self.leader.run())
        self._looks = loop.create_task(self._look())
        self._settling: set[asyncio.Task[bytes]] = set()

    @classmethod
    async def leading(cls, rules: matching.QueueRules) -> "Node":
        store = RedisQueueStore()
        lease = await store.claim(f"{rules.game}:{rules.mode}", "bench", LEASE)
        return cls(store, lease.fence, rules)

    async def quiet(self) -> None:
        """Until no match has come for a while."""
        while not self.first or time.monotonic() - self.last[0] < QUIET_SECONDS:
            await asyncio.sleep(LOOK_SECONDS)

    async def end(self) -> None:
        while self._settling:
            await asyncio.wait(self._settling)
        self.leader.end()
        await self._leads
        self._looks.cancel()

    def _carry(self, effects: list[events.Effect], inherited: bool) -> None:
        for effect in effects:
            if isinstance(effect, events.Made):
                self.first = self.first or time.monotonic()
                self.matched += len(effect.tickets)
                self.last = time.monotonic(), time.process_time()
                task = asyncio.get_running_loop().create_task(self.leader.ask(events.Settled(effect.claim)))
                self._settling.add(task)
                task.add_done_callback(self._settling.discard)

    async def _look(self) -> None:
        while True:
            began = time.process_time()
            await asyncio.sleep(0.001)
            self.turn = max(self.turn, time.process_time() - began)
