"""After the end of a match: its result into the database, the players set free, the rematch."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from django.db import close_old_connections
from redis.exceptions import RedisError

from arcade.infra import clock, keys
from arcade.infra.log import get_logger
from arcade.infra.metrics import metrics
from arcade.infra.redis import aredis
from arcade.security import tickets
from matches import directory, results
from matches.directory import Live
from matches.engine.match import Match
from matches.engine.setup import Finished, Setup
from matches.host.append import FIELD
from matches.host.claim import Ending
from matches.host.fanout import Watcher
from matches.host.hosted import Hosted, Stage
from matches.host.memory import Kept
from protocol.errors import ProtocolError
from protocol.messages import Error, Next

if TYPE_CHECKING:
    from matches.host.host import Host

log = get_logger(__name__)

THREADS = 4
"""Results written at once; a database connection each."""

RETRY_FIRST, RETRY_MOST = 0.2, 10.0
PAGE = 1000
LOOK_SECONDS = 0.01

About = TypeVar("About")
Told = TypeVar("Told")


@contextmanager
def _connections() -> Iterator[None]:
    """On a thread of the pool: connections that the database closed are not reused."""
    close_old_connections()
    try:
        yield
    finally:
        close_old_connections()


def _write(finished: Finished) -> list[tuple[int, int] | None]:
    """One result, on a thread of the pool."""
    with _connections(), metrics.results_seconds.time():
        return results.record(finished)


def _written(match: str) -> bool:
    with _connections():
        return results.already(match) is not None


class Finisher:
    """Writes results until they are written; nothing of a match is deleted before."""

    def __init__(self, host: "Host") -> None:
        self._host = host
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="results")
        self._busy: set[int] = set()
        """Threads of the pool that are at the database."""

    def stop(self) -> None:
        """Begin nothing more, and wait for nothing: the database may hang. Results wait in Redis."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def at_rest(self, seconds: float) -> None:
        """After `stop`: return when no thread is at the database any more, at the latest after so long."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while self._busy:
            if loop.time() > deadline:
                log.warning("results.left_hanging", threads=len(self._busy))
                return
            await asyncio.sleep(LOOK_SECONDS)

    async def _in_thread(self, work: Callable[[About], Told], about: About) -> Told:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, self._counted, work, about)

    def _counted(self, work: Callable[[About], Told], about: About) -> Told:
        thread = threading.get_ident()
        self._busy.add(thread)
        try:
            return work(about)
        finally:
            self._busy.discard(thread)

    def begin(self, hosted: Hosted, ending: Ending | None = None) -> None:
        """The last step is confirmed. What it came to is taken now: a rematch may change the match.

        `ending`: where it ended, if that was under another owner.
        """
        match = hosted.match
        ending = ending or Ending(hosted.prev, match.seq, match.hash())
        metrics.finished.labels(match.phase).inc()
        finished = Finished(
            setup=hosted.setup,
            result=match.result,
            reason=match.reason,
            fates=match.fates,
            seats=match.seats,
            taken=match.taken,
            leavers=match.leavers,
            started=hosted.setup.created + (match.started or 0),
            ended=clock.now_ms(),
            steps=ending.seq,
            records=[],
            hash=ending.hash,
        )
        self._host.spawn(self._finish(hosted, finished, match.phase, ending.record_id))

    async def _finish(self, hosted: Hosted, finished: Finished, phase: str, last: str) -> None:
        delay = RETRY_FIRST
        while True:
            try:
                if hosted.kept is not None and await directory.is_anothers(hosted.live):
                    self._host.drop(hosted)
                    return
                await directory.note(hosted.live, phase=phase)  # a match that is over binds nobody
                records = await self._records(hosted.id, last, hosted.kept)
                if not records and hosted.kept is None:
                    if hosted.stage is Stage.DROPPED:
                        return  # its owner sees to it
                    finished, last = await self._rewound(hosted, finished)
                    continue
                whole = msgspec.structs.replace(finished, records=records)
                ratings = await self._in_thread(_write, whole)
                await directory.note(hosted.live, phase=phase)
                await directory.release_players(hosted.live)
                break
            except Exception:
                metrics.results_failed.inc()
                log.exception("result.failed", match=hosted.id, again_in=delay)
                await asyncio.sleep(delay)
                delay = min(delay * 2, RETRY_MOST)
        if hosted.kept is not None:
            hosted.kept.let_go(hosted.kept.end)
        log.info("match.ended", match=hosted.id, phase=phase, reason=finished.reason, steps=finished.steps)
        self._host.result_written(hosted, [list(pair) if pair else None for pair in ratings])
        if self._host.callbacks is not None:
            await self._host.callbacks.match_ended(hosted.sitting)

    async def abandoned(self, live: Live, setup: Setup | None, why: str) -> None:
        """The history of a match that cannot go on: aborted, without rating, its log kept beside."""
        if setup is None:
            return
        records = await self._records(live.match)
        finished = Finished(
            setup=setup,
            result=None,
            reason=f"quarantined: {why}",
            fates=["stayed"] * len(setup.seats),
            started=setup.created,
            ended=clock.now_ms(),
            steps=len(records),
            records=records,
            hash="",
        )
        await self._in_thread(_write, finished)

    async def _records(self, match: str, last: str = "", kept: Kept | None = None) -> list[bytes]:
        """The log in Redis and in memory, up to the record `last`; none where that is not there."""
        ours = kept.until(last) if kept is not None else {}
        records: dict[str, bytes] = {}
        start = "-"
        client: Any = aredis()
        while page := await client.xrange(keys.match_log(match), start, last or "+", count=PAGE):
            records |= {record_id.decode(): entry[FIELD] for record_id, entry in page}
            start = f"({page[-1][0].decode()}"
        records |= ours
        return list(records.values()) if not last or last in records else []

    async def _rewound(self, hosted: Hosted, finished: Finished) -> tuple[Finished, str]:
        """Redis lost the end of this match before it was written down: the log gets it once more."""
        before = hosted.epoch
        self._host.mend(hosted)
        while hosted.epoch == before and hosted.stage is not Stage.DROPPED:
            await asyncio.sleep(RETRY_FIRST)
        match = Match(hosted.match.game, hosted.setup, hosted.confirmed)  # a step may be under way again
        return msgspec.structs.replace(finished, steps=match.seq, hash=match.hash()), hosted.prev

    async def written(self, match: str) -> bool:
        """Whether the database has this match's result. DatabaseError where it cannot say."""
        return await self._in_thread(_written, match)

    async def rematch(self, hosted: Hosted) -> None:
        """Everyone wants another: the lobby makes it, and each player gets a ticket."""
        try:
            await self._rematch(hosted)
        except (ProtocolError, RedisError, OSError) as error:
            log.warning("rematch.failed", match=hosted.id, error=repr(error))
            text = error.text if isinstance(error, ProtocolError) else "The rematch could not be made."
            hosted.fanout.tell_all(Error(None, "busy", text))

    async def _rematch(self, hosted: Hosted) -> None:
        if self._host.callbacks is None:
            return
        match = hosted.match
        here = [seat for seat in match.rematch if match.state.seats[seat].status == "here"]
        following = await self._host.callbacks.rematch_agreed(hosted.sitting, here)
        if following is None:
            raise ProtocolError("busy", "The rematch could not be made.")
        hosted.next_match = following
        for watcher in list(hosted.fanout.seats.values()):
            await self.tell_next(hosted, watcher)

    async def tell_next(self, hosted: Hosted, watcher: Watcher) -> None:
        """The rematch, and a ticket for it, to the socket of a seat that is in it."""
        live = await directory.get(hosted.next_match or "")
        holder = hosted.match.seats[watcher.seat] if watcher.seat is not None else None
        place = live.seat_of(holder.player) if live and holder and holder.player else None
        if live is None or holder is None or holder.player is None or place is None:
            return
        secret = await tickets.aissue(tickets.Ticket(holder.player, holder.name, "match", live.match, place))
        hosted.fanout.tell(watcher, Next(live.match, place, secret, f"/ws/match/{live.match}/"))
