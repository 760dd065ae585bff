"""The queues in Redis: all keys of a queue in one slot, each change one script that looks at the fence.

The client sends a script again when its connection was lost, though the first may have been run; so each is
written to be run twice: a commit by its number, an event by its id.
"""

import asyncio
from contextlib import suppress
from typing import Any

import msgspec
from redis.exceptions import RedisError

from arcade.infra import keys
from arcade.infra.redis import aredis, bare_client
from lobby import queue_store
from lobby.queue_store import KEPT_SECONDS, SAID_SECONDS, Done, Full, Handed, Heard, Lease
from lobby.rules.queue_book import Change

BEAT, DEAF = 2.0, 7.0
"""Seconds between two looks whether the subscription still hears, and after which it does not."""

_NOW = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
"""

_CLAIM = (
    _NOW
    + f"""
local held = redis.call('HMGET', KEYS[1], 'fence', 'node', 'until', 'number')
local fence, node, till = held[1] or '0', held[2] or '', tonumber(held[3] or '0')
local handed = redis.call('HLEN', KEYS[2])
if ARGV[3] ~= '0' then
  if fence ~= ARGV[3] or node ~= ARGV[1] then return {{'0', node, math.max(0, till - now), handed}} end
elseif node ~= '' and node ~= ARGV[1] and till > now then
  return {{'0', node, till - now, handed}}
else
  redis.call('HSET', KEYS[1], 'before', fence .. ':' .. (held[4] or '0'))
  fence = string.format('%.0f', math.max(tonumber(fence) + 1, now))
  redis.call('HSET', KEYS[1], 'fence', fence, 'node', ARGV[1], 'number', 0)
end
redis.call('HSET', KEYS[1], 'until', string.format('%.0f', now + ARGV[2]))
redis.call('PEXPIRE', KEYS[1], {int(KEPT_SECONDS * 1000)})
return {{fence, ARGV[1], tonumber(ARGV[2]), handed}}
"""
)

_RELEASE = """
local held = redis.call('HMGET', KEYS[1], 'fence', 'node')
if held[1] == ARGV[2] and held[2] == ARGV[1] then redis.call('HSET', KEYS[1], 'node', '', 'until', 0) end
"""

_LOAD = """
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] then return false end
return redis.call('HGETALL', KEYS[2])
"""

_COMMIT = f"""
local held = redis.call('HMGET', KEYS[1], 'fence', 'number', 'before')
if held[1] ~= ARGV[1] then
  return held[3] == ARGV[1] .. ':' .. ARGV[2] and 1 or 0
end
if tonumber(ARGV[2]) <= tonumber(held[2]) then return 1 end
redis.call('HSET', KEYS[1], 'number', ARGV[2])
local at = 3
local function each(step, act)
  local count = tonumber(ARGV[at])
  for i = at + 1, at + count * step, step do act(i) end
  at = at + count * step + 1
end
each(2, function(i) redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end)
each(1, function(i)
  redis.call('HDEL', KEYS[2], ARGV[i])
  redis.call('ZREM', KEYS[3], ARGV[i])
end)
each(2, function(i) redis.call('ZADD', KEYS[3], ARGV[i + 1], ARGV[i]) end)
local key = 4
each(4, function(i)
  key = key + 1
  redis.call('HDEL', KEYS[4], ARGV[i])
  redis.call('SET', KEYS[key], ARGV[i + 1], 'PX', {int(SAID_SECONDS * 1000)})
  redis.call('PUBLISH', ARGV[i + 2], ARGV[i + 3])
end)
for i = 1, 3 do redis.call('PEXPIRE', KEYS[i], {int(KEPT_SECONDS * 1000)}) end
return 1
"""

_HAND = f"""
local said = redis.call('GET', KEYS[3])
if said then return said end
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 0 then
  if redis.call('HLEN', KEYS[2]) >= tonumber(ARGV[3]) then return 0 end
  redis.call('HSET', KEYS[2], ARGV[1], redis.call('HINCRBY', KEYS[1], 'handed', 1) .. ':' .. ARGV[2])
  redis.call('PEXPIRE', KEYS[2], {int(KEPT_SECONDS * 1000)})
end
local node = redis.call('HGET', KEYS[1], 'node')
if node and node ~= '' then redis.call('PUBLISH', ARGV[4] .. node, ARGV[5]) end
return 1
"""

_WITHDRAW = """
redis.call('HDEL', KEYS[1], ARGV[1])
return redis.call('GET', KEYS[2])
"""

_encode = msgspec.msgpack.Encoder().encode
_told = msgspec.msgpack.Decoder(tuple[str, str, bytes | None])


class RedisQueueStore:
    """On the running loop's client."""

    async def claim(self, queue: str, node: str, seconds: float, fence: int = 0) -> Lease:
        names = keys.queue_lease(queue), keys.queue_inbox(queue)
        told = await self._eval(_CLAIM, names, node, int(seconds * 1000), fence)
        if int(told[0]):
            pipe = aredis().pipeline(transaction=False)
            pipe.sadd(keys.queues(), queue)
            pipe.expire(keys.queues(), int(KEPT_SECONDS))
            await pipe.execute()
        return Lease(int(told[0]), told[1].decode(), int(told[2]) / 1000, int(told[3]))

    async def release(self, queue: str, node: str, fence: int) -> None:
        await self._eval(_RELEASE, (keys.queue_lease(queue),), node, fence)

    async def load(self, queue: str, fence: int) -> dict[str, bytes] | None:
        names = keys.queue_lease(queue), keys.queue_parts(queue)
        raw = await self._eval(_LOAD, names, fence)
        if raw is None:
            return None
        pairs = raw.items() if isinstance(raw, dict) else zip(raw[::2], raw[1::2], strict=True)
        return {part.decode(): value for part, value in pairs}

    async def commit(self, queue: str, fence: int, number: int, change: Change, done: list[Done]) -> bool:
        names = [keys.queue_lease(queue), keys.queue_parts(queue), keys.queue_order(queue)]
        names += [keys.queue_inbox(queue), *(keys.queue_said(queue, each.id) for each in done)]
        args: list[Any] = [fence, number, len(change.put)]
        for part, value in change.put.items():
            args += part, value
        args += [len(change.gone), *change.gone, len(change.since)]
        for part, since in change.since.items():
            args += part, repr(since)
        args.append(len(done))
        for each in done:
            told = _encode((queue, each.id, each.outcome))
            args += each.id, each.outcome, keys.queue_node(each.sender), told
        return bool(await self._eval(_COMMIT, names, *args))

    async def hand(self, queue: str, node: str, id: str, event: bytes) -> bytes | None:
        names = keys.queue_lease(queue), keys.queue_inbox(queue), keys.queue_said(queue, id)
        data, wake = node.encode() + b":" + event, _encode((queue, "", None))
        told = await self._eval(_HAND, names, id, data, queue_store.INBOX, keys.queue_node(""), wake)
        if told == 0:
            raise Full
        return told if isinstance(told, bytes) else None

    async def said(self, queue: str, id: str) -> bytes | None:
        raw: Any = await aredis().get(keys.queue_said(queue, id))
        found: bytes | None = raw
        return found

    async def withdraw(self, queue: str, id: str) -> bytes | None:
        found: bytes | None = await self._eval(
            _WITHDRAW, (keys.queue_inbox(queue), keys.queue_said(queue, id)), id
        )
        return found

    async def inbox(self, queue: str) -> list[Handed]:
        raw: Any = await aredis().hgetall(keys.queue_inbox(queue))
        found = []
        for id, data in raw.items():
            number, sender, event = data.split(b":", 2)
            found.append((int(number), Handed(id.decode(), sender.decode(), event)))
        return [handed for _, handed in sorted(found)]

    async def read(self, queue: str, fields: list[str], ranked: str = "") -> tuple[list[bytes | None], int]:
        pipe = aredis().pipeline(transaction=False)
        pipe.hmget(keys.queue_parts(queue), ["", *fields])
        if ranked:
            pipe.zrank(keys.queue_order(queue), f"t:{ranked}")
        (_, *found), *rank = await pipe.execute()
        return found, (rank[0] or 0) if rank else 0

    async def unlist(self, queue: str) -> None:
        await aredis().srem(keys.queues(), queue)

    async def queues(self) -> list[str]:
        raw: Any = await aredis().smembers(keys.queues())
        return [queue.decode() for queue in raw]

    async def listen(self, node: str, heard: Heard, ready: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        client = bare_client(socket_timeout=None)
        pubsub: Any = client.pubsub()
        try:
            await pubsub.subscribe(keys.queue_node(node))
            last = loop.time()
            while True:
                message = await pubsub.get_message(timeout=BEAT)
                if message is None:
                    if loop.time() - last > DEAF:
                        raise OSError("nothing heard")
                    await pubsub.ping()
                    continue
                last = loop.time()
                if message["type"] == "subscribe":
                    ready.set()
                elif message["type"] == "message":
                    heard(*_told.decode(message["data"]))
        finally:
            ready.clear()
            with suppress(RedisError, OSError):
                await pubsub.aclose()
                await client.aclose()

    async def _eval(self, script: str, names: Any, *args: Any) -> Any:
        return await aredis().eval(script, len(names), *names, *args)
