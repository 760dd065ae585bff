"""The other nodes: who lives, and how it is noticed that one does not.

A death is noticed by the supervisor of the process (it says so at once), by a peer whose connection to the
node's port is refused once a renewal is late, or by the lease that ran out.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from redis.exceptions import RedisError

from arcade.infra import keys
from arcade.infra.log import get_logger
from arcade.infra.redis import aredis
from matches.host.deaths import declare_dead, read_tombstone
from matches.host.lease import LEASE_MS, Lease

log = get_logger(__name__)

WATCH_SECONDS = 0.15
LATE_MS = 400
"""Since the last renewal; after it a peer's port is tried."""
PROBE_SECONDS = 0.2


class Peers:
    """As seen by one node. A death that was noticed is told to every node, this one too (`deaths.Died`).

    `buried(node, suspect)` is called at each look at a dead node that still has matches, as others noticed it
    first; `suspect`: the match whose rules ended it, or empty.
    """

    def __init__(self, node: str, lease: Lease, buried: Callable[[str, str], None]) -> None:
        self._node = node
        self._lease = lease
        self._buried = buried
        self.alive: set[str] = set()
        self.renewed: dict[str, int] = {}
        """Per peer, Redis time (ms) of its last renewal that was seen."""

    async def watch(self) -> None:
        """Look at the other nodes' leases until cancelled."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                async with asyncio.timeout(LEASE_MS / 1000):
                    await self._look()
            except (RedisError, OSError, TimeoutError) as error:
                self._lease.trouble()
                log.warning("takeover.cannot_look", error=repr(error))

    async def _look(self) -> None:
        client: Any = aredis()
        known = {k.decode(): v.decode() for k, v in (await client.hgetall(keys.nodes())).items()}
        known.pop(self._node, None)
        pipe = client.pipeline(transaction=False)
        for node in known:
            pipe.pexpiretime(keys.node(node))
            pipe.exists(keys.tombstone(node))
        told = await pipe.execute() if known else []
        ends = dict(zip(known, told[::2], strict=True))
        buried = {node for node, tomb in zip(known, told[1::2], strict=True) if tomb}
        now = self._lease.redis_ms()
        self.alive = {node for node, end in ends.items() if end > 0}
        for node in [n for n in self.renewed if n not in known]:
            del self.renewed[node]
        for node, end in ends.items():
            if end > 0:
                self.renewed[node] = end - LEASE_MS
                late = now - self.renewed[node] > LATE_MS
                if late and self._lease.calm() and await _refuses(known[node]):
                    await self._dead(node, "refused")
            elif node in buried or self._lease.calm():
                await self._dead(node, "lease")

    def gone(self, node: str, renewed: int = 0) -> None:
        """Somebody said that it is dead, or leaves. `renewed`: its last renewal, as far as they know."""
        self.alive.discard(node)
        if renewed:
            self.renewed[node] = max(renewed, self.renewed.get(node, 0))

    async def _dead(self, node: str, how: str) -> None:
        """Tell everyone; or, where that was done before us and matches are left, take part."""
        client: Any = aredis()
        self.alive.discard(node)
        if await declare_dead(client, node, self.renewed.get(node, 0), how):
            return
        tomb = read_tombstone(await client.get(keys.tombstone(node)) or b"0")
        self.renewed.setdefault(node, tomb.renewed)
        self._buried(node, tomb.suspect)


async def _refuses(address: str) -> bool:
    """True where nobody listens at `host:port`; a stopped process still does."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        return False
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            _, writer = await asyncio.open_connection(host, int(port))
    except ConnectionRefusedError:
        return True
    except (OSError, TimeoutError):
        return False
    writer.close()
    return False
