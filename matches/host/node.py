"""One node: its host, its gateway, the bus between nodes, its lease. One per event loop."""

import asyncio
from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from redis.exceptions import RedisError

from arcade.infra.black_box import BlackBox
from arcade.infra.bus import Bus
from arcade.infra.log import get_logger
from arcade.infra.tasks import cancelled, forever
from matches import directory
from matches.engine.setup import Seat
from matches.host import link
from matches.host.bots import BotPool
from matches.host.deaths import Freed, Moved, encode
from matches.host.gateway import Gateway
from matches.host.host import Host
from matches.host.lease import Lease
from matches.host.placing import Placing
from matches.host.takeover import Takeover
from matches.host.taking import Taking
from matches.host.watchdog import Watchdog

log = get_logger(__name__)

SWEEP_SECONDS = 5.0
RESULTS_SECONDS = 2.0
"""For results that are being written when the node stops; a database that hangs gets no more."""

_current: WeakKeyDictionary[asyncio.AbstractEventLoop, "Node"] = WeakKeyDictionary()


def current() -> "Node":
    """The node of the running loop. The composition root made it before any socket was served."""
    return _current[asyncio.get_running_loop()]


class Node:
    """Wires host and gateway: a direct call where both are here, the bus where one is elsewhere."""

    def __init__(self, node_id: str, address: str, box: BlackBox | None = None) -> None:
        self.id = node_id
        self.watchdog = Watchdog(box)
        self.bots = BotPool()
        self.lease = Lease(node_id, address, self._lease_lost)
        self.host = Host(node_id, self._to_gateway, self.bots, self.watchdog, self.lease)
        self.gateway = Gateway(
            node_id,
            self.host.matches.__contains__,
            self._to_host,
            self.host.reception.submit,
            self.lease.doubted,
        )
        self._taking = Taking(node_id, self._to_host, self.lease.redis_ms)
        self.gateway.took = self._taking.took
        self.host.here = node_id, self.gateway.fan
        self.bus = Bus(node_id, self._from_bus, self._news, self._missed)
        self.takeover = Takeover(self.host, self.lease, self.bus.say)
        self._placing = Placing(self.host, self.takeover, self.bus)
        self.host.ownership.placing = self._placing
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
        for work in (
            self.lease.keep,
            self.takeover.peers.watch,
            self.takeover.sweep,
            self.gateway.watch,
            self._sweep,
            self.host.refilling.run,
        ):
            self._tasks.append(loop.create_task(forever(work)))
        log.info("node.started", node=self.id)

    async def drain(self) -> None:
        """Hand every match over and send the sockets after them. Nothing new is taken from here on."""
        self.host.draining = True
        freed = await self.host.ownership.release_all(
            lambda matches: self.bus.say(encode(Freed(self.id, matches)))
        )
        await self.gateway.send_away()
        log.info("node.drained", node=self.id, matches=freed)

    def _lease_lost(self) -> None:
        """Others may have taken matches of ours, and we would learn it only from the next append."""
        self.host.spawn(self.host.ownership.reconcile())

    def _news(self, data: bytes) -> None:
        news = self.takeover.heard(data)
        if isinstance(news, Moved):
            self.gateway.moved(news.match, news.node, news.epoch)

    async def stop(self) -> None:
        await cancelled(self._tasks)
        await self.host.stop()
        await self.bots.close()
        self.watchdog.stop()
        try:
            await self.lease.end()
        except (RedisError, OSError) as error:
            log.warning("lease.not_ended", node=self.id, error=repr(error))
        await self.bus.stop()
        await self.host.finisher.at_rest(RESULTS_SECONDS)
        _current.pop(asyncio.get_running_loop(), None)
        log.info("node.stopped", node=self.id)

    async def create(
        self,
        game: str,
        mode: str,
        seats: list[Seat],
        settings: dict[str, Any] | None = None,
        refill: bool = False,
        *,
        rated: bool = True,
        near: Sequence[str] = (),
    ) -> str:
        """A new match, on this node or (`near`) one of its players'; returns its id. For all but the first
        three see `Ownership.create`."""
        return (await self.host.ownership.create(game, mode, seats, settings, refill, rated, near)).match

    async def placed(self, match: str) -> None:
        """Return when a match that was created here has its host, or soon in any case."""
        await self._placing.done(match)

    async def take(self, match: str, seat: int, claim: str, who: Seat) -> bool:
        """Have this player take a leaver's seat, wherever the match is; see `Taking`."""
        return await self._taking.take(match, seat, claim, who)

    async def running(self, player: str) -> directory.Live | None:
        """The match this player sits in and has not ended."""
        return await directory.running(player)

    async def find(self, match: str) -> directory.Live | None:
        """The match of this id; None where it is unknown or long over."""
        return await directory.get(match)

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
        if isinstance(note, link.Adopt):
            self._placing.asked(note)
        elif isinstance(note, link.Adopted):
            self._placing.answered(note)
        elif isinstance(note, link.ToHost):
            self.host.reception.receive(note)
        else:
            self.gateway.receive(note)

    def _missed(self) -> None:
        """Words of other nodes to this one are lost: a match's last frame, or that somebody asked for it."""
        self.gateway.ask_all_again()
        self.host.reception.show_elsewhere()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self.host.reception.sweep()
