"""A TCP proxy of our own in front of a server: cuts, swallows replies, delays."""

import asyncio
from typing import Any, Self
from urllib.parse import urlsplit


class Proxy:
    """Stands before a Redis URL; `url` is its own. All switches act on open connections too.

    `delay`: seconds added in each direction. `swallow`: requests get through, replies do not, and `swallowed`
    tells of the first. `refusing`: new connections are ended at once. `frozen`: nothing gets through, nothing
    is ended.
    """

    def __init__(self, url: str, port: int = 0) -> None:
        parts = urlsplit(url)
        self._unix = parts.path if parts.scheme == "unix" else None
        self._host, self._port = parts.hostname, parts.port
        self.port = port
        self.delay = 0.0
        self.swallow = False
        self.swallowed = asyncio.Event()
        self.refusing = False
        self._flows = asyncio.Event()
        self._flows.set()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._subscribers: set[asyncio.StreamWriter] = set()
        """The client's ends of connections that have subscribed; of these, `_deaf`."""
        self._deaf: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def frozen(self) -> bool:
        return not self._flows.is_set()

    @frozen.setter
    def frozen(self, still: bool) -> None:
        if still:
            self._flows.clear()
        else:
            self._flows.set()

    def cut(self) -> None:
        """End every connection now."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    def deafen(self) -> None:
        """Those who have subscribed so far hear nothing any more, and their connections stay."""
        self._deaf |= self._subscribers

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refusing:
            writer.transport.abort()
            return
        opening = asyncio.current_task()
        if opening is not None:
            self._tasks.add(opening)
            opening.add_done_callback(self._tasks.discard)
        try:
            if self._unix is not None:
                back_reader, back = await asyncio.open_unix_connection(self._unix)
            else:
                back_reader, back = await asyncio.open_connection(self._host, self._port)
        except OSError:
            writer.transport.abort()
            return
        except asyncio.CancelledError:
            writer.transport.abort()
            raise
        pair = {writer, back}
        self._writers |= pair
        for pump in (self._pump(reader, back, writer), self._pump(back_reader, writer, None)):
            task = asyncio.create_task(pump)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            task.add_done_callback(lambda _: self._writers.difference_update(pair))

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, client: asyncio.StreamWriter | None
    ) -> None:
        """One direction; `client` is who asks, None for the replies."""
        try:
            while data := await reader.read(65536):
                if client is not None and b"SUBSCRIBE" in data:
                    self._subscribers.add(client)
                if writer in self._deaf:
                    continue
                if self.delay:
                    await asyncio.sleep(self.delay)
                await self._flows.wait()
                if client is None and self.swallow:
                    self.swallowed.set()
                    continue
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.transport.abort()
