"""The matches of a node: takes what arrived, steps, logs, and shows what the log has confirmed."""

import asyncio
import secrets
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Protocol

import msgspec

from arcade.infra import clock
from arcade.infra.log import get_logger
from arcade.infra.metrics import metrics
from arcade.security import resume
from matches import directory
from matches.engine import inputs as inp
from matches.engine import registry
from matches.engine.errors import GameFault, StepTimeout
from matches.engine.match import Match, Step
from matches.engine.record import encode_header, encode_record, encode_snapshot
from matches.engine.setup import Seat, Setup
from matches.host import link
from matches.host.bots import BotPool
from matches.host.fanout import Fanout, Send, Watcher
from matches.host.finish import Finisher
from matches.host.hosted import MAX_INBOX, Hosted, Stage
from matches.host.log import Append, LogWriter, Outcome
from matches.host.ticker import Ticker
from matches.host.watchdog import Watchdog
from matches.ids import new_id
from protocol import messages as wire
from protocol.errors import ERRORS, ProtocolError

log = get_logger(__name__)

SNAPSHOT_EVERY = 256
"""Records between two snapshots."""

LINGER = 90.0
"""Seconds an ended match waits for a rematch while somebody is there."""

WATCHER_LEASE = 15.0
"""Seconds after which sockets of another node count as gone when it renews them no more."""

BOT_STRIKES = 3
"""Answers a computer player may fail to give on its turn before its seat resigns."""


class Callbacks(Protocol):
    """What the lobby wants to hear; handed in by the composition root."""

    async def match_ended(self, setup: Setup) -> None: ...
    async def rematch_agreed(self, setup: Setup) -> str | None: ...


class Host:
    """All matches this node owns. Every method runs on the node's loop; none of them blocks it."""

    def __init__(self, node: str, send: Send, bots: BotPool, watchdog: Watchdog) -> None:
        self.node = node
        self.matches: dict[str, Hosted] = {}
        self.callbacks: Callbacks | None = None
        self.draining = False
        self._send = send
        self._bots = bots
        self._watchdog = watchdog
        self._loop = asyncio.get_running_loop()
        self.writer = LogWriter()
        self._ready: set[Hosted] = set()
        self._pass_planned = False
        self._ticker = Ticker(self._loop, self._tick)
        self._finisher = Finisher(self)
        self._tasks: set[asyncio.Task[None]] = set()

    # --- life ---------------------------------------------------------------------------------------

    async def start(self) -> None:
        self.writer.start()

    async def stop(self) -> None:
        """Stop stepping and let the log settle; matches stay in Redis as they are."""
        self.draining = True
        self._ticker.stop()
        await self.writer.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._finisher.stop()
        for hosted in list(self.matches.values()):
            hosted.fanout.cut_all(4000)
            self._forget(hosted)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run on the side, owned and logged."""
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._reap)

    def _reap(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("host.task_failed", exc_info=task.exception())

    async def create(self, game: str, mode: str, seats: list[Seat]) -> Setup:
        """Make a match here and write its first record. Raises KeyError for a game that is not there."""
        if self.draining:
            raise ProtocolError("draining")
        rules = registry.get(game)
        setup = Setup(
            match=new_id(),
            game=game,
            mode=mode,
            version=rules.version,
            seats=seats,
            seed=secrets.token_bytes(32),
            rated=rules.modes[mode].rated and all(seat.bot is None for seat in seats),
            created=clock.now_ms(),
        )
        match = Match.create(rules, setup)
        players = [seat.player for seat in seats]
        live = directory.Live(
            match=setup.match,
            node=self.node,
            epoch=0,
            game=game,
            mode=mode,
            version=rules.version,
            players=players,
            rated=setup.rated,
            created=setup.created,
            phase="open",
        )
        live = await directory.create(live, encode_header(setup), secrets.token_hex(8))
        fanout = Fanout(setup.match, live.epoch, self._send)
        hosted = Hosted(live, match, 0, fanout, self._loop.time())
        self.matches[setup.match] = hosted
        metrics.matches.set(len(self.matches))
        self._plan_wake(hosted)
        if not any(players):
            self._mark_ready(hosted)
        log.info("match.created", match=setup.match, game=game, mode=mode, epoch=live.epoch)
        return setup

    # --- what comes in ------------------------------------------------------------------------------

    def receive(self, note: link.ToHost) -> None:
        """A note of a gateway, this node's or another's."""
        hosted = self.matches.get(note.match)
        if hosted is None:
            if isinstance(note, link.Attach):
                self._send(note.node, link.Cut(note.match, note.conn, 4007))
            return
        match note:
            case link.Attach():
                self._attach(hosted, note)
            case link.Detach():
                self._detach(hosted, note.node, note.conn)
            case link.Submit():
                watcher = hosted.fanout.watchers.get((note.node, note.conn))
                if watcher is not None:
                    self.submit(hosted, watcher, _decode(note.data))
            case link.Again():
                watcher = hosted.fanout.watchers.get((note.node, note.conn))
                if watcher is not None:
                    held = note.seq if note.epoch == hosted.epoch else 0
                    hosted.asks[note.node, note.conn] = held
                    if not hosted.busy:
                        self._answer_asks(hosted)
            case link.Renew():
                self._renew(hosted, note)

    def _attach(self, hosted: Hosted, note: link.Attach) -> None:
        seat = note.seat
        if seat is not None and hosted.setup.seats[seat].player != note.player:
            self._send(note.node, link.Cut(note.match, note.conn, 4003))
            return
        if len(hosted.arrivals) >= MAX_INBOX:
            self._send(note.node, link.Cut(note.match, note.conn, 4009))
            return
        if seat is not None:
            hosted.inbox.append(inp.Join(seat, note.session, hosted.at(self._loop.time())))
        hosted.arrivals.append((note, seat is not None))
        if seat is not None:
            self._mark_ready(hosted)
        elif not hosted.busy:
            self._admit(hosted)

    def _detach(self, hosted: Hosted, node: str, conn: int) -> None:
        watcher = hosted.fanout.watchers.get((node, conn))
        waiting = [note for note, _ in hosted.arrivals if (note.node, note.conn) == (node, conn)]
        hosted.arrivals = [pair for pair in hosted.arrivals if (pair[0].node, pair[0].conn) != (node, conn)]
        seat = watcher.seat if watcher is not None else waiting[0].seat if waiting else None
        was_seated = seat is not None and (watcher is None or hosted.fanout.seats.get(seat) is watcher)
        hosted.fanout.remove(node, conn)
        if (
            seat is not None
            and was_seated
            and seat not in hosted.fanout.seats
            and not any(note.seat == seat for note, _ in hosted.arrivals)
        ):
            hosted.inbox.append(inp.Drop(seat, hosted.at(self._loop.time())))
            self._mark_ready(hosted)
        if hosted.stage is Stage.ENDED and not hosted.fanout.watchers and hosted.recorded is not None:
            self._plan_linger(hosted, 5.0)

    def _renew(self, hosted: Hosted, note: link.Renew) -> None:
        now = self._loop.time()
        here = set(note.conns)
        for watcher in list(hosted.fanout.watchers.values()):
            if watcher.node != note.node:
                continue
            if watcher.conn in here:
                watcher.renewed = now
                here.discard(watcher.conn)
        for conn in here - {arrival.conn for arrival, _ in hosted.arrivals if arrival.node == note.node}:
            self._send(note.node, link.Cut(hosted.id, conn, 4000))

    def sweep(self) -> None:
        """Drop the sockets of nodes that renew them no more. Called each few seconds."""
        late = self._loop.time() - WATCHER_LEASE
        for hosted in list(self.matches.values()):
            for watcher in list(hosted.fanout.watchers.values()):
                if watcher.node != self.node and watcher.renewed < late:
                    self._detach(hosted, watcher.node, watcher.conn)

    def submit(self, hosted: Hosted, watcher: Watcher, message: wire.MatchRequest) -> None:
        """A numbered message of a seat: taken if it is the next, answered if it is a repeat."""
        if not isinstance(message, wire.Move | wire.Resign | wire.Draw | wire.Abort | wire.Rematch):
            return
        seat, session, number = watcher.seat, watcher.session, message.number
        if seat is None:
            self._error(hosted, watcher, "no-seat")
            return
        if hosted.fanout.seats.get(seat) is not watcher:
            return
        expected = hosted.expected.get((seat, session), hosted.match.number(seat, session) + 1)
        if number < expected:
            self._repeat(hosted, watcher, number)
        elif number > expected:
            self._error(hosted, watcher, "out-of-order")
        elif len(hosted.inbox) >= MAX_INBOX:
            self._error(hosted, watcher, "too-many", 0.2)
        else:
            hosted.expected[seat, session] = number + 1
            at = hosted.at(self._loop.time())
            match message:
                case wire.Move():
                    hosted.inbox.append(inp.Moved(seat, session, number, at, bytes(message.move)))
                case wire.Resign():
                    hosted.inbox.append(inp.Resigned(seat, session, number, at))
                case wire.Draw():
                    hosted.inbox.append(inp.DrawSaid(seat, session, number, at, message.action))
                case wire.Abort():
                    hosted.inbox.append(inp.AbortAsked(seat, session, number, at))
                case wire.Rematch():
                    hosted.inbox.append(inp.RematchSaid(seat, session, number, at, message.wanted))
            metrics.moves.inc()
            self._mark_ready(hosted)

    def _repeat(self, hosted: Hosted, watcher: Watcher, number: int) -> None:
        seat = watcher.seat
        assert seat is not None
        if hosted.busy or number > hosted.match.number(seat, watcher.session):
            return
        outcome = hosted.match.last_outcome(seat, watcher.session, number)
        if outcome is not None:
            hosted.fanout.refuse(outcome)
        hosted.fanout.again(watcher, hosted.match, None)

    def _answer_asks(self, hosted: Hosted) -> None:
        asks, hosted.asks = hosted.asks, {}
        for who, held in asks.items():
            watcher = hosted.fanout.watchers.get(who)
            if watcher is not None:
                hosted.fanout.again(watcher, hosted.match, held)

    def _error(self, hosted: Hosted, watcher: Watcher, code: str, retry_after: float | None = None) -> None:
        metrics.errors.labels(code).inc()
        hosted.fanout.tell(watcher, wire.Error(None, code, ERRORS[code], retry_after))

    # --- stepping -----------------------------------------------------------------------------------

    def _mark_ready(self, hosted: Hosted) -> None:
        """Step in this pass of the loop, unless a record is under way or a tick comes anyway."""
        if hosted.busy or hosted.tick_slot is not None or hosted.stage is Stage.DROPPED:
            return
        self._ready.add(hosted)
        if not self._pass_planned:
            self._pass_planned = True
            self._loop.call_soon(self._pass)

    def _pass(self) -> None:
        self._pass_planned = False
        ready, self._ready = self._ready, set()
        for hosted in ready:
            if not hosted.busy and hosted.stage is not Stage.DROPPED:
                self._step(hosted, hosted.at(self._loop.time()))

    def _tick(self, hosted: Hosted) -> None:
        """One tick is due. While the last record is under way the match stands still."""
        if hosted.busy or hosted.next_tick is None:
            metrics.overruns.inc()
            return
        time = hosted.next_tick
        hosted.origin = self._loop.time() - time / 1000
        self._step(hosted, time)

    def _step(self, hosted: Hosted, time: int) -> None:
        inputs, hosted.inbox = hosted.inbox, []
        hosted.arrivals = [(note, False) for note, _ in hosted.arrivals]
        committed, hosted.committed = hosted.committed, None
        step = self._run(hosted, time, inputs, committed)
        if step is None:
            inputs = [inp.Ended("broken", time)]
            step = self._run(hosted, time, inputs, committed)
            if step is None:
                log.error("match.cannot_end", match=hosted.id)
                self._drop(hosted)
                return
        metrics.steps.inc()
        hosted.step = step
        hosted.since_snapshot += 1
        record = encode_record(step.seq, step.time, committed, inputs, hosted.prev)
        self._append(hosted, record)

    def _run(
        self, hosted: Hosted, time: int, inputs: list[inp.Input], committed: int | None
    ) -> Step | None:
        """One call of the rules under the limit; None when they broke and the match stands as before."""
        step = None
        try:
            with self._watchdog, metrics.step_seconds.time():
                step = hosted.match.step(time, inputs, committed)
        except (GameFault, StepTimeout) as fault:
            if step is None:
                self._broken(hosted, fault)
        return step

    def _broken(self, hosted: Hosted, fault: BaseException) -> None:
        metrics.faults.labels(hosted.setup.game).inc()
        log.error("match.broken", match=hosted.id, game=hosted.setup.game, fault=repr(fault), exc_info=fault)

    def _append(self, hosted: Hosted, data: bytes) -> None:
        record_id = f"{hosted.epoch}-{hosted.position + 1}"
        self.writer.append(Append(hosted.id, record_id, data, partial(self._settled, hosted)))

    def _settled(self, hosted: Hosted, outcome: Outcome) -> None:
        if hosted.stage is Stage.DROPPED:
            return
        if outcome is Outcome.FENCED:
            log.warning("match.fenced", match=hosted.id, epoch=hosted.epoch)
            self._drop(hosted)
            return
        hosted.position += 1
        hosted.prev = f"{hosted.epoch}-{hosted.position}"
        if hosted.snapshot is not None:
            data, hosted.snapshot = hosted.snapshot, None
            hosted.match = Match.restore(hosted.match.game, data)
        else:
            step, hosted.step = hosted.step, None
            assert step is not None
            hosted.committed = hosted.at(self._loop.time())
            self._show(hosted, step)
        self._continue(hosted)

    def _show(self, hosted: Hosted, step: Step) -> None:
        """The step is durable: frames, refusals, whoever came in."""
        if not hosted.inbox:
            hosted.expected.clear()
        try:
            with self._watchdog:
                hosted.fanout.frame(hosted.match, step)
        except (GameFault, StepTimeout) as fault:
            self._broken(hosted, fault)
            hosted.inbox.insert(0, inp.Ended("broken", step.time))
        for refusal in step.refusals:
            hosted.fanout.refuse(refusal)
        if step.ended and hosted.stage is Stage.LIVE:
            hosted.stage = Stage.ENDED
            self._ticker.remove(hosted)
            self.spawn(self._finisher.finish(hosted))
        if any(name == "match.started" for name, _ in step.events):
            hosted.started_at = clock.now_ms()
            self.spawn(directory.set_phase(hosted.id, "running"))

    def _continue(self, hosted: Hosted) -> None:
        """After a confirmed record: let sockets in, take a snapshot, plan what comes next."""
        self._admit(hosted)
        self._answer_asks(hosted)
        match = hosted.match
        if hosted.since_snapshot >= SNAPSHOT_EVERY and hosted.stage is Stage.LIVE:
            hosted.since_snapshot = 0
            hosted.snapshot = match.snapshot()
            self._append(hosted, encode_snapshot(match.seq, match.time, match.hash(), hosted.snapshot, hosted.prev))
            return
        if hosted.stage is Stage.LIVE and match.phase == "running" and match.rate:
            hosted.next_tick = match.time + 1000 // match.rate
            if hosted.tick_slot is None:
                self._ticker.add(hosted, match.rate)
        self._think(hosted)
        self._plan_wake(hosted)
        if hosted.inbox:
            self._mark_ready(hosted)
        if hosted.recorded is not None and match.rematch_agreed and hosted.next_match is None:
            hosted.next_match = ""
            self.spawn(self._finisher.rematch(hosted))

    def _admit(self, hosted: Hosted) -> None:
        """Let in who waits for no record any more."""
        waiting = [pair for pair in hosted.arrivals if pair[1]]
        for note in (note for note, wait in hosted.arrivals if not wait):
            try:
                with self._watchdog:
                    self._let_in(hosted, note)
            except (GameFault, StepTimeout) as fault:
                self._broken(hosted, fault)
                self._send(note.node, link.Cut(note.match, note.conn, 1011))
                hosted.inbox.insert(0, inp.Ended("broken", hosted.match.time))
                self._mark_ready(hosted)
        hosted.arrivals = waiting

    def _let_in(self, hosted: Hosted, note: link.Attach) -> None:
        fanout, match, seat = hosted.fanout, hosted.match, note.seat
        watcher = Watcher(
            note.node, note.conn, seat, note.session, match.view_key(seat), self._loop.time()
        )
        if seat is not None:
            old = fanout.seats.get(seat)
            if old is not None:
                fanout.cut(old, 4005)
                fanout.remove(old.node, old.conn)
            fanout.seats[seat] = watcher
        welcome = welcome_of(hosted, note)
        same_epoch = note.epoch == hosted.epoch
        fanout.add(watcher, match, welcome, note.seq if same_epoch else 0, note.epoch > 0)
        if hosted.recorded is not None:
            fanout.tell(watcher, wire.Recorded(hosted.id, hosted.recorded))

    # --- computer players ---------------------------------------------------------------------------

    def _think(self, hosted: Hosted) -> None:
        if hosted.stage is not Stage.LIVE:
            return
        for seat in hosted.match.bots_due():
            if seat in hosted.thinking:
                continue
            level = hosted.setup.seats[seat].bot
            assert level is not None
            hosted.thinking.add(seat)
            self._bots.think(
                hosted.setup.game,
                seat,
                level,
                hosted.match.bot_view(seat),
                secrets.randbits(48),
                partial(self._thought, hosted, seat),
            )

    def _thought(self, hosted: Hosted, seat: int, move: bytes | None) -> None:
        hosted.thinking.discard(seat)
        if hosted.stage is not Stage.LIVE:
            return
        at = hosted.at(self._loop.time())
        if move is not None:
            hosted.strikes.pop(seat, None)
            hosted.inbox.append(inp.BotMoved(seat, at, move))
            self._mark_ready(hosted)
        elif not hosted.match.rate:
            hosted.strikes[seat] = hosted.strikes.get(seat, 0) + 1
            if hosted.strikes[seat] >= BOT_STRIKES:
                log.error("bot.silent", match=hosted.id, game=hosted.setup.game, seat=seat)
                hosted.inbox.append(inp.BotGone(seat, at))
                self._mark_ready(hosted)
            else:
                self._think(hosted)

    # --- time ---------------------------------------------------------------------------------------

    def _plan_wake(self, hosted: Hosted) -> None:
        if hosted.wake is not None:
            hosted.wake.cancel()
            hosted.wake = None
        if hosted.tick_slot is not None or hosted.stage is Stage.DROPPED:
            return
        due = hosted.match.next_wake(hosted.committed)
        if due is not None:
            hosted.wake = self._loop.call_at(hosted.when(due) + 0.001, self._mark_ready, hosted)

    def _plan_linger(self, hosted: Hosted, seconds: float) -> None:
        if hosted.linger is not None:
            hosted.linger.cancel()
        hosted.linger = self._loop.call_later(seconds, self._close, hosted)

    def result_written(self, hosted: Hosted, ratings: list[list[int] | None]) -> None:
        """The result is in the database: tell, and wait a while for a rematch."""
        hosted.recorded = ratings
        hosted.fanout.tell_all(wire.Recorded(hosted.id, ratings))
        self._plan_linger(hosted, LINGER if hosted.fanout.watchers else 5.0)
        if not hosted.busy:
            self._continue(hosted)

    def _close(self, hosted: Hosted) -> None:
        hosted.fanout.cut_all(4008)
        self._forget(hosted)
        self.spawn(directory.forget(hosted.id))

    def _drop(self, hosted: Hosted) -> None:
        """Not ours any more: everyone connects anew and finds the owner."""
        hosted.fanout.cut_all(4000)
        self._forget(hosted)

    def _forget(self, hosted: Hosted) -> None:
        hosted.stage = Stage.DROPPED
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
        return 0 if hosted is None else hosted.at(self._loop.time())

    async def end(self, match: str, reason: str) -> bool:
        """Staff end a match without result; False when it is not here."""
        hosted = self.matches.get(match)
        if hosted is None or hosted.stage is not Stage.LIVE:
            return False
        hosted.inbox.append(inp.Ended(reason, hosted.at(self._loop.time())))
        self._mark_ready(hosted)
        return True


_decode: Callable[[bytes], wire.MatchRequest] = msgspec.msgpack.Decoder(wire.MatchRequest).decode


def welcome_of(hosted: Hosted, note: link.Attach) -> bytes:
    """The answer to a hello."""
    setup, match, seat = hosted.setup, hosted.match, note.seat
    message = wire.Welcome(
        ref=note.ref,
        match=setup.match,
        seat=seat,
        session=note.session,
        number=match.number(seat, note.session) if seat is not None else 0,
        game=setup.game,
        mode=setup.mode,
        version=setup.version,
        pace={"kind": "ticks", "rate": match.rate} if match.rate else {"kind": "turns"},
        seats=[
            {"player": s.player, "name": s.name, "team": s.team, "bot": s.bot, "rating": s.rating}
            for s in setup.seats
        ],
        rated=setup.rated,
        token=resume.make(setup.match, note.player, seat),
    )
    return msgspec.msgpack.encode(message)
