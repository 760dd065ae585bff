"""The log's connection in the twin, with the calls and answers of `arcade.infra.pipe`."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from redis.exceptions import ConnectionError as Lost

from arcade.infra.pipe import ANSWER_SECONDS, Command, Done
from tests.support.twin.client import encoded
from tests.support.twin.wire import Wire


class Pipe:
    """Raises ConnectionError where the store cannot be reached. Learns of its end by using it."""

    def __init__(self, wire: Wire, node: str, lost: Callable[["Pipe"], None]) -> None:
        self._wire = wire
        self._conn = wire.connect(node)
        self._lost = lost
        self._under_way: dict[asyncio.Task[None], Done] = {}
        self.closed = False

    def send(self, commands: Sequence[Command], done: Done) -> None:
        if self.closed:
            done(None)
            return
        task = asyncio.get_running_loop().create_task(self._ask(commands))
        self._under_way[task] = done

    async def ask(self, commands: Sequence[Command]) -> list[Any]:
        answered: asyncio.Future[list[Any] | None] = asyncio.get_running_loop().create_future()
        self.send(commands, lambda replies: None if answered.done() else answered.set_result(replies))
        replies = await answered
        if replies is None:
            raise Lost("The connection was lost.")
        return replies

    def close(self) -> None:
        """Commands under way are left to themselves."""
        if self.closed:
            return
        self.closed = True
        self._lost(self)
        while self._under_way:
            task, done = self._under_way.popitem()
            task.cancel()
            done(None)

    async def _ask(self, commands: Sequence[Command]) -> None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                replies = await self._wire.ask(self._conn, [tuple(map(encoded, c)) for c in commands])
        except (Lost, TimeoutError):
            self.close()
            return
        task = asyncio.current_task()
        assert task is not None
        done = self._under_way.pop(task, None)
        if done is not None:
            done(replies)
