"""The store in Redis: a document is one string, `<version>:<data>`, so a script touches one key only.

A version is the server's time in µs, or one more than the last: it does not come back after a deletion.
"""

from typing import Any

from arcade.infra.redis import aredis
from lobby.store import ABSENT, Kept

_VERSION = """
local head = redis.call('GETRANGE', KEYS[1], 0, 19)
local version = string.match(head, '^(%d+):') or '0'
if version ~= ARGV[1] then return false end
"""

_PUT = (
    _VERSION
    + """
local time = redis.call('TIME')
local new = time[1] * 1000000 + time[2]
if new <= tonumber(version) then new = tonumber(version) + 1 end
new = string.format('%.0f', new)
redis.call('SET', KEYS[1], new .. ':' .. ARGV[2], 'PX', ARGV[3])
return new
"""
)

_DELETE = _VERSION + "redis.call('DEL', KEYS[1]) return 1"


class RedisStore:
    """On the running loop's client."""

    async def get(self, key: str) -> Kept:
        raw: Any = await aredis().get(key)
        if raw is None:
            return ABSENT
        version, _, data = raw.partition(b":")
        return Kept(int(version), data)

    async def put(self, key: str, data: bytes, version: int, seconds: float) -> int | None:
        new = await self._eval(_PUT, key, str(version), data, int(seconds * 1000))
        return None if new is None else int(new)

    async def delete(self, key: str, version: int) -> bool:
        return bool(await self._eval(_DELETE, key, str(version)))

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
