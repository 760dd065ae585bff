"""The records of matches whose durability is `none`: kept in memory, confirmed on the loop's next pass.

They go to the log in Redis, whole and fenced as ever, when the match is handed over, and when there are more
of them than memory is given for: then the match stands still until they are there.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from redis.exceptions import RedisError

from arcade.infra import keys
from arcade.infra.log import get_logger
from arcade.infra.metrics import metrics
from arcade.infra.redis import aredis
from matches.host.append import Outcome

log = get_logger(__name__)

KEPT_MOST = 1024 * 1024
"""Bytes of records kept for one match; 90 s of the arena with eight runners are half of it."""

BATCH = 500
"""Records moved to Redis by one command."""

RETRY_FIRST, RETRY_MOST = 0.05, 1.0

MOVE = """
local top = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if not top then return 'fenced' end
local epoch, n = string.match(top[1], '^(%d+)-(%d+)$')
if epoch ~= ARGV[1] then return 'fenced' end
local first, following = tonumber(ARGV[2]), tonumber(n) + 1
if first > following then return 'gap' end
for i = following - first, #ARGV - 3 do
  redis.call('XADD', KEYS[1], string.format('%s-%d', epoch, first + i), 'r', ARGV[i + 3])
end
return 'moved'
"""
"""KEYS: log. ARGV: epoch, n of the first record, the records. Those that are there already are left out, so a
lost reply is no matter."""


class Kept:
    """The records `<epoch>-<first>` and on of one match."""

    __slots__ = ("bytes", "epoch", "first", "match", "records")

    def __init__(self, match: str, epoch: int) -> None:
        self.match = match
        self.epoch = epoch
        self.first = 1
        self.records: list[bytes] = []
        self.bytes = 0

    def until(self, last: str) -> dict[str, bytes]:
        """The records by id, oldest first, up to `last`; none where that is not among them."""
        ours = {f"{self.epoch}-{self.first + i}": data for i, data in enumerate(self.records)}
        if last not in ours:
            return {}
        return dict(list(ours.items())[: list(ours).index(last) + 1])

    def let_go(self, end: int) -> None:
        """Those before `<epoch>-<end>` are kept elsewhere by now."""
        count = max(0, end - self.first)
        self.bytes -= sum(map(len, self.records[:count]))
        del self.records[:count]
        self.first += count

    @property
    def end(self) -> int:
        """n of the record to come."""
        return self.first + len(self.records)


class MemoryLog:
    """Takes what `LogWriter` takes for other matches. `spawn` runs something on the side, for the host."""

    def __init__(self, spawn: Callable[[Coroutine[Any, Any, None]], None]) -> None:
        self._spawn = spawn
        self._loop = asyncio.get_running_loop()
        self._settling: list[Callable[[Outcome], None]] = []

    def append(self, kept: Kept, data: bytes, settle: Callable[[Outcome], None]) -> None:
        """Keep a record; `settle` is called on the next pass of the loop, or when there is room again."""
        kept.records.append(data)
        kept.bytes += len(data)
        if kept.bytes > KEPT_MOST:
            metrics.overflows.labels("move").inc()
            self._spawn(self._make_room(kept, settle))
            return
        if not self._settling:
            self._loop.call_soon(self._confirm)
        self._settling.append(settle)

    def _confirm(self) -> None:
        settling, self._settling = self._settling, []
        for settle in settling:
            try:
                settle(Outcome.CONFIRMED)
            except Exception:
                log.exception("memory.settle_failed")

    async def _make_room(self, kept: Kept, settle: Callable[[Outcome], None]) -> None:
        delay = RETRY_FIRST
        while True:
            try:
                whole = await self.move(kept)
                break
            except (RedisError, OSError) as error:
                log.warning("memory.cannot_move", match=kept.match, error=repr(error))
                await asyncio.sleep(delay)
                delay = min(delay * 2, RETRY_MOST)
        settle(Outcome.CONFIRMED if whole else Outcome.FENCED)

    async def move(self, kept: Kept) -> bool:
        """Have all records in the log in Redis. False where it is another's, or has lost its end.

        Raises RedisError or OSError; may be tried again.
        """
        client: Any = aredis()
        while batch := kept.records[:BATCH]:
            first = kept.first
            answer = await client.eval(MOVE, 1, keys.match_log(kept.match), kept.epoch, first, *batch)
            if answer != b"moved":
                log.warning("memory.not_moved", match=kept.match, why=answer.decode())
                return False
            kept.let_go(first + len(batch))
        return True
