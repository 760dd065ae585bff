"""Test-only faults, each of which the checker must catch: `ARCADE_TEST_FAULT=name`, with `ARCADE_DEBUG=1`.

A fault replaces one function of a node that is about to start; nothing of it is in the code that it spoils.
"""

import asyncio
import os
import random
from collections.abc import Callable
from typing import Any

import msgspec
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from arcade.infra import keys
from arcade.infra.redis import aredis
from matches.engine.match import Match, Step
from matches.engine.record import encode_snapshot
from matches.engine.setup import Finished
from matches.host import finish, host
from matches.host.append import FIELD, Outcome
from matches.host.fanout import Fanout, Watcher
from matches.host.gateway import Gateway, Viewer
from matches.host.hosted import Hosted
from matches.host.lease import Lease
from matches.host.link import Numbered
from matches.host.ownership import Ownership
from matches.host.place import Place
from matches.host.reception import Reception

EARLY = 0.08
"""Seconds that a move is acknowledged too early, so that a kill can come in between."""
LATE = 0.2
"""Seconds that an unfenced snapshot takes, so that its owner can be stopped meanwhile."""
OFTEN = 6
"""Records between two snapshots, where the fault is in them."""
LOST, DROPPED = 0.05, 0.03


def ack_early() -> None:
    """A step is shown before its record is in the log."""
    real_append, real_frame = host.Host._append, Fanout.frame
    shown: dict[tuple[str, int], int] = {}

    def frame(self: Fanout, match: Match, step: Step) -> None:
        if shown.get((self.match_id, self.epoch)) != step.seq:
            shown[self.match_id, self.epoch] = step.seq
            real_frame(self, match, step)

    def append(self: host.Host, hosted: Hosted, data: bytes) -> None:
        if hosted.step is None:
            real_append(self, hosted, data)
            return
        self.reception.make_room(hosted)
        hosted.fanout.frame(hosted.match, hosted.step)
        self.loop.call_later(EARLY, real_append, self, hosted, data)

    _replace(Fanout, "frame", frame)
    _replace(host.Host, "_append", append)


def fence_off() -> None:
    """An owner goes on although Redis refuses its append, and at once after it was asleep."""
    real = host.Host._settled

    def settled(self: host.Host, hosted: Hosted, outcome: Outcome) -> None:
        real(self, hosted, Outcome.CONFIRMED if outcome is Outcome.FENCED else outcome)

    async def reconcile(self: Ownership) -> None:
        return

    _replace(host.Host, "_settled", settled)
    _replace(Ownership, "reconcile", reconcile)
    _replace(Lease, "holds", lambda self: True)


def unfenced_snapshot() -> None:
    """A snapshot goes to the top of the log, whoever owns it."""
    real = host.Host._append

    async def write(self: host.Host, hosted: Hosted, data: bytes) -> None:
        await asyncio.sleep(LATE)
        client: Any = aredis()
        key = keys.match_log(hosted.id)
        top = (await client.xrevrange(key, count=1))[0][0].decode()
        epoch, _, n = top.partition("-")
        await client.xadd(key, {FIELD: data}, id=f"{epoch}-{int(n) + 1}")
        self._settled(hosted, Outcome.CONFIRMED)

    def append(self: host.Host, hosted: Hosted, data: bytes) -> None:
        if hosted.snapshot is None:
            real(self, hosted, data)
        else:
            self.spawn(write(self, hosted, data))

    _replace(host.Host, "_append", append)
    _replace(host, "SNAPSHOT_EVERY", OFTEN)


def dedupe_off() -> None:
    """A move that comes again is applied again."""
    _renumbered(lambda number, expected: number < expected)


def cumulative_acks() -> None:
    """A move that overtook a lost one is taken in its place, and acknowledges both."""
    real = Gateway.submit

    def submit(self: Gateway, viewer: Viewer, message: Numbered) -> None:
        if random.random() > LOST:  # noqa: S311
            real(self, viewer, message)

    _replace(Gateway, "submit", submit)
    _renumbered(lambda number, expected: number > expected)


def snapshot_without_numbers() -> None:
    """A snapshot forgets which numbers each seat's sessions have used."""
    real = host.Host._append

    def append(self: host.Host, hosted: Hosted, data: bytes) -> None:
        if hosted.snapshot is not None:
            match = Match.restore(hosted.match.game, hosted.snapshot)
            for seat in match.state.seats:
                seat.number, seat.refused = 0, []
                for session in seat.earlier:
                    session.number = 0
            match._saved = match._dump()
            hosted.snapshot = match.snapshot()
            data = encode_snapshot(
                match.seq, match.time, match.hash(), hosted.snapshot, hosted.prev, self.redis_ms()
            )
        real(self, hosted, data)

    _replace(host.Host, "_append", append)
    _replace(host, "SNAPSHOT_EVERY", OFTEN)


def result_twice() -> None:
    """A result counts twice for the ratings."""
    from django.db.models import F

    from matches.models import Rating

    real = finish._write

    def write(finished: Finished) -> Any:
        answer = real(finished)
        players = [seat.player for seat in finished.setup.seats if seat.player is not None]
        mine = Rating.objects.filter(player__in=players, game=finished.setup.game, mode=finished.setup.mode)
        mine.update(version=F("version") + 1, matches=F("matches") + 1)
        return answer

    _replace(finish, "_write", write)


def frame_dropped() -> None:
    """A frame is not sent, and the next one pretends to follow the one before."""
    real = Fanout.frame

    def frame(self: Fanout, match: Match, step: Step) -> None:
        if random.random() > DROPPED:  # noqa: S311
            real(self, match, step)
            return
        held = dict(self._shown)
        send, fan = self._send, self._fan
        self._send, self._fan = _nothing, _nothing
        try:
            real(self, match, step)
        finally:
            self._send, self._fan = send, fan
        self._shown = {
            view: msgspec.structs.replace(held.get(view, shown), image=shown.image)
            for view, shown in self._shown.items()
        }

    _replace(Fanout, "frame", frame)


FAULTS: dict[str, Callable[[], None]] = {
    "ack-early": ack_early,
    "fence-off": fence_off,
    "unfenced-snapshot": unfenced_snapshot,
    "dedupe-off": dedupe_off,
    "cumulative-acks": cumulative_acks,
    "snapshot-without-numbers": snapshot_without_numbers,
    "result-twice": result_twice,
    "frame-dropped": frame_dropped,
}


def install() -> None:
    """Spoil this process as `ARCADE_TEST_FAULT` says. ImproperlyConfigured outside of debugging."""
    name = os.environ.get("ARCADE_TEST_FAULT", "")
    if not name:
        return
    if not settings.DEBUG:
        raise ImproperlyConfigured("ARCADE_TEST_FAULT is for tests: it needs ARCADE_DEBUG=1.")
    if name not in FAULTS:
        raise ImproperlyConfigured(f"ARCADE_TEST_FAULT is one of {', '.join(FAULTS)}.")
    FAULTS[name]()


def _renumbered(when: Callable[[int, int], bool]) -> None:
    """A number for which `when(number, expected)` holds is taken for the one due; all go the long way."""
    real = Reception._submit

    def submit(
        self: Reception, hosted: Hosted, watcher: Watcher, message: Numbered, held: int | None
    ) -> None:
        place = watcher.place
        if place is not None and when(message.number, place.next):
            message = msgspec.structs.replace(message, number=place.next)
        real(self, hosted, watcher, message, held)

    _replace(Reception, "_submit", submit)
    _replace(Place, "take", lambda self, number, move, now: False)


def _nothing(*_: object) -> None: ...


def _replace(owner: Any, name: str, new: Any) -> None:
    if not hasattr(owner, name):
        raise ImproperlyConfigured(f"the fault does not fit: there is no {name} to replace")
    setattr(owner, name, new)
