"""How matches come to a node and leave it: made, adopted, handed over, written down anew, let go."""

import asyncio
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
from django.conf import settings
from django.db import DatabaseError
from redis.exceptions import RedisError

from arcade.infra import clock
from arcade.infra.log import get_logger
from arcade.infra.metrics import metrics
from matches import directory
from matches.engine import inputs as inp
from matches.engine import registry
from matches.engine.declared import durability_of, mode_of, refill_of
from matches.engine.match import Match
from matches.engine.record import encode_header, encode_snapshot
from matches.engine.settings import checked
from matches.engine.setup import Seat, Setup
from matches.host.claim import Claimed, Restored
from matches.host.fanout import Fanout
from matches.host.hosted import Hosted, Stage
from matches.ids import new_id
from protocol.errors import ProtocolError

if TYPE_CHECKING:
    from matches.host.host import Host
    from matches.host.placing import Placing

log = get_logger(__name__)

IDLE_SECONDS = 0.3
ABSENT = 3.0
"""Seconds after a takeover in which players must be back before their seats count as dropped."""

UNDO_TRIES = 60
DRAIN_SECONDS = 3.0
"""How long records under way are waited for before matches are handed over."""

RELEASED_AT_ONCE = 16
AGAIN_SECONDS = 0.2
SETTLE_SECONDS = 0.01
"""Between two looks whether the last record is confirmed."""

NODE_LOST = "node lost"
"""Why a match ends whose records were in the memory of a node that died."""


class Ownership:
    """Which matches are this node's. The epoch decides between nodes (`claim.py`); here it is followed."""

    def __init__(self, host: "Host") -> None:
        self._host = host
        self._coming = 0
        """Matches on their way here: being made, or claimed and not restored yet."""
        self.placing: Placing | None = None
        """Where others may host what is made here."""

    @contextmanager
    def coming(self) -> Iterator[None]:
        """A match is about to become ours; a node that leaves waits for it, to hand it over too."""
        self._coming += 1
        try:
            yield
        finally:
            self._coming -= 1

    async def create(
        self,
        game: str,
        mode: str,
        seats: list[Seat],
        chosen: dict[str, Any] | None = None,
        refill: bool = False,
        rated: bool = True,
        near: Sequence[str] = (),
    ) -> Setup:
        """Make a match here and write its first record. KeyError for a game that is not there, ValueError for
        settings it does not allow; with others than its defaults the match is not rated, nor where `rated` is
        not. `refill`: leavers' seats may be filled again, as far as the game allows it. `near`: the nodes of
        its players' sockets; one of them is to host it (`Placing`), this one where none is named."""
        if self._host.draining:
            raise ProtocolError("draining")
        rules = registry.get(game)
        chosen = checked(rules, chosen or {})
        setup = Setup(
            match=new_id(),
            game=game,
            mode=mode,
            version=rules.version,
            seats=seats,
            seed=secrets.token_bytes(32),
            rated=rated and rules.modes[mode].rated and not chosen and all(s.bot is None for s in seats),
            created=clock.now_ms(),
            settings=chosen,
            refill=refill_of(rules, mode_of(rules, mode)) if refill else 0,
        )
        match = Match.create(rules, setup)
        players = [seat.player for seat in seats]
        live = directory.Live(
            match=setup.match,
            node=self._host.node,
            epoch=0,
            game=game,
            mode=mode,
            version=rules.version,
            players=players,
            rated=setup.rated,
            created=setup.created,
            phase="open",
            durability=durability_of(rules, mode_of(rules, mode)) or settings.ARCADE_DURABILITY,
        )
        token = secrets.token_hex(8)
        with self.coming():
            try:
                live = await directory.create(live, encode_header(setup), token)
            except BaseException:
                self._host.spawn(self._undo(live, token))
                raise
            log.info("match.created", match=setup.match, game=game, mode=mode, epoch=live.epoch)
            if near and self.placing is not None and self.placing.begin(live, near):
                return setup
            fanout = Fanout(setup.match, [(live.epoch, 0)], self._host.send, here=self._host.here)
            hosted = self._host.enter(live, match, match.time, fanout)
        self._host.plan_wake(hosted)
        if not any(players):
            self._host.mark_ready(hosted)
        return setup

    async def _undo(self, live: directory.Live, token: str) -> None:
        """Nobody hosts a match whose creation failed halfway, so nobody may be bound to it."""
        for _ in range(UNDO_TRIES):
            try:
                await directory.undo(live, token)
                return
            except (RedisError, OSError) as error:
                log.warning("match.cannot_undo", match=live.match, error=repr(error))
                await asyncio.sleep(1)

    def adopt(self, claimed: Claimed, restored: Restored, *, lost: bool = False, fresh: bool = False) -> None:
        """Go on with a match whose owner is dead, from what its log has; or (`fresh`) begin with one.

        `lost`: the log does not have all, as the records were in the owner's memory; the match ends.
        """
        live, match = claimed.live, restored.match
        fanout = Fanout(live.match, restored.begun, self._host.send, restored.events, self._host.here)
        hosted = self._host.enter(live, match, match.time if match.rate else claimed.time, fanout)
        hosted.since_snapshot, hosted.stepping = restored.since_snapshot, restored.stepping
        hosted.deaths = 0 if fresh else 1
        log.info("match.adopted", match=live.match, epoch=live.epoch, seq=match.seq, phase=match.phase)
        if match.over:
            hosted.stage = Stage.ENDED
            self._host.finisher.begin(hosted, restored.ended)
        else:
            hosted.committed = self._host.at(hosted)
            if lost:
                log.warning("match.lost_with_its_node", match=live.match)
                hosted.inbox.append(inp.Ended(NODE_LOST, match.time))
            if not fresh:
                self._host.loop.call_later(IDLE_SECONDS, self._stand_by, hosted)
                self._host.loop.call_later(ABSENT, self._host.reception.drop_absent, hosted)
            if hosted.setup.refill:
                self._host.refilling.look(hosted)
        if restored.upgraded:
            hosted.live = msgspec.structs.replace(live, version=match.setup.version)
            self._host.note(hosted, version=match.setup.version)
            self._host.snapshot(hosted, forced=True)
        else:
            self._host.go_on(hosted)

    def _stand_by(self, hosted: Hosted) -> None:
        """Nobody wants anything of a match that was taken over: should this owner die too, its rules are not
        to blame. Three in a row may, while its players cannot come back."""
        wanted = hosted.inbox or hosted.arrivals or hosted.fanout.watchers
        if hosted.stage is Stage.LIVE and hosted.deaths and not (hosted.busy or wanted):
            hosted.idle = asyncio.Event()
            self._host.spawn(self._idle(hosted, hosted.idle))

    async def _idle(self, hosted: Hosted, wanted: asyncio.Event) -> None:
        await self._host.noted(hosted, idle=hosted.epoch)
        await wanted.wait()
        await self._host.noted(hosted, idle=0)
        hosted.idle = None
        if hosted.stage is not Stage.DROPPED and not hosted.busy:
            self._host.go_on(hosted)

    async def reconcile(self) -> None:
        """After a lease that ran out: let go of the matches that are another's by now, and write those down
        anew of which Redis forgot that they are ours, before their last owner takes them for his.
        """
        for hosted in list(self._host.matches.values()):
            live = await self._entry(hosted)
            if live is None or hosted.stage is Stage.DROPPED:
                continue
            if live.epoch > hosted.epoch:
                log.warning("match.lost", match=hosted.id, owner=live.node)
                self._host.drop(hosted)
            elif live.epoch < hosted.epoch:
                self._host.mend(hosted, first=True)

    async def _entry(self, hosted: Hosted) -> directory.Live | None:
        while hosted.stage is not Stage.DROPPED:
            try:
                return await directory.get(hosted.id)
            except (RedisError, OSError) as error:
                log.warning("match.cannot_reconcile", match=hosted.id, error=repr(error))
                await asyncio.sleep(AGAIN_SECONDS)
        return None

    async def release_all(self, freed: Callable[[list[str]], None]) -> int:
        """Let go of every match, each when its last record is confirmed; returns how many there were.

        `freed` hears of them a few at a time, so that others claim these while we see to the next.
        """
        deadline = self._host.loop.time() + DRAIN_SECONDS
        count = 0
        self._host.stop_ticking()
        while (here := list(self._host.matches.values())) or (
            self._coming and self._host.loop.time() < deadline
        ):
            several = here[:RELEASED_AT_ONCE]
            gone = await asyncio.gather(*(self._release(hosted, deadline) for hosted in several))
            ids = [hosted.id for hosted, free in zip(several, gone, strict=True) if free]
            count += len(ids)
            if ids:
                freed(ids)
            elif not several:
                await asyncio.sleep(SETTLE_SECONDS)
        return count

    async def _release(self, hosted: Hosted, deadline: float) -> bool:
        hosted.leaving = True
        await self._at_rest(hosted, deadline)
        if hosted.stage is Stage.LIVE and not hosted.busy:
            self._host.snapshot(hosted)  # whoever goes on need not step again what we have stepped
            await self._at_rest(hosted, deadline)
        dropped = hosted.stage is Stage.DROPPED
        self._host.forget(hosted)
        return not dropped and hosted.recorded is None and await self._given_up(hosted)

    async def _at_rest(self, hosted: Hosted, deadline: float) -> None:
        while hosted.busy and hosted.stage is not Stage.DROPPED and self._host.loop.time() < deadline:
            await asyncio.sleep(0.002)

    async def _given_up(self, hosted: Hosted) -> bool:
        """Leave the match, its log whole, to whoever claims it; False where it could not be."""
        try:
            if hosted.kept is not None and not await self._host.memory.move(hosted.kept):
                return False
            return await directory.release(hosted.live)
        except (RedisError, OSError) as error:
            log.warning("match.cannot_release", match=hosted.id, error=repr(error))
            return False

    async def give_up_kept(self) -> None:
        """Of a node that stops undrained: matches that are in its memory alone are left to others."""
        for hosted in [each for each in self._host.matches.values() if each.kept is not None]:
            self._host.drop(hosted)
            if hosted.recorded is None:
                await self._given_up(hosted)

    async def quarantine(self, live: directory.Live, why: str) -> None:
        """A match that no node may host: its players are free, its log is kept for staff, who read `why`.

        The index of live matches lets go of it last, so that a sweep finishes what was begun.
        """
        marked = await directory.quarantine(live, why)
        if marked is None:
            return
        setup = await directory.setup_of(live.match)
        if setup is not None and self._host.callbacks is not None:
            await self._host.callbacks.match_ended(setup)
        await self._host.finisher.abandoned(live, setup, why)
        await directory.release_players(marked)

    async def rewind(self, hosted: Hosted, *, first: bool = False) -> None:
        """Redis lost steps that were confirmed, and this owner still has them: write down where it stands.

        The epoch goes up, so that whatever else still believes in the old end is fenced. What was under way
        waits for the next step. `Host.mend` calls this, once at a time.
        """
        if first:
            self._host.writer.go_first(hosted.id)
        while hosted.step is not None or hosted.snapshot is not None:
            await asyncio.sleep(SETTLE_SECONDS)
        self._host.writer.go_last(hosted.id)
        while not (first or self._host.may_write()):
            await asyncio.sleep(SETTLE_SECONDS)
        rules, setup = hosted.match.game, hosted.setup
        match = Match(rules, setup, hosted.confirmed)
        data = match.snapshot()
        record = partial(
            encode_snapshot, match.seq, self._host.at(hosted), match.hash(), data,
            wall=self._host.redis_ms(), forced=True,
        )  # fmt: skip
        header, epoch = b"", None
        while hosted.stage is not Stage.DROPPED:
            try:
                epoch = await directory.rewind(hosted.live, record, header, hosted.above)
                break
            except directory.Vanished:
                if await self._is_written(hosted.id):
                    break
                header = encode_header(setup)
            except (RedisError, OSError) as error:
                log.warning("match.cannot_rewind", match=hosted.id, error=repr(error))
                await asyncio.sleep(AGAIN_SECONDS)
        else:
            return
        if epoch is None:
            self._host.drop(hosted)
            return
        log.error("match.rewound", match=hosted.id, epoch=epoch, seq=match.seq)
        metrics.rewinds.inc()
        hosted.live = msgspec.structs.replace(hosted.live, epoch=epoch)
        hosted.match = Match.restore(rules, data)
        hosted.inbox = [i for i in hosted.under_way + hosted.inbox if not isinstance(i, inp.BotMoved)]
        hosted.under_way, hosted.rewinding = [], False
        hosted.restart(epoch)
        self._host.reception.show_anew(hosted)
        self._host.go_on(hosted)

    async def _is_written(self, match: str) -> bool:
        """Whether the database has the result; asked until it answers."""
        while True:
            try:
                return await self._host.finisher.written(match)
            except DatabaseError as error:
                log.warning("match.cannot_look_up", match=match, error=repr(error))
                await asyncio.sleep(AGAIN_SECONDS)
