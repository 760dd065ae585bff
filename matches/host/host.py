"""The matches of a node: takes what arrived, steps, logs, and shows what the log has confirmed."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from functools import partial
from time import perf_counter
from typing import Any, Protocol

from redis.exceptions import RedisError

from arcade.infra.log import get_logger
from arcade.infra.metrics import metrics
from arcade.infra.tasks import cancelled
from matches import directory
from matches.engine import inputs as inp
from matches.engine import timers
from matches.engine.errors import GameFault, StepTimeout
from matches.engine.match import Match, Step
from matches.engine.record import encode_record, encode_snapshot
from matches.engine.setup import Setup
from matches.host.append import Append, Outcome
from matches.host.bots import BotPool
from matches.host.fanout import NOWHERE, Fanout, Send, Watcher
from matches.host.finish import Finisher
from matches.host.hosted import Hosted, Stage
from matches.host.lease import Lease
from matches.host.log import LogWriter
from matches.host.memory import MemoryLog
from matches.host.ownership import Ownership
from matches.host.reception import Reception
from matches.host.refilling import SEAT_EVENTS, Refilling
from matches.host.standstill import Standstill
from matches.host.thinking import Thinking
from matches.host.ticker import Ticker
from matches.host.watchdog import Watchdog
from protocol import messages as wire

log = get_logger(__name__)

SNAPSHOT_EVERY = 256
"""Records between two snapshots."""

SNAPSHOT_SECONDS = 0.25
"""A snapshot is also due when the steps since the last one took so long: a restore makes them again."""

LINGER = 90.0
"""Seconds an ended match waits for a rematch while somebody is there."""

DESERTED = 5.0
"""Seconds it waits when nobody is."""


NOTE_AGAIN_SECONDS = 0.5
STOP_SECONDS = 2.0
"""For handing over what is in memory alone, where nobody has drained the node."""


class Callbacks(Protocol):
    """What the lobby wants to hear; handed in by the composition root."""

    async def match_ended(self, setup: Setup) -> None: ...
    async def rematch_agreed(self, setup: Setup, here: list[int]) -> str | None: ...


class Host:
    """All matches this node owns. Every method runs on the node's loop; none of them blocks it."""

    def __init__(self, node: str, send: Send, bots: BotPool, watchdog: Watchdog, lease: Lease) -> None:
        self.redis_ms = lease.redis_ms
        self.may_write = lease.holds
        self.node = node
        self.matches: dict[str, Hosted] = {}
        self.callbacks: Callbacks | None = None
        self.draining = False
        self.send = send
        self.here = NOWHERE
        """This node and its gateway, once there is one."""
        self.watchdog = watchdog
        self.reception = Reception(self)
        self.ownership = Ownership(self)
        self.loop = asyncio.get_running_loop()
        self.writer = LogWriter(self._reconnected, self.may_write)
        self.standstill = Standstill(self.loop, lambda: self.writer.standing_still or not self.may_write())
        self.memory = MemoryLog(self.spawn)
        self.refilling = Refilling(self)
        self._ready: set[Hosted] = set()
        self._pass_planned = False
        self._ticker = Ticker(self.loop, self._tick)
        self.finisher = Finisher(self)
        self._thinking = Thinking(bots, self.at, self.put, self._think)
        self._tasks: set[asyncio.Task[None]] = set()

    # --- life ---------------------------------------------------------------------------------------

    async def start(self) -> None:
        self.writer.start()
        self.spawn(self.standstill.look())

    async def stop(self) -> None:
        """Stop stepping and let the log settle; matches stay in Redis as they are."""
        self.draining = True
        self.stop_ticking()
        await self.writer.stop()
        await cancelled(self._tasks)
        self.finisher.stop()
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await self.ownership.give_up_kept()
        for hosted in list(self.matches.values()):
            hosted.fanout.cut_all(4000)
            self.forget(hosted)

    def stop_ticking(self) -> None:
        """Tick matches stand still from here on."""
        self._ticker.stop()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run on the side, owned and logged."""
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._reap)

    def _reap(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("host.task_failed", exc_info=task.exception())

    def note(self, hosted: Hosted, **entry: Any) -> None:
        """Write into the match's entry, as often as it takes while the match is ours."""
        self.spawn(self.noted(hosted, **entry))

    async def noted(self, hosted: Hosted, **entry: Any) -> None:
        """The same, and return when it is written."""
        while hosted.stage is not Stage.DROPPED:
            try:
                await directory.note(hosted.live, **entry)
                return
            except (RedisError, OSError) as error:
                log.warning("match.not_noted", match=hosted.id, error=repr(error))
                await asyncio.sleep(NOTE_AGAIN_SECONDS)

    def enter(self, live: directory.Live, match: Match, time: int, fanout: Fanout) -> Hosted:
        """A match is ours from here on; nothing is stepped yet."""
        hosted = Hosted(live, match, time, fanout, self.loop.time(), self.watchdog.on(live.match))
        hosted.stood = self.standstill.total()
        self.matches[live.match] = hosted
        metrics.matches.set(len(self.matches))
        return hosted

    # --- stepping -----------------------------------------------------------------------------------

    def now(self) -> float:
        """The loop's clock, s."""
        return self.loop.time()

    def at(self, hosted: Hosted) -> int:
        """Match time now, ms; it stands still while a tick cannot be made, and just before the limit to join
        while players are waited for longer: from when they have come it is the real one again."""
        now = int((self.loop.time() - hosted.origin) * 1000)
        tick = hosted.next_tick
        if tick is not None and now > tick:
            return tick
        if now >= timers.JOIN_LIMIT and hosted.match.phase == "open" and self.standstill.left(hosted) > 0:
            return max(hosted.match.time, timers.JOIN_LIMIT - 1)
        return now if now > 0 else 0

    def put(self, hosted: Hosted, said: inp.Input) -> None:
        """Hand an input to the next step."""
        hosted.inbox.append(said)
        self.mark_ready(hosted)

    def mark_ready(self, hosted: Hosted) -> None:
        """Step in this pass of the loop, unless a record is under way or a tick comes anyway."""
        if hosted.wakes():
            return
        if hosted.busy or hosted.tick_slot is not None or hosted.stage is Stage.DROPPED:
            return
        self._ready.add(hosted)
        if not self._pass_planned:
            self._pass_planned = True
            self.loop.call_soon(self._pass)

    def _pass(self) -> None:
        self._pass_planned = False
        ready, self._ready = self._ready, set()
        for hosted in ready:
            if not hosted.busy and not hosted.leaving and hosted.stage is not Stage.DROPPED:
                self._step(hosted, self.at(hosted))

    def _tick(self, hosted: Hosted) -> None:
        """One tick is due. While the last record is under way the match stands still."""
        time = hosted.next_tick
        if time is None or hosted.busy:
            metrics.overruns.inc()
            return
        hosted.origin = self.loop.time() - time / 1000
        self._step(hosted, time)

    def _step(self, hosted: Hosted, time: int) -> None:
        inputs, hosted.inbox = hosted.inbox, []
        if hosted.arrivals:
            hosted.arrivals = [(note, False) for note, _ in hosted.arrivals]
        committed = hosted.committed
        step = self._run(hosted, time, inputs, committed)
        if step is None:
            inputs = [inp.Ended("broken", time), *[i for i in inputs if isinstance(i, inp.Join | inp.Drop)]]
            step = self._run(hosted, time, inputs, committed)
            if step is None:
                log.error("match.cannot_end", match=hosted.id)
                self.drop(hosted)
                return
            hosted.fanout.recount()
        metrics.steps.n += 1
        hosted.step = step
        hosted.under_way = inputs
        hosted.since_snapshot += 1
        wall = self.redis_ms()
        self._append(hosted, encode_record(step.seq, step.time, committed, inputs, hosted.prev, wall))

    def _run(self, hosted: Hosted, time: int, inputs: list[inp.Input], committed: int | None) -> Step | None:
        """One call of the rules under the limit; None when they broke and the match stands as before."""
        step = None
        began = perf_counter()
        try:
            with hosted.guard:
                step = hosted.match.step(time, inputs, committed)
        except (GameFault, StepTimeout) as fault:
            if step is None:
                _report(hosted, fault)
        took = perf_counter() - began
        metrics.step_seconds.observe(took)
        hosted.stepping += took
        return step

    def broken(self, hosted: Hosted, fault: BaseException) -> None:
        """The rules failed outside of a step: end this match, and this one alone."""
        _report(hosted, fault)
        if hosted.stage is Stage.LIVE:
            hosted.inbox.insert(0, inp.Ended("broken", hosted.match.time))
            self.mark_ready(hosted)

    def _append(self, hosted: Hosted, data: bytes) -> None:
        hosted.appending = f"{hosted.epoch}-{hosted.position + 1}"
        settle = partial(self._settled, hosted)
        if hosted.kept is None:
            entry = Append(hosted.log_key, hosted.appending, hosted.prev, hosted.generation, data, settle)
            self.writer.append(entry)
        else:
            self.memory.append(hosted.kept, data, settle)

    def _settled(self, hosted: Hosted, outcome: Outcome) -> None:
        if hosted.stage is Stage.DROPPED:
            return
        if outcome is Outcome.FENCED:
            log.warning("match.fenced", match=hosted.id, epoch=hosted.epoch)
            self.drop(hosted)
            return
        if outcome is Outcome.REWOUND:
            hosted.step = hosted.snapshot = None
            self.mend(hosted)
            return
        hosted.generation = self.writer.generation
        hosted.position += 1
        hosted.prev = hosted.appending
        if hosted.snapshot is not None:
            data, hosted.snapshot = hosted.snapshot, None
            hosted.match = Match.restore(hosted.match.game, data)
        elif hosted.step is not None:
            hosted.under_way = []
            hosted.confirmed = hosted.match.saved
            hosted.committed = self.at(hosted)
            if hosted.deaths:
                hosted.deaths = 0
                self.note(hosted, deaths=0)
            try:
                self._show(hosted, hosted.step)
            finally:
                hosted.step = None
        self.go_on(hosted)

    def _show(self, hosted: Hosted, step: Step) -> None:
        """The step is durable: frames, refusals, whoever came in."""
        if hosted.arrivals:
            self.reception.make_room(hosted)
        for refusal in step.refusals:
            if not refusal.number:
                self._thinking.refused(hosted, refusal.seat)
        try:
            with hosted.guard:
                hosted.fanout.frame(hosted.match, step)
        except (GameFault, StepTimeout) as fault:
            self.broken(hosted, fault)
        if step.ended and hosted.stage is Stage.LIVE:
            hosted.stage = Stage.ENDED
            self._ticker.remove(hosted)
            self.finisher.begin(hosted)
        if step.events:
            names = {name for name, _ in step.events}
            if "match.started" in names:
                self.spawn(directory.note(hosted.live, phase="running"))
            if hosted.setup.refill and not names.isdisjoint(SEAT_EVENTS):
                self.refilling.look(hosted)

    def go_on(self, hosted: Hosted) -> None:
        """After a confirmed record: let sockets in, take a snapshot, plan what comes next."""
        if hosted.arrivals:
            self.reception.admit(hosted)
        if hosted.asks:
            self.reception.answer_asks(hosted)
        if hosted.rewinding:
            return
        match, state = hosted.match, hosted.match.state
        if hosted.stage is Stage.LIVE:
            if hosted.since_snapshot >= SNAPSHOT_EVERY or hosted.stepping >= SNAPSHOT_SECONDS:
                self.snapshot(hosted)
                return
            if match.rate and state.phase == "running":
                hosted.next_tick = state.time + 1000 // match.rate
                if hosted.tick_slot is None:
                    self._ticker.add(hosted, match.rate)
        if hosted.computers:
            self._think(hosted)
        if hosted.tick_slot is None or hosted.wake is not None:
            self.plan_wake(hosted)
        if hosted.inbox:
            self.mark_ready(hosted)
        if hosted.recorded is not None and match.rematch_agreed and hosted.next_match is None:
            hosted.next_match = ""
            self.spawn(self.finisher.rematch(hosted))

    def snapshot(self, hosted: Hosted, *, forced: bool = False) -> None:
        """Write down where the match stands; `forced`: the log before it does not lead there."""
        match = hosted.match
        hosted.since_snapshot, hosted.stepping = 0, 0.0
        hosted.snapshot = match.snapshot()
        time, wall = self.at(hosted), self.redis_ms()
        self._append(
            hosted,
            encode_snapshot(match.seq, time, match.hash(), hosted.snapshot, hosted.prev, wall, forced),
        )

    def mend(self, hosted: Hosted, *, first: bool = False) -> None:
        """Its log has less than this owner knows to be confirmed: stand still and bring it up to that.

        `first`: Redis names an owner before this one, who may not write there before us.
        """
        if not hosted.rewinding and hosted.stage is not Stage.DROPPED:
            hosted.rewinding = True
            self.spawn(self.ownership.rewind(hosted, first=first))

    def _reconnected(self) -> None:
        """The log has a new connection, perhaps to a Redis that lost its tail: see to the matches at rest."""
        for hosted in list(self.matches.values()):
            if hosted.stage is Stage.LIVE and not hosted.busy and hosted.kept is None:
                self.snapshot(hosted)

    def _think(self, hosted: Hosted) -> None:
        try:
            with hosted.guard:
                self._thinking.ask(hosted)
        except (GameFault, StepTimeout) as fault:
            self.broken(hosted, fault)

    # --- time ---------------------------------------------------------------------------------------

    def plan_wake(self, hosted: Hosted) -> None:
        """Have it step when its next timer is due.

        While a timer of the loop rings before that it is left as it is: most of what is due gets later with
        each move, and who is woken too early looks again.
        """
        if hosted.wake is not None:
            if hosted.wake_at <= hosted.when(hosted.match.quiet) and hosted.tick_slot is None:
                return
            hosted.wake.cancel()
            hosted.wake = None
        if hosted.tick_slot is not None or hosted.stage is Stage.DROPPED:
            return
        due = hosted.match.next_wake(hosted.committed)
        if due is not None:
            when = hosted.when(due)
            if hosted.match.phase == "open":
                when = max(when, self.standstill.next_look(hosted))
            hosted.wake_at = when
            hosted.wake = self.loop.call_at(when + 0.001, self._woken, hosted)

    def _woken(self, hosted: Hosted) -> None:
        """Its timer rang, perhaps too early."""
        hosted.wake = None
        due = hosted.match.next_wake(hosted.committed)
        if due is not None and self.at(hosted) >= due:
            self.mark_ready(hosted)
        else:
            self.plan_wake(hosted)

    def _plan_linger(self, hosted: Hosted, seconds: float) -> None:
        if hosted.linger is not None:
            hosted.linger.cancel()
        hosted.linger = self.loop.call_later(seconds, self._close, hosted)

    def result_written(self, hosted: Hosted, ratings: list[list[int] | None]) -> None:
        """The result is in the database: tell, and wait a while for a rematch."""
        if hosted.stage is Stage.DROPPED:
            return  # its owner tells, and makes the rematch
        hosted.recorded = ratings
        hosted.fanout.tell_all(wire.Recorded(hosted.id, ratings))
        self._plan_linger(hosted, LINGER if hosted.fanout.watchers else DESERTED)
        if not hosted.busy:
            self.go_on(hosted)

    def stay(self, hosted: Hosted) -> None:
        """Somebody is there who may want a rematch."""
        self._plan_linger(hosted, LINGER)

    def tell_next(self, hosted: Hosted, watcher: Watcher) -> None:
        """Who missed the rematch's announcement hears it again."""
        self.spawn(self.finisher.tell_next(hosted, watcher))

    def close_soon(self, hosted: Hosted) -> None:
        """Nobody is there any more to want a rematch."""
        if hosted.recorded is not None:
            self._plan_linger(hosted, DESERTED)

    def _close(self, hosted: Hosted) -> None:
        hosted.fanout.cut_all(4008)
        self.forget(hosted)
        self.spawn(directory.forget(hosted.live))

    def drop(self, hosted: Hosted) -> None:
        """Not ours any more: everyone connects anew and finds the owner."""
        hosted.fanout.cut_all(4000)
        self.forget(hosted)

    def forget(self, hosted: Hosted) -> None:
        hosted.stage = Stage.DROPPED
        hosted.fanout.void()
        hosted.wakes()
        for timer in (hosted.wake, hosted.linger):
            if timer is not None:
                timer.cancel()
        self._ticker.remove(hosted)
        self.matches.pop(hosted.id, None)
        self._ready.discard(hosted)
        metrics.matches.set(len(self.matches))

    def match_time(self, match: str) -> int:
        """Match time now, ms; 0 where the match is not here."""
        hosted = self.matches.get(match)
        return 0 if hosted is None else self.at(hosted)

    async def end(self, match: str, reason: str) -> bool:
        """Staff end a match without result; False when it is not here."""
        hosted = self.matches.get(match)
        if hosted is None or hosted.stage is not Stage.LIVE:
            return False
        self.put(hosted, inp.Ended(reason, self.at(hosted)))
        return True


def _report(hosted: Hosted, fault: BaseException) -> None:
    metrics.faults.labels(hosted.setup.game).inc()
    log.error("match.broken", match=hosted.id, game=hosted.setup.game, fault=repr(fault), exc_info=fault)
