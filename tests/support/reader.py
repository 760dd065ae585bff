"""A client that reads when it is told to."""

import asyncio
from typing import Any

from arcade_client.codec import from_array
from arcade_client.core import MatchSession
from arcade_client.happenings import Happened


class Reader:
    """A socket read by a real client's core, which says what it would say."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket
        self.core = MatchSession(socket.session)
        self.kinds: list[int] = []
        self.events: list[list[Any]] = []
        self.now = 0.0

    async def hello(self) -> None:
        self.core.opened(self.now)
        while self.core.view is None:
            await self.say()
            await self.read()

    async def say(self) -> None:
        self.now += 1.5
        for message in self.core.outgoing(self.now):
            kind = {"Hello": 1, "Seen": 7, "Resync": 8, "Ping": 9}[message.pop("kind")]
            await self.socket.send(kind, *message.values())

    async def read(self, seconds: float = 10) -> None:
        message = await self.socket.heard(seconds)
        self.kinds.append(message[0])
        known = from_array(message)
        for said in self.core.receive(known, self.now) if known is not None else []:
            if isinstance(said, Happened):
                self.events.append([said.seq, said.name, said.data])

    async def glance(self) -> None:
        """Read a message if there is one."""
        await asyncio.sleep(0)
        if not self.socket.app.output_queue.empty():
            await self.read()

    async def until(self, seq: int) -> None:
        async with asyncio.timeout(15):
            while self.core.seq < seq:
                await self.read()
                await self.say()
