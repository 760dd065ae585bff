"""The store in Redis: a document is one string, `<version>:<receipts>:<data>`, so a script touches one key.

A version is the server's time in µs, or one more than the last: it does not come back after a deletion.

The client sends a script again when its connection was lost, though the first may have been run: each writer
leaves a receipt, `<token>=<version>,`, by which its repeat is answered like the first. A document keeps the
last `RECEIPTS` of them, after its deletion too (version 0, no data) for `DELETED` seconds if there is room.
"""

import secrets
from typing import Any

from arcade.infra.redis import aredis
from arcade.infra.together import together
from lobby.store import ABSENT, Kept

RECEIPTS = 8
DELETED = 30

_VERSION = f"""
local head = redis.call('GETRANGE', KEYS[1], 0, 511)
local version, receipts = string.match(head, '^(%d+):([^:]*):')
version, receipts = version or '0', receipts or ''
local mine = string.match(receipts, ARGV[2] .. '=(%d+),')
if mine then return mine end
if version ~= ARGV[1] then return false end
local _, kept = string.gsub(receipts, ',', ',')
if kept >= {RECEIPTS} then receipts = string.gsub(receipts, '^[^,]*,', '') end
"""

_PUT = (
    _VERSION
    + """
local time = redis.call('TIME')
local new = time[1] * 1000000 + time[2]
if new <= tonumber(version) then new = tonumber(version) + 1 end
new = string.format('%.0f', new)
receipts = receipts .. ARGV[2] .. '=' .. new .. ','
redis.call('SET', KEYS[1], new .. ':' .. receipts .. ':' .. ARGV[3], 'PX', ARGV[4])
return new
"""
)

_DELETE = (
    _VERSION
    + f"""
local done = redis.pcall('SET', KEYS[1], '0:' .. receipts .. ARGV[2] .. '=1,:', 'EX', {DELETED})
if done.err then redis.call('DEL', KEYS[1]) end
return '1'
"""
)


class RedisStore:
    """On the running loop's client."""

    async def get(self, key: str) -> Kept:
        (raw,) = await together(aredis()).ask(("GET", key))
        if raw is None:
            return ABSENT
        version, _, data = raw.split(b":", 2)
        return Kept(int(version), data)

    async def put(self, key: str, data: bytes, version: int, seconds: float) -> int | None:
        new = await self._eval(_PUT, key, str(version), secrets.token_hex(6), data, int(seconds * 1000))
        return None if new is None else int(new)

    async def delete(self, key: str, version: int) -> bool:
        return bool(await self._eval(_DELETE, key, str(version), secrets.token_hex(6)))

    async def lease(self, index: str, fields: dict[str, bytes]) -> None:
        if fields:
            mapping: Any = fields
            await aredis().hset(index, mapping=mapping)

    async def unlease(self, index: str, fields: list[str]) -> None:
        if fields:
            await aredis().hdel(index, *fields)

    async def leases(self, index: str) -> dict[str, bytes]:
        raw: Any = await aredis().hgetall(index)
        return {field.decode(): value for field, value in raw.items()}

    async def _eval(self, script: str, key: str, *args: Any) -> Any:
        return await aredis().eval(script, 1, key, *args)
