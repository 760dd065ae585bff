"""The one writer of a queue: takes events in, matches, writes, and only then lets anybody know.

What comes within a few milliseconds is taken in together, as one change. A change that Redis does not answer
is sent again, the same, until it is known to be written or another node leads; until then nothing else is
done.
"""

import asyncio
from collections.abc import Callable
from itertools import islice

import msgspec
from redis.exceptions import RedisError

from arcade.infra.log import get_logger
from arcade.infra.metrics import metrics
from lobby import queue_store
from lobby.queue_store import Done, Full, QueueStore
from lobby.roll_call import CALL, RollCall
from lobby.rules import queue as rules
from lobby.rules import queue_events as events
from lobby.rules.matching import QueueRules
from lobby.rules.queue_book import Change

LEASE = 1.5
"""Seconds after its last renewal until another node may write the queue."""
RENEW = 0.4
COALESCE = 0.003
"""Seconds for others to come, who are then taken in together."""
BATCH = 500
"""Events of one change."""
LOOKS = 40
"""Looks for a match in one change, and parts read at once: a node has more to do than this."""
IDLE = 60.0
"""Seconds after which an empty queue is let go."""
AGAIN = 0.1

OK, NOT_PROPOSED, FULL, PENALTY, UNFIT, FAILED = (
    b"ok",
    b"not-proposed",
    b"full",
    b"penalty:",
    b"unfit",
    b"failed",
)
"""What comes of an event; after `PENALTY` the seconds."""

log = get_logger(__name__)
encode = msgspec.msgpack.Encoder().encode
_decoder: msgspec.msgpack.Decoder[events.Event] = msgspec.msgpack.Decoder(events.Event)
Asked = tuple[events.Event, "asyncio.Future[bytes] | None"]


class NotLeading(Exception):
    """Another node may write the queue by now."""


class Leader:
    """Leads from `run` until that returns. `carry` is called with effects whose change is written, and with
    what a dead leader may have left undone; it must not wait."""

    def __init__(
        self,
        store: QueueStore,
        node: str,
        name: str,
        fence: int,
        declared: QueueRules,
        clock: Callable[[], float],
        online: Callable[[str], bool],
        carry: Callable[[list[events.Effect], bool], None],
    ) -> None:
        self._store, self._node, self._name, self._fence = store, node, name, fence
        self._declared, self._clock, self._carry = declared, clock, carry
        self._queue = rules.Queue(declared)
        self._number = 0
        self._asked: list[Asked] = []
        self._wake = asyncio.Event()
        self._inbox = True
        self._ending = False
        self.idle = False
        """Whether it ended as nobody waited for long."""
        self._last = 0.0
        self._roll_call = RollCall(online)

    async def ask(self, event: events.Event) -> bytes:
        """Take an event in; what came of it, once it is written. Raises `NotLeading`, `Full`."""
        if self._ending:
            raise NotLeading
        if len(self._asked) >= queue_store.INBOX:
            raise Full
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._asked.append((event, answer))
        self._wake.set()
        return await answer

    def look(self) -> None:
        """There is something in the inbox."""
        self._inbox = True
        self._wake.set()

    def end(self) -> None:
        """Let `run` return once what is asked is done."""
        self._ending = True
        self._wake.set()

    async def run(self) -> None:
        """Lead, until another does, the queue is idle, or `end`."""
        try:
            if not await self._reload():
                return
            self._inherit()
            await self._lead()
        finally:
            self._ending = True
            metrics.queued.labels(*self._name.split(":", 1)).set(0)
            for _, answer in self._asked:
                if answer is not None and not answer.done():
                    answer.set_exception(NotLeading())

    async def _lead(self) -> None:
        loop = asyncio.get_running_loop()
        renew = call = loop.time()
        used = loop.time()
        while True:
            moments = [renew - loop.time(), call - loop.time(), self._queue.due() - self._now()]
            if not self._wake.is_set() and min(moments) > 0 and not (self._asked or self._inbox):
                try:
                    async with asyncio.timeout(min(moments)):
                        await self._wake.wait()
                except TimeoutError:
                    pass
            self._wake.clear()
            if loop.time() >= renew:
                renew = loop.time() + RENEW
                if not await self._renewed():
                    return
            if loop.time() >= call:
                call = loop.time() + CALL
                self._asked += [(event, None) for event in self._roll_call.call(self._queue, self._now())]
            if self._ending and not self._asked:
                return
            if not (self._asked or self._inbox or self._queue.due() <= self._now()):
                self.idle = not self._queue.tickets and loop.time() - used > IDLE
                if self.idle:
                    return
                continue
            used = loop.time()
            await asyncio.sleep(COALESCE)
            if not await self._pass():
                return

    # --- one change -----------------------------------------------------------------------------------

    async def _pass(self) -> bool:
        """Take in what there is and write it; False where another leads."""
        batch, self._asked = self._asked[:BATCH], self._asked[BATCH:]
        done: list[Done] = []
        outcomes: list[bytes] = []
        try:
            if self._inbox:
                handed = await self._store.inbox(self._name)
                self._inbox = len(handed) > BATCH
                done = [Done(each.id, each.sender, each.event) for each in handed[:BATCH]]
            wanted = [event for event, _ in batch] + [_decoded(each.outcome) for each in done]
            taken = await self._taken_in(wanted)
            if taken is None:
                return self._put_back(batch)
            outcomes, effects = taken
            done = [
                Done(each.id, each.sender, outcome)
                for each, outcome in zip(done, outcomes[len(batch) :], strict=True)
            ]
            change = self._queue.changed()
            if (change or done) and not await self._written(change, done):
                return self._put_back(batch)
        except BaseException:
            self._put_back(batch)
            raise
        for (_, answer), outcome in zip(batch, outcomes, strict=False):
            if answer is not None and not answer.done():
                answer.set_result(outcome)
        metrics.queued.labels(*self._name.split(":", 1)).set(len(self._queue.tickets))
        if effects:
            self._carry(effects, False)
        return True

    def _put_back(self, batch: list[Asked]) -> bool:
        self._asked = batch + self._asked
        return False

    async def _taken_in(
        self, wanted: list[events.Event | None]
    ) -> tuple[list[bytes], list[events.Effect]] | None:
        """What came of each, and what is to be done; None where another leads. An event at which the rules
        fail is left out, and the queue is as if it had never come."""
        bad: set[int] = set()
        while True:
            now, outcomes, effects = self._now(), list[bytes](), list[events.Effect]()
            for index, event in enumerate(wanted):
                if event is None or index in bad:
                    outcomes.append(FAILED)
                    continue
                try:
                    outcome, more = self._applied(event, now)
                except Exception:
                    log.exception("event not taken in", queue=self._name, kind=type(event).__name__)
                    bad.add(index)
                    break
                outcomes.append(outcome)
                effects += more
            else:
                return outcomes, effects + self._queue.advance(now, LOOKS)
            if not await self._reload():
                return None

    def _applied(self, event: events.Event, now: float) -> tuple[bytes, list[events.Effect]]:
        try:
            return OK, self._queue.apply(event, now)
        except events.NotProposed:
            return NOT_PROPOSED, []
        except events.QueueFull:
            return FULL, []
        except events.Unfit:
            return UNFIT, []
        except events.Penalised as error:
            return PENALTY + b"%.1f" % error.seconds, []

    async def _written(self, change: Change, done: list[Done]) -> bool:
        self._number += 1
        while True:
            try:
                return await self._store.commit(self._name, self._fence, self._number, change, done)
            except (RedisError, OSError) as error:
                log.warning("queue stands still", queue=self._name, error=repr(error))
                await asyncio.sleep(AGAIN)

    async def _reload(self) -> bool:
        while True:
            try:
                parts = await self._store.load(self._name, self._fence)
                break
            except (RedisError, OSError) as error:
                log.warning("queue not read", queue=self._name, error=repr(error))
                await asyncio.sleep(AGAIN)
        if parts is None:
            return False
        queue, left = rules.Queue(self._declared, turn=int(self._now() * 1000)), iter(parts.items())
        while some := dict(islice(left, LOOKS)):
            queue.load(some, self._now())
            await asyncio.sleep(0)
        self._queue = queue
        return True

    def _inherit(self) -> None:
        """What the last leader may have left undone."""
        queue = self._queue
        queue.renew(self._now())
        left: list[events.Effect] = [*queue.owed.values()]
        left += [
            events.Proposed(p.claim, [seat.player for seat in p.seats]) for p in queue.proposals.values()
        ]
        left += [events.Made(m.claim, queue.claimed(m.claim), m.seats) for m in queue.makings.values()]
        if left:
            self._carry(left, True)

    async def _renewed(self) -> bool:
        try:
            lease = await self._store.claim(self._name, self._node, LEASE, self._fence)
        except (RedisError, OSError) as error:
            log.warning("queue's lease not renewed", queue=self._name, error=repr(error))
            return True
        self._inbox = self._inbox or lease.handed > 0
        return lease.fence == self._fence

    def _now(self) -> float:
        """It never goes back."""
        self._last = max(self._last, self._clock())
        return self._last


def _decoded(event: bytes) -> events.Event | None:
    """None where it cannot be read, as from a node of another version."""
    try:
        return _decoder.decode(event)
    except msgspec.DecodeError as error:
        log.warning("event not read", error=repr(error))
        return None
