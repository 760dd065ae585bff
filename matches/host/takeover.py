"""Going on with the matches of dead nodes, and of those that leave.

The survivors share the matches by a hash, and look again a little later for those that the one in charge did
not take; a sweep finds what no index names. All of them may be wrong or late, as who says that a node is dead
(peers.py) may be: the epoch decides (claim.py).
"""

import asyncio
import math
import random
from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import DatabaseError
from redis.exceptions import RedisError

from arcade.infra import keys
from arcade.infra.log import get_logger
from arcade.infra.metrics import metrics
from arcade.infra.redis import aredis
from matches import directory
from matches.directory import Live
from matches.host.claim import Broken, Claimed, Foreign, Missed, claim, hostable, restore, version_here
from matches.host.deaths import Died, Freed, Moved, News, decode, encode
from matches.host.lease import Lease
from matches.host.peers import Peers

if TYPE_CHECKING:
    from matches.host.host import Host

log = get_logger(__name__)

SECOND_LOOK = (0.4, 0.8)
"""Seconds until survivors look for matches that the one in charge has not taken."""
SWEEP_SECONDS = (2.0, 4.0)
LOOK_UP_SECONDS = 0.5
MUTE_SECONDS = 5.0
"""For how long a database that did not answer is not asked about matches that are taken."""
PAGE = 500
"""Matches of the index looked at by one command."""
RULES_GONE_SECONDS = 600.0
"""After it a match of rules that no node has is ended."""
NODES_DIED = "three nodes died of it"
AT_ONCE = 8
"""Claims under way at the same time."""


class _Foreign(NamedTuple):
    """A match whose rules this node does not have: as it was when its log was looked at, the version that we
    had then, and since when (s, the loop's clock)."""

    live: Live
    ours: int | None
    since: float


def in_charge(match: str, nodes: Iterable[str]) -> str:
    """Which of these nodes takes a match first: all come to the same answer."""
    return max(nodes, key=lambda node: blake2b(f"{match} {node}".encode(), digest_size=8).digest())


class Takeover:
    """One per node. `say` publishes news to every node, this one too."""

    def __init__(self, host: "Host", lease: Lease, say: Callable[[bytes], None]) -> None:
        self._host = host
        self._lease = lease
        self._say = say
        self.peers = Peers(host.node, lease, self._inherit_soon)
        self._suspects: dict[str, str] = {}
        """Per dead node the match whose rules ended it: none of the others is to blame."""
        self._orphans: set[str] = set()
        self._foreign: dict[str, _Foreign] = {}
        """Orphans whose rules this node does not have."""
        self._limit = asyncio.Semaphore(AT_ONCE)
        self._claiming: set[str] = set()
        self._mute_until = -math.inf
        self._heirs: set[str] = set()
        """Dead nodes whose matches are being taken."""

    def heard(self, data: bytes) -> News:
        """News of another node, or our own."""
        news = decode(data)
        match news:
            case Died(node, renewed, how, suspect) if node != self._host.node:
                log.info("node.died", peer=node, how=how, suspect=suspect)
                self.peers.gone(node, renewed)
                self._inherit_soon(node, suspect)
            case Freed(node, matches) if node != self._host.node:
                self.peers.gone(node)
                self._host.spawn(self._share(matches, lambda live: live.node == ""))
        return news

    # --- taking -------------------------------------------------------------------------------------

    def _inherit_soon(self, dead: str, suspect: str) -> None:
        if suspect:
            self._suspects[dead] = suspect
        if dead not in self._heirs:
            self._heirs.add(dead)
            self._host.spawn(self._inherit(dead))

    async def _inherit(self, dead: str) -> None:
        """All matches of a dead node, shared with the other survivors."""
        client: Any = aredis()
        try:
            matches = [m.decode() for m in await client.smembers(keys.node_matches(dead))]
            await self._share(matches, lambda live: live.node == dead)
            if not await client.exists(keys.node(dead)):
                await client.hdel(keys.nodes(), dead)
                await client.expire(keys.node_matches(dead), directory.KEPT_SECONDS)
                self.peers.renewed.pop(dead, None)
        finally:
            self._suspects.pop(dead, None)
            self._heirs.discard(dead)

    async def _share(self, matches: list[str], still: Callable[[Live], bool]) -> None:
        nodes = {*self.peers.alive, self._host.node}
        mine = [m for m in matches if in_charge(m, nodes) == self._host.node]
        await asyncio.gather(*(self._take(match, still) for match in mine))
        rest = [m for m in matches if m not in mine]
        if rest:
            await asyncio.sleep(random.uniform(*SECOND_LOOK))  # noqa: S311
            await asyncio.gather(*(self._take(match, still) for match in rest))

    async def sweep(self) -> None:
        """Find matches whose owner is gone although nobody said so, until cancelled."""
        while True:
            await asyncio.sleep(random.uniform(*SWEEP_SECONDS))  # noqa: S311
            if not self._lease.calm():
                continue
            try:
                await self._sweep()
            except (RedisError, OSError) as error:
                log.warning("takeover.cannot_sweep", error=repr(error))

    async def _sweep(self) -> None:
        """What seems an orphan at two looks in a row is taken, or forgotten where nothing is known of it."""
        client: Any = aredis()
        orphans: dict[str, str | None] = {}
        at = 0
        while page := await client.zrange(keys.live_matches(), at, at + PAGE - 1):
            at += PAGE
            ours = {*self._host.matches, *self._claiming}
            owners = await directory.owners([m for raw in page if (m := raw.decode()) not in ours])
            alive = await directory.living({node for node in owners.values() if node}) - {self._host.node}
            orphans |= {match: node for match, node in owners.items() if node not in alive}
        ready = sorted(orphans.keys() & self._orphans)
        self._orphans = set(orphans)
        self._foreign = {match: seen for match, seen in self._foreign.items() if match in orphans}
        for match in ready:
            if orphans[match] is None:
                await client.zrem(keys.live_matches(), match)
            else:
                await self._take(match, lambda live: True)

    async def take_made(self, match: str, maker: str, epoch: int) -> bool:
        """Host a match that `maker` made in this epoch and that nobody has hosted; whether it is here now."""

        def still(live: Live) -> bool:
            return (live.node, live.epoch, live.version) == (maker, epoch, version_here(live.game))

        await self._take(match, still, fresh=True)
        return match in self._host.matches

    async def _take(self, match: str, still: Callable[[Live], bool], *, fresh: bool = False) -> None:
        """Claim, restore and host one match; what goes wrong concerns this match alone.

        `fresh`: nobody has hosted it, so nobody died of it, and its log is a header.
        """
        if match in self._host.matches or match in self._claiming or self._host.draining:
            return
        self._claiming.add(match)
        try:
            async with self._limit:
                if not self._host.draining:
                    with self._host.ownership.coming():
                        await self._taken(match, still, fresh)
        except (RedisError, OSError) as error:
            log.warning("takeover.failed", match=match, error=f"{type(error).__name__}: {error}")
        except Exception:
            log.exception("takeover.failed", match=match)
        finally:
            self._claiming.discard(match)

    async def _taken(self, match: str, still: Callable[[Live], bool], fresh: bool) -> None:
        live = await directory.get(match)
        if live is None or not still(live):
            return
        if live.phase == "quarantined":  # somebody died before he was done with it
            await self._quarantine(live, await directory.why_quarantined(match) or NODES_DIED)
            return
        if not await self._has_rules(live):
            await self._without_rules(live)
            return
        renewed = self.peers.renewed.get(live.node, 0) if live.node else self._lease.redis_ms()
        renewed = 0 if fresh else renewed
        died = not fresh and live.node not in ("", self._host.node)
        suspect = self._suspects.get(live.node, match)
        answer = await claim(live, self._host.node, renewed, death=died and suspect == match)
        if answer is Missed.POISON:
            await self._quarantine(live, NODES_DIED)
            return
        if not isinstance(answer, Claimed):
            return
        try:
            restored, written = await asyncio.gather(
                restore(answer.live, self._host.watchdog), self._is_written(match, fresh)
            )
        except (Broken, KeyError) as error:
            log.error("match.log_broken", match=match, game=live.game, error=repr(error))
            metrics.takeovers.labels("broken").inc()
            await self._host.ownership.quarantine(answer.live, "its log does not verify")
            return
        except Foreign as other:
            await self._passed_on(answer.live, other.version)
            return
        if written and not restored.match.over:
            log.warning("match.was_over", match=match)
            metrics.takeovers.labels("over").inc()
            await directory.release_players(answer.live)
            await directory.forget(answer.live)
            return
        lost = live.durability == "none" and died
        if not fresh:
            metrics.takeovers.labels("lost" if lost else "taken").inc()
        self._host.ownership.adopt(answer, restored, lost=lost, fresh=fresh)
        self._say(encode(Moved(match, self._host.node, answer.live.epoch)))

    async def _has_rules(self, live: Live) -> bool:
        """`hostable`, asked once for all looks at which nothing has changed."""
        seen, ours = self._foreign.get(live.match), version_here(live.game)
        if seen is not None and (seen.live, seen.ours) == (live, ours):
            return False
        if await hostable(live):
            self._foreign.pop(live.match, None)
            return True
        now = self._host.now()
        self._foreign[live.match] = _Foreign(live, ours, now if seen is None else seen.since)
        if seen is None:
            log.warning("takeover.without_rules", match=live.match, game=live.game, version=live.version)
            metrics.takeovers.labels("version").inc()
        return False

    async def _passed_on(self, live: Live, version: int) -> None:
        """Claimed by what its entry said of its rules; the log says otherwise, and so does the entry now."""
        log.warning("takeover.of_other_rules", match=live.match, game=live.game, version=version)
        metrics.takeovers.labels("version").inc()
        await directory.note(live, node="", version=version)
        await directory.release(live)
        self._say(encode(Freed(self._host.node, [live.match])))

    async def _without_rules(self, live: Live) -> None:
        """Another node may have the rules of this match; where none has for long, it ends."""
        if self._host.now() - self._foreign[live.match].since > RULES_GONE_SECONDS:
            claimed = await claim(live, self._host.node, 0, death=False)
            if isinstance(claimed, Claimed):
                self._foreign.pop(live.match)
                await self._quarantine(claimed.live, "no node has its rules")

    async def _quarantine(self, live: Live, why: str) -> None:
        log.error("match.quarantined", match=live.match, game=live.game, why=why)
        metrics.takeovers.labels("quarantined").inc()
        await self._host.ownership.quarantine(live, why)

    async def _is_written(self, match: str, fresh: bool = False) -> bool:
        """Whether it is over and written down although its log, of which Redis lost the end, knows nothing
        of it. A database that does not answer at once holds no match up, and is left alone for a while: the
        result is written once anyway.
        """
        if fresh or self._host.now() < self._mute_until:
            return False
        try:
            async with asyncio.timeout(LOOK_UP_SECONDS):
                return await self._host.finisher.written(match)
        except (DatabaseError, TimeoutError) as error:
            self._mute_until = self._host.now() + MUTE_SECONDS
            log.warning("takeover.cannot_look_up", match=match, error=repr(error))
            return False
