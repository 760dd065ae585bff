"""The log's connection in the twin: `arcade.infra.pipe` over its wire."""

import asyncio
from collections.abc import Callable, Sequence

from redis.exceptions import ConnectionError as Lost

from arcade.infra import pipe
from tests.support.twin.client import encoded
from tests.support.twin.wire import Wire


class Pipe(pipe.Pipe):
    """Raises ConnectionError where the store cannot be reached. Learns of its end by using it."""

    def __init__(self, wire: Wire, node: str, lost: Callable[[pipe.Pipe], None]) -> None:
        super().__init__(lost)
        self._wire = wire
        self._conn = wire.connect(node)
        self._under_way: dict[asyncio.Task[None], pipe.Done] = {}

    def send(self, commands: Sequence[pipe.Command], done: pipe.Done) -> None:
        if self.closed:
            done(None)
            return
        task = self._loop.create_task(self._ask(commands))
        self._under_way[task] = done

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

    async def _ask(self, commands: Sequence[pipe.Command]) -> None:
        try:
            async with asyncio.timeout(pipe.ANSWER_SECONDS):
                replies = await self._wire.ask(self._conn, [tuple(map(encoded, c)) for c in commands])
        except (Lost, TimeoutError):
            self.close()
            return
        task = asyncio.current_task()
        assert task is not None
        done = self._under_way.pop(task, None)
        if done is not None:
            done(replies)
