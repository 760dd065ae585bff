"""A node's lease: a key that says it lives and where it is. Takeover rests on epochs, not on this."""

import asyncio

from redis.exceptions import RedisError

from arcade.infra import keys
from arcade.infra.log import get_logger
from arcade.infra.redis import aredis

log = get_logger(__name__)

LEASE_MS = 1000
RENEW_SECONDS = 0.25


class Lease:
    """Renewed by `PEXPIRE`, which works where Redis has no memory left; set anew when it ran out."""

    def __init__(self, node: str, address: str) -> None:
        self.node = node
        self.address = address

    async def take(self) -> None:
        await aredis().set(keys.node(self.node), self.address, px=LEASE_MS)

    async def keep(self) -> None:
        """Runs until cancelled."""
        while True:
            try:
                if not await aredis().pexpire(keys.node(self.node), LEASE_MS):
                    await self.take()
            except (RedisError, OSError) as error:
                log.warning("lease.not_renewed", error=repr(error))
            await asyncio.sleep(RENEW_SECONDS)

    async def end(self) -> None:
        await aredis().delete(keys.node(self.node))
