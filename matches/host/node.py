"""One node: its host, its gateway, the bus between nodes, its lease. One per event loop."""

import asyncio
from weakref import WeakKeyDictionary

from arcade.infra.bus import Bus
from arcade.infra.log import get_logger
from arcade.infra.tasks import cancelled
from matches import directory
from matches.engine.setup import Seat
from matches.host import link
from matches.host.bots import BotPool
from matches.host.gateway import Gateway
from matches.host.host import Host
from matches.host.lease import Lease
from matches.host.watchdog import Watchdog

log = get_logger(__name__)

SWEEP_SECONDS = 5.0

_current: WeakKeyDictionary[asyncio.AbstractEventLoop, "Node"] = WeakKeyDictionary()


def current() -> "Node":
    """The node of the running loop. The composition root made it before any socket was served."""
    return _current[asyncio.get_running_loop()]


class Node:
    """Wires host and gateway: a direct call where both are here, the bus where one is elsewhere."""

    def __init__(self, node_id: str, address: str) -> None:
        self.id = node_id
        self.watchdog = Watchdog()
        self.bots = BotPool()
        self.host = Host(node_id, self._to_gateway, self.bots, self.watchdog)
        self.gateway = Gateway(node_id, self.host.matches.__contains__, self._to_host)
        self.bus = Bus(node_id, self._from_bus)
        self.lease = Lease(node_id, address)
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def draining(self) -> bool:
        return self.host.draining

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        await self.bus.start()
        await self.lease.take()
        await self.host.start()
        self.watchdog.start()
        _current[loop] = self
        for work in (self.lease.keep(), self.gateway.watch(), self._sweep()):
            self._tasks.append(loop.create_task(work))
        log.info("node.started", node=self.id)

    async def stop(self) -> None:
        await cancelled(self._tasks)
        await self.host.stop()
        await self.bots.close()
        self.watchdog.stop()
        await self.lease.end()
        await self.bus.stop()
        _current.pop(asyncio.get_running_loop(), None)
        log.info("node.stopped", node=self.id)

    async def create(self, game: str, mode: str, seats: list[Seat]) -> str:
        """A new match on this node; returns its id."""
        return (await self.host.create(game, mode, seats)).match

    async def running(self, player: str) -> directory.Live | None:
        """The match this player sits in and has not ended."""
        return await directory.running(player)

    def _to_gateway(self, node: str, note: link.ToGateway) -> None:
        if node == self.id:
            self.gateway.receive(note)
        else:
            self.bus.send(node, link.encode(note))

    def _to_host(self, node: str, note: link.ToHost) -> None:
        if node == self.id:
            self.host.reception.receive(note)
        else:
            self.bus.send(node, link.encode(note))

    def _from_bus(self, data: bytes) -> None:
        note = link.decode(data)
        if isinstance(note, link.ToHost):
            self.host.reception.receive(note)
        else:
            self.gateway.receive(note)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self.host.reception.sweep()
