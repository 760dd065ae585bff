"""A client of the twin, with the calls and answers of redis-py's asyncio client, as far as they are used."""

import asyncio
from collections.abc import Callable, Generator, Mapping
from typing import Any

from redis.exceptions import ConnectionError as Lost
from redis.exceptions import DataError, ResponseError
from redis.exceptions import TimeoutError as TooLate

from tests.support.twin.wire import Command, Conn, Wire

TIMEOUT = 5
AGAIN_AFTER = 0.05

Read = Callable[[Any], Any]


def encoded(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise DataError(f"Invalid input of type: {type(value).__name__!r}")
    return repr(value).encode()


def _pairs(flat: list[Any]) -> dict[Any, Any]:
    return dict(zip(flat[::2], flat[1::2], strict=True))


def _entries(reply: list[Any]) -> list[tuple[bytes, dict[bytes, bytes]]]:
    return [(entry, _pairs(fields)) for entry, fields in reply]


class Commands:
    """Each call is a command and how its reply is read; what becomes of the two is for `_do`."""

    def _do(self, command: Command, read: Read) -> Any:
        raise NotImplementedError

    def execute_command(self, *args: Any, read: Read = lambda reply: reply) -> Any:
        return self._do(tuple(map(encoded, args)), read)

    def eval(self, script: str, count: int, *args: Any) -> Any:
        return self.execute_command("EVAL", script, count, *args)

    def get(self, key: str) -> Any:
        return self.execute_command("GET", key)

    def set(self, key: str, value: Any, ex: int = 0, px: int = 0, nx: bool = False) -> Any:
        rest = [*(("EX", ex) if ex else ()), *(("PX", px) if px else ()), *(("NX",) if nx else ())]
        return self.execute_command("SET", key, value, *rest, read=lambda reply: reply and True)

    def delete(self, *names: str) -> Any:
        return self.execute_command("DEL", *names)

    def exists(self, *names: str) -> Any:
        return self.execute_command("EXISTS", *names)

    def expire(self, key: str, seconds: int) -> Any:
        return self.execute_command("EXPIRE", key, seconds, read=bool)

    def persist(self, key: str) -> Any:
        return self.execute_command("PERSIST", key, read=bool)

    def pexpire(self, key: str, ms: int) -> Any:
        return self.execute_command("PEXPIRE", key, ms, read=bool)

    def pexpiretime(self, key: str) -> Any:
        return self.execute_command("PEXPIRETIME", key)

    def time(self) -> Any:
        return self.execute_command("TIME", read=lambda reply: (int(reply[0]), int(reply[1])))

    def publish(self, channel: str, data: bytes) -> Any:
        return self.execute_command("PUBLISH", channel, data)

    def hset(self, key: str, field: Any = None, value: Any = None, mapping: Mapping[Any, Any] = {}) -> Any:
        pairs = [*((field, value) if field is not None else ()), *(x for p in mapping.items() for x in p)]
        return self.execute_command("HSET", key, *pairs)

    def hget(self, key: str, field: str) -> Any:
        return self.execute_command("HGET", key, field)

    def hgetall(self, key: str) -> Any:
        return self.execute_command("HGETALL", key, read=_pairs)

    def hexists(self, key: str, field: str) -> Any:
        return self.execute_command("HEXISTS", key, field, read=bool)

    def hdel(self, key: str, *fields: str) -> Any:
        return self.execute_command("HDEL", key, *fields)

    def sadd(self, key: str, *members: Any) -> Any:
        return self.execute_command("SADD", key, *members)

    def srem(self, key: str, *members: Any) -> Any:
        return self.execute_command("SREM", key, *members)

    def smembers(self, key: str) -> Any:
        return self.execute_command("SMEMBERS", key, read=lambda reply: dict.fromkeys(reply).keys())

    def zadd(self, key: str, mapping: Mapping[Any, Any]) -> Any:
        return self.execute_command("ZADD", key, *(x for member, n in mapping.items() for x in (n, member)))

    def zrem(self, key: str, *members: Any) -> Any:
        return self.execute_command("ZREM", key, *members)

    def zrange(self, key: str, first: int, last: int) -> Any:
        return self.execute_command("ZRANGE", key, first, last)

    def xrange(self, key: str, start: str = "-", end: str = "+", count: int | None = None) -> Any:
        return self.execute_command("XRANGE", key, start, end, *_count(count), read=_entries)

    def xrevrange(self, key: str, end: str = "+", start: str = "-", count: int | None = None) -> Any:
        return self.execute_command("XREVRANGE", key, end, start, *_count(count), read=_entries)


def _count(count: int | None) -> tuple[Any, ...]:
    return () if count is None else ("COUNT", count)


class Client(Commands):
    """A pool of one node's connections.

    Like redis-py's, it opens a connection that was closed while idle anew without a word. With
    `retry` it tries once more after a connection was lost, whatever was done.
    """

    def __init__(self, wire: Wire, node: str, *, retry: bool) -> None:
        self._wire = wire
        self._node = node
        self._retry = retry
        self._idle: list[Conn] = []

    def pipeline(self, transaction: bool = True) -> "Pipeline":
        assert not transaction, "the twin has no transactions"
        return Pipeline(self)

    async def _do(self, command: Command, read: Read) -> Any:
        (reply,) = await self.send([command])
        if isinstance(reply, ResponseError):
            raise reply
        return read(reply)

    async def send(self, commands: list[Command]) -> list[Any]:
        try:
            return await self._send(commands)
        except Lost:
            if not self._retry:
                raise
        await asyncio.sleep(AGAIN_AFTER)
        return await self._send(commands)

    async def _send(self, commands: list[Command]) -> list[Any]:
        conn = self._connection()
        try:
            async with asyncio.timeout(TIMEOUT):
                replies = await self._wire.ask(conn, commands)
        except TimeoutError:
            raise TooLate("Timeout reading from the store") from None
        self._idle.append(conn)
        return replies

    def _connection(self) -> Conn:
        while self._idle:
            conn = self._idle.pop()
            if conn.open:
                return conn
        return self._wire.connect(self._node)

    async def aclose(self) -> None:
        self._idle = []


class Pipeline(Commands):
    """Commands that travel together; others' may come between them."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._queue: list[tuple[Command, Read]] = []

    def _do(self, command: Command, read: Read) -> "Pipeline":
        self._queue.append((command, read))
        return self

    def __await__(self) -> Generator[Any, None, "Pipeline"]:
        async def itself() -> "Pipeline":
            return self

        return itself().__await__()

    async def execute(self, raise_on_error: bool = True) -> list[Any]:
        queue, self._queue = self._queue, []
        if not queue:
            return []
        replies = await self._client.send([command for command, _ in queue])
        for reply in replies:
            if isinstance(reply, ResponseError) and raise_on_error:
                raise reply
        return [
            reply if isinstance(reply, ResponseError) else read(reply)
            for reply, (_, read) in zip(replies, queue, strict=True)
        ]
