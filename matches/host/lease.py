"""A node's lease: a key that says it lives and where. It says when to try a takeover, not that it is safe."""

import asyncio
import math
import time
from collections.abc import Callable

from redis.exceptions import ReadOnlyError, RedisError

from arcade.infra import keys
from arcade.infra.log import get_logger
from arcade.infra.redis import aredis

log = get_logger(__name__)

LEASE_MS = 1000
RENEW_SECONDS = 0.25
DOUBT_SECONDS = 5.0
"""After trouble with Redis: what it lost, the owners of matches may not have written down again."""


class Lease:
    """Renewed by `PEXPIRE`, which works where Redis has no memory left; set anew when it ran out.

    `lost` is called when it had run out: others may have taken this node's matches. `calm()` is False for one
    lease after any trouble with Redis: then nobody else's lease says anything either.

    `holds()` is False from when it may have run out until one lease after it was taken anew. A node that
    slept, or was cut off, writes nothing in that time: should Redis have lost the fences against it, then the
    owners that wrote them are there first, and write them again.
    """

    def __init__(self, node: str, address: str, lost: Callable[[], None]) -> None:
        self.node = node
        self.address = address
        self._lost = lost
        self._offset = time.time() * 1000 - time.monotonic() * 1000
        self._trouble = time.monotonic()
        self._doubted = self._renewed = self._whole = -math.inf

    def redis_ms(self) -> int:
        """Redis' clock now, Unix ms, as known from the renewals."""
        return int(time.monotonic() * 1000 + self._offset)

    def calm(self) -> bool:
        return time.monotonic() - self._trouble > LEASE_MS / 1000

    def holds(self) -> bool:
        """Whether this node may write into its matches' logs."""
        now = time.monotonic()
        return now - self._renewed < LEASE_MS / 1000 and now >= self._whole

    def trouble(self) -> None:
        """Redis was away, or this process was."""
        self._trouble = self._doubted = time.monotonic()

    def doubted(self) -> bool:
        """Whether what Redis does not know may be there all the same."""
        return time.monotonic() - self._doubted < DOUBT_SECONDS

    async def take(self) -> None:
        """Be known, and alive."""
        before = time.monotonic()
        pipe = aredis().pipeline(transaction=False)
        pipe.hset(keys.nodes(), self.node, self.address)
        pipe.set(keys.node(self.node), self.address, px=LEASE_MS)
        pipe.delete(keys.tombstone(self.node))
        pipe.persist(keys.node_matches(self.node))  # it may have been given up for dead
        await pipe.execute()
        self._renewed = before

    async def keep(self) -> None:
        """Renew until cancelled."""
        while True:
            began = time.monotonic()
            try:
                async with asyncio.timeout(LEASE_MS / 1000):
                    await self._renew()
            except (RedisError, OSError, TimeoutError) as error:
                self.trouble()
                log.warning("lease.not_renewed", error=repr(error))
                if isinstance(error, ReadOnlyError):
                    await aredis().connection_pool.disconnect(inuse_connections=False)
            await asyncio.sleep(max(0.0, RENEW_SECONDS - (time.monotonic() - began)))
            if time.monotonic() - began > LEASE_MS / 2000:
                self.trouble()

    async def _renew(self) -> None:
        pipe = aredis().pipeline(transaction=False)
        pipe.pexpire(keys.node(self.node), LEASE_MS)
        pipe.time()
        before = time.monotonic()
        renewed, (seconds, micros) = await pipe.execute()
        self._reckon(before * 1000, seconds * 1000 + micros / 1000, time.monotonic() * 1000)
        if not renewed:
            self.trouble()
            log.warning("lease.lost", node=self.node)
            await self.take()
            self._whole = time.monotonic() + LEASE_MS / 1000
            self._lost()
        self._renewed = before

    def _reckon(self, asked: float, told: float, heard: float) -> None:
        """Redis read its clock somewhere in between: what is known already counts as long as it fits, so that
        an answer which was held up for a second does not move it. All in ms."""
        self._offset = min(max(self._offset, told - heard), told - asked)

    async def end(self) -> None:
        """Leave in order."""
        pipe = aredis().pipeline(transaction=False)
        pipe.hdel(keys.nodes(), self.node)
        pipe.delete(keys.node(self.node))
        await pipe.execute()
