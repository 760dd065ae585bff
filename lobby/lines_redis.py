"""Lines in Redis: a stream by channel with ids `<seq>-0`, a receipt by line, a string by rate.

All keys of a channel share one hash tag, and a line costs one script.
"""

from collections.abc import Sequence
from typing import Any

from arcade.infra import keys
from arcade.infra.redis import aredis
from lobby.lines import RECEIPT_SECONDS, Due, Kept, Written

_WRITE = """
local had = redis.call('GET', KEYS[2])
if had then return {had, 0, 1, '0'} end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local wait, ends = 0, {}
for i = 3, #KEYS do
  local each, burst = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local begin = math.max(now, tonumber(redis.call('GET', KEYS[i]) or 0))
  wait = math.max(wait, begin - now - (burst - 1) * each)
  ends[i] = begin + each
end
if wait > 0 then return {'0', math.ceil(wait), 0, '0'} end
local top = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local before = top and string.match(top[1], '^(%d+)') or '0'
local seq = string.format('%.0f', math.max(now, before + 1))
redis.call('XADD', KEYS[1], 'MAXLEN', '=', ARGV[2], seq .. '-0', 'l', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('SET', KEYS[2], seq, 'PX', ARGV[4])
for i = 3, #KEYS do
  redis.call('SET', KEYS[i], string.format('%.0f', ends[i]), 'PX', string.format('%.0f', ends[i] - now + 1))
end
return {seq, 0, 0, before}
"""
"""KEYS: stream, receipt, rates. ARGV: line, most, ms of stream and of receipt, per rate its ms and burst."""


class RedisLines:
    """On the running loop's client."""

    async def write(
        self, channel: str, line: bytes, receipt: str, most: int, seconds: float, rates: Sequence[Due]
    ) -> Written:
        named = [keys.chat_rate(channel, rate.name) for rate in rates]
        numbers = [n for rate in rates for n in (int(rate.seconds * 1000), rate.burst)]
        where = [keys.chat_lines(channel), keys.chat_receipt(channel, receipt), *named]
        until = int(seconds * 1000), RECEIPT_SECONDS * 1000
        answer: Any = await aredis().eval(_WRITE, len(where), *where, line, most, *until, *numbers)
        return Written(int(answer[0]), int(answer[1]) / 1000, bool(answer[2]), int(answer[3]))

    async def after(self, channel: str, seq: int, most: int) -> list[Kept]:
        found: Any = await aredis().xrevrange(keys.chat_lines(channel), "+", f"{seq + 1}-0", count=most)
        return _read(found)

    async def before(self, channel: str, seq: int, most: int) -> list[Kept]:
        if seq <= 0:
            return []
        found: Any = await aredis().xrevrange(keys.chat_lines(channel), f"{seq - 1}-0", "-", count=most)
        return _read(found)

    async def last(self, channels: Sequence[str]) -> list[int]:
        pipe = aredis().pipeline(transaction=False)
        for channel in channels:
            pipe.xrevrange(keys.chat_lines(channel), count=1)
        found: Any = await pipe.execute() if channels else []
        return [_seq(lines[0][0]) if lines else 0 for lines in found]


def _read(found: list[Any]) -> list[Kept]:
    return [(_seq(ident), fields[b"l"]) for ident, fields in reversed(found)]


def _seq(ident: bytes) -> int:
    return int(ident.partition(b"-")[0])
