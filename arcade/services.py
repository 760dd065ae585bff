"""The composition root: one node with its matches and its lobby, on the running event loop."""

import asyncio
import secrets
from weakref import WeakKeyDictionary

from django.conf import settings
from django.utils.module_loading import import_string

from arcade.infra import black_box, redis
from lobby import records
from lobby.chat import Filter
from lobby.service import Lobby
from matches import serving
from matches.host.node import Node

FAREWELL_SECONDS = 1.0
"""For sockets that are being ended when the node stops: they give back their players' places."""


class Services:
    """What a node is made of. `matches` creates and finds matches; `lobby` says who plays them."""

    def __init__(self) -> None:
        node = settings.ARCADE_NODE or secrets.token_hex(6)
        self.matches = Node(node, settings.ARCADE_NODE_BIND, black_box.inherited())
        self.lobby = Lobby(
            self.matches, records.rating, word_filter=word_filter(), strength=records.strength, node=node
        )
        self.matches.host.callbacks = self.lobby
        self.matches.host.refilling.offer = self.lobby.seats_open

    async def start(self) -> None:
        """Ready for sockets when it returns."""
        await self.matches.start()
        await self.lobby.start()

    async def drain(self) -> None:
        """Before the sockets are closed: hand the matches over."""
        self.lobby.draining = True
        await self.matches.drain()
        await self.lobby.send_away()

    async def stop(self) -> None:
        """Let go of everything; live matches stay in Redis."""
        self.matches.host.draining = True
        try:
            await self.lobby.stop()
        finally:
            try:
                await self.matches.stop()
            finally:
                await serving.at_rest(FAREWELL_SECONDS)
                await redis.close()


def word_filter() -> Filter | None:
    """The callable that `ARCADE_WORD_FILTER` names."""
    return import_string(settings.ARCADE_WORD_FILTER) if settings.ARCADE_WORD_FILTER else None


_running: WeakKeyDictionary[asyncio.AbstractEventLoop, "asyncio.Task[Services]"] = WeakKeyDictionary()


async def start() -> Services:
    """The services of the running loop, started on first use: some servers have no lifespan."""
    loop = asyncio.get_running_loop()
    task = _running.get(loop)
    if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
        task = _running[loop] = loop.create_task(_start())
    return task.result() if task.done() else await asyncio.shield(task)


async def _start() -> Services:
    services = Services()
    try:
        await services.start()
    except BaseException:
        await services.stop()
        raise
    return services


async def drain() -> None:
    """Drain the running loop's services, if they were started."""
    task = _running.get(asyncio.get_running_loop())
    if task is not None and task.done() and not task.cancelled() and task.exception() is None:
        await task.result().drain()


async def stop() -> None:
    """Stop the running loop's services, if they were started."""
    task = _running.pop(asyncio.get_running_loop(), None)
    if task is not None:
        await (await task).stop()
