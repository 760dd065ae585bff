"""Commands that are given in one pass of the event loop travel to Redis in one pipeline.

A command alone costs several times what it costs among others. Only for those that may be sent again, as a
lost connection is tried once more with all of them.
"""

import asyncio
from typing import Any
from weakref import WeakKeyDictionary

import redis.asyncio

MOST = 100
"""Commands of one pipeline, about."""

Command = tuple[Any, ...]
Given = tuple[tuple[Command, ...], asyncio.Future[list[Any]]]


class Together:
    """Of one client, on its loop."""

    def __init__(self, client: redis.asyncio.Redis) -> None:
        self._client = client
        self._given: list[Given] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, *commands: Command) -> list[Any]:
        """A reply to each, as the client gives it. Raises what the first that failed raised, or RedisError
        or OSError where Redis is away."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[list[Any]] = loop.create_future()
        if not self._given:
            loop.call_soon(self._go)
        self._given.append((commands, future))
        return await future

    def _go(self) -> None:
        given, self._given = self._given, []
        for start in range(0, len(given), MOST):
            task = asyncio.get_running_loop().create_task(self._send(given[start : start + MOST]))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _send(self, given: list[Given]) -> None:
        try:
            async with self._client.pipeline(transaction=False) as pipe:
                for commands, _ in given:
                    for command in commands:
                        pipe.execute_command(*command)
                replies = iter(await pipe.execute(raise_on_error=False))
        except BaseException as error:
            for _, future in given:
                if not future.done():
                    future.set_exception(_again(error))
            if not isinstance(error, Exception):
                raise
            return
        for commands, future in given:
            mine = [next(replies) for _ in commands]
            failed = next((reply for reply in mine if isinstance(reply, Exception)), None)
            if future.done():  # who asked has gone
                continue
            if failed is not None:
                future.set_exception(failed)
            else:
                future.set_result(mine)


def _again(error: BaseException) -> BaseException:
    """For one of many that hear of it; a cancelled pipeline is a lost one to those who wait."""
    return error if isinstance(error, Exception) else redis.ConnectionError(repr(error))


_together: WeakKeyDictionary[redis.asyncio.Redis, Together] = WeakKeyDictionary()


def together(client: redis.asyncio.Redis) -> Together:
    """The one of this client."""
    found = _together.get(client)
    if found is None:
        found = _together[client] = Together(client)
    return found
