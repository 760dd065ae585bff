"""Which node hosts a new match: that where most of its players are, and not always the one that makes it.

Who makes it writes log and entry as its own, tells nobody, and asks the chosen node to claim it, by the same
fence as a dead node's match (`claim.py`). Where that does not answer soon, the maker claims it. So it has one
host, whoever is late, and a maker that dies leaves what any dead node does: a match in its name.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from redis.exceptions import RedisError

from arcade.infra.bus import Bus
from arcade.infra.log import get_logger
from arcade.infra.metrics import metrics
from matches import directory
from matches.host import link
from matches.host.deaths import Freed, encode
from matches.host.takeover import Takeover, in_charge

if TYPE_CHECKING:
    from matches.host.host import Host

log = get_logger(__name__)

ASK_SECONDS = 0.5
"""Seconds a node has to say that it hosts a match."""
PLACED_SECONDS = 1.5
"""Seconds after which players are told of their match all the same: their sockets ask for its host too."""
SHUNNED_SECONDS = 5.0
"""Seconds a node that refused, or was silent, is not asked to host this game."""


class Placing:
    """Of one node."""

    def __init__(self, host: "Host", takeover: Takeover, bus: Bus) -> None:
        self._host, self._takeover, self._bus = host, takeover, bus
        self._asking: dict[str, asyncio.Future[bool]] = {}
        self._shunned: dict[tuple[str, str], float] = {}
        """(node, game): until when (s, the loop's clock)."""
        self._under_way: dict[str, asyncio.Event] = {}

    # --- who makes it -------------------------------------------------------------------------------

    def begin(self, live: directory.Live, near: Sequence[str]) -> bool:
        """See to it that one of the nodes hosts a match that was made just now; False where that is this one,
        which is then left to host it. `near`: per player the nodes of his sockets."""
        node = self._chosen(live, near)
        if node == self._host.node:
            return False
        self._under_way[live.match] = asyncio.Event()
        coming = ExitStack()
        coming.enter_context(self._host.ownership.coming())
        self._host.spawn(self._place(live, node, coming))
        return True

    async def done(self, match: str) -> None:
        """Return when a match that was begun has its host, or after `PLACED_SECONDS`."""
        if (placed := self._under_way.get(match)) is not None:
            try:
                async with asyncio.timeout(PLACED_SECONDS):
                    await placed.wait()
            except TimeoutError:
                log.warning("match.not_placed_yet", match=match)

    def _chosen(self, live: directory.Live, near: Sequence[str]) -> str:
        """Where most are, of nodes that live; of several by the name of the match, which spreads."""
        now, alive = self._host.now(), self._takeover.peers.alive
        able = {node for node in alive if self._shunned.get((node, live.game), now) <= now}
        crowd = Counter(node for node in near if node in able or node == self._host.node)
        most = max(crowd.values(), default=0)
        return in_charge(live.match, [n for n in crowd if crowd[n] == most] or [self._host.node])

    async def _place(self, live: directory.Live, node: str, coming: ExitStack) -> None:
        try:
            with coming:
                answer = await self._ask(live, node)
                how = {True: "adopted", False: "refused", None: "silent"}[answer]
                metrics.placed.labels(how).inc()
                if answer:
                    return
                log.warning("match.not_adopted", match=live.match, node=node, how=how)
                now = self._host.now()
                self._shunned = {of: until for of, until in self._shunned.items() if until > now}
                self._shunned[node, live.game] = now + SHUNNED_SECONDS
                await self._keep(live)
        finally:
            self._under_way.pop(live.match).set()

    async def _ask(self, live: directory.Live, node: str) -> bool | None:
        """None where it did not answer."""
        answer = self._asking[live.match] = self._host.loop.create_future()
        try:
            self._bus.send(node, link.encode(link.Adopt(live.match, self._host.node, live.epoch)))
            await asyncio.wait([answer], timeout=ASK_SECONDS)
            return answer.result() if answer.done() else None
        finally:
            del self._asking[live.match]

    async def _keep(self, live: directory.Live) -> None:
        """Host it here, or leave it to others where this node leaves; nothing where it has a host by now."""
        if not self._host.draining:
            await self._takeover.take_made(live.match, self._host.node, live.epoch)
            return
        try:
            if await directory.release(live):
                self._bus.say(encode(Freed(self._host.node, [live.match])))
        except (RedisError, OSError) as error:
            log.warning("match.cannot_release", match=live.match, error=repr(error))

    def answered(self, note: link.Adopted) -> None:
        """What the chosen node says."""
        answer = self._asking.get(note.match)
        if answer is not None and not answer.done():
            answer.set_result(note.done)

    # --- who is chosen ------------------------------------------------------------------------------

    def asked(self, note: link.Adopt) -> None:
        """Another node made a match for this one."""
        self._host.spawn(self._adopt(note))

    async def _adopt(self, note: link.Adopt) -> None:
        done = await self._takeover.take_made(note.match, note.node, note.epoch)
        self._bus.send(note.node, link.encode(link.Adopted(note.match, done)))
