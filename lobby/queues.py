"""The queues as one node sees them: some it leads, to the leaders of the others it hands what happens.

Every node looks after every queue that is listed: one whose leader is dead is led by the next who looks.
"""

import asyncio
from collections.abc import Callable

import msgspec
from redis.exceptions import RedisError

from arcade.infra.log import get_logger
from arcade.infra.tasks import cancelled, forever
from lobby import catalog
from lobby.queue_leader import FULL, LEASE, NOT_PROPOSED, OK, PENALTY, UNFIT, Leader, NotLeading, encode
from lobby.queue_store import Full, QueueStore
from lobby.rules import queue_events as events
from lobby.rules.queue_book import Summary, proposal_of, summary_of, ticket_of
from matches.ids import new_id
from protocol.errors import ProtocolError

WATCH = 0.4
"""Seconds between two looks whether a queue has lost its leader, and for an answer that was not heard."""
PATIENCE = 8.0
"""Seconds an event may take; then it is taken back, and `busy`."""
STOP_SECONDS = 3.0

log = get_logger(__name__)
Key = tuple[str, str]
Carry = Callable[[Key, list[events.Effect], bool], None]


class Look(msgspec.Struct, frozen=True):
    """A ticket, what it is asked for, how many tickets have waited longer, and the queue as a whole."""

    ticket: events.Ticket
    proposal: events.Proposal | None
    ahead: int
    whole: Summary


class Queues:
    """`carry(key, effects, inherited)` does what the rules ask for; `inherited`: a dead leader may have."""

    def __init__(
        self,
        store: QueueStore,
        node: str,
        clock: Callable[[], float],
        online: Callable[[str], bool],
        carry: Carry,
    ) -> None:
        self._store, self._node, self._clock, self._online, self._carry = store, node, clock, online, carry
        self._leaders: dict[str, tuple[Leader, asyncio.Task[None]]] = {}
        self._others: dict[str, float] = {}
        """Queues that another node leads, at least until then (loop time)."""
        self._claiming: dict[str, asyncio.Lock] = {}
        self._answers: dict[str, asyncio.Future[bytes]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False
        self._hears = asyncio.Event()

    def start(self) -> None:
        for work in (self._watch, self._listen):
            self._tasks.add(asyncio.get_running_loop().create_task(forever(work)))

    async def stop(self) -> None:
        """Lead no more; what is asked meanwhile is done first."""
        self._closed = True
        for leader, _ in self._leaders.values():
            leader.end()
        if tasks := [task for _, task in self._leaders.values()]:
            _, late = await asyncio.wait(tasks, timeout=STOP_SECONDS)
            await cancelled(late)
        await cancelled(self._tasks)

    async def ask(self, key: Key, event: events.Event) -> None:
        """Have an event taken in, once, whoever leads the queue; returns when that is written.

        Raises `NotProposed`, and ProtocolError `busy`, `penalty`, `malformed`.
        """
        name, outcome = ":".join(key), b""
        try:
            async with asyncio.timeout(PATIENCE):
                while not outcome and (leader := await self._leader(name)) is not None:
                    try:
                        outcome = await leader.ask(event)
                    except NotLeading:
                        await self._over(name, leader)
        except TimeoutError:
            raise ProtocolError("busy", retry_after=1.0) from None
        except Full:
            raise _busy() from None
        _check(outcome or await self._handed(name, event))

    async def look(self, key: Key, ticket: str) -> Look | None:
        """What there is to be told of a ticket; None where it is in this queue no more."""
        name = ":".join(key)
        (raw, whole), ahead = await self._store.read(name, [f"t:{ticket}", "s"], ticket)
        if raw is None:
            return None
        found = ticket_of(raw)
        proposal = None
        if found.claim:
            (asked,), _ = await self._store.read(name, [f"p:{found.claim}"])
            proposal = proposal_of(asked) if asked is not None else None
        return Look(found, proposal, ahead, summary_of(whole) if whole is not None else Summary())

    # --- who leads ------------------------------------------------------------------------------------

    async def _leader(self, name: str) -> Leader | None:
        """Ours; None where another node leads, or this one is about to stop."""
        if name in self._leaders:
            return self._leaders[name][0]
        loop = asyncio.get_running_loop()
        if self._closed or self._others.get(name, 0.0) > loop.time():
            return None
        async with self._claiming.setdefault(name, asyncio.Lock()):
            if name in self._leaders:
                return self._leaders[name][0]
            declared = catalog.rules_of(*name.split(":", 1))
            asked = loop.time()
            lease = await self._store.claim(name, self._node, LEASE)
            if not lease.fence:
                self._others[name] = asked + lease.seconds
                return None
            game, mode = name.split(":", 1)
            leader = Leader(
                self._store, self._node, name, lease.fence, declared, self._clock, self._online,
                lambda effects, inherited: self._carry((game, mode), effects, inherited),
            )  # fmt: skip
            task = loop.create_task(self._led(name, leader, lease.fence), name=f"queue {name}")
            self._leaders[name] = leader, task
            log.info("queue is led", queue=name, fence=lease.fence)
            return leader

    async def _led(self, name: str, leader: Leader, fence: int) -> None:
        try:
            await leader.run()
        except Exception:
            log.exception("queue is led no more", queue=name)
        finally:
            self._leaders.pop(name, None)
            try:
                await self._store.release(name, self._node, fence)
                if leader.idle:
                    await self._store.unlist(name)
            except (RedisError, OSError) as error:
                log.warning("queue not released", queue=name, error=repr(error))

    async def _over(self, name: str, leader: Leader) -> None:
        """Wait for the end of a leader that leads no more."""
        held = self._leaders.get(name)
        if held is not None and held[0] is leader:
            await asyncio.wait([held[1]])

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(WATCH)
            try:
                for name in await self._store.queues():
                    await self._looked_after(name)
            except (RedisError, OSError) as error:
                log.warning("queues not looked after", error=repr(error))

    async def _looked_after(self, name: str) -> None:
        try:
            await self._leader(name)
        except ProtocolError:
            self._others[name] = (
                asyncio.get_running_loop().time() + 60.0
            )  # a mode that is no more, or not here

    # --- handing over ---------------------------------------------------------------------------------

    async def _handed(self, name: str, event: events.Event) -> bytes:
        loop, id = asyncio.get_running_loop(), new_id()
        answer: asyncio.Future[bytes] = loop.create_future()
        self._answers[id] = answer
        ends = loop.time() + PATIENCE
        try:
            said = await self._store.hand(name, self._node, id, encode(event))
            if self._closed:
                return OK
            while said is None and loop.time() < ends:
                await asyncio.wait([answer], timeout=WATCH if self._hears.is_set() else WATCH / 4)
                if answer.done():
                    return answer.result()
                said = await self._store.said(name, id)
                await self._leader(name)
            return said or await self._store.withdraw(name, id) or FULL
        except Full:
            return FULL
        finally:
            del self._answers[id]

    async def _listen(self) -> None:
        try:
            await self._store.listen(self._node, self._heard, self._hears)
        except (RedisError, OSError) as error:
            log.warning("queues not heard", error=repr(error))

    def _heard(self, name: str, id: str, outcome: bytes | None) -> None:
        if not id:
            if name in self._leaders:
                self._leaders[name][0].look()
        elif outcome is not None and (answer := self._answers.get(id)) is not None and not answer.done():
            answer.set_result(outcome)


def _busy() -> ProtocolError:
    return ProtocolError("busy", "This queue is full; try again later.", retry_after=10.0)


def _check(outcome: bytes) -> None:
    if outcome == OK:
        return
    if outcome == NOT_PROPOSED:
        raise events.NotProposed
    if outcome.startswith(PENALTY):
        raise ProtocolError("penalty", retry_after=float(outcome[len(PENALTY) :]))
    if outcome == UNFIT:
        raise ProtocolError("malformed", "No match of this queue could hold this ticket.")
    raise _busy()
