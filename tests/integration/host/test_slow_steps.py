"""Rules that take long over each step: whoever takes the match over must not take as long again."""

import itertools

import pytest

from arcade.infra import keys
from arcade.infra.redis import aredis
from matches.engine.record import Snapshotted, decode_record
from matches.host import claim as claims
from matches.host import host as hosting
from matches.host.claim import restore
from matches.host.log import FIELD
from matches.host.node import Node
from matches.host.watchdog import Guard, Watchdog
from tests.support.sockets import play, sit_down
from tests.support.waiting import auntil

pytestmark = pytest.mark.django_db(transaction=True)

STEP = 0.1
"""Seconds that each step takes, by the clock of these tests."""


class Counting(Watchdog):
    """Counts the calls of the rules."""

    calls = 0

    def on(self, match: str) -> Guard:
        self.calls += 1
        return super().on(match)


@pytest.fixture(autouse=True)
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (hosting, claims):
        ticks = itertools.count()
        monkeypatch.setattr(module, "perf_counter", lambda ticks=ticks: next(ticks) * STEP)


async def kinds(match: str) -> str:
    """The log after its header: a letter for each record."""
    records = [decode_record(entry[FIELD]) for _, entry in await aredis().xrange(keys.match_log(match))]
    return "".join("S" if isinstance(r, Snapshotted) else "." for r in records[1:])


async def test_a_snapshot_is_due_when_the_steps_since_the_last_took_long(node: Node) -> None:
    match, (one, two) = await sit_down(node, "connect-four")
    await play(one, two, 0, 1, 0, 1, 0, 1, 2, 3)
    hosted = node.host.matches[match]
    await auntil(lambda: not hosted.busy)
    log = await kinds(match)
    assert log.count(".") == hosted.match.seq
    assert {len(steps) for steps in log.split("S")[:-1]} == {3}
    watched = Counting()
    restored = await restore(hosted.live, watched)
    assert restored.match.seq == hosted.match.seq
    assert watched.calls <= 2 * 3
    assert restored.since_snapshot > 0
    assert restored.stepping == pytest.approx(restored.since_snapshot * STEP)
    assert hosted.stepping == pytest.approx(restored.stepping)


async def test_who_takes_over_counts_on_from_what_it_made_again(node: Node) -> None:
    match, (one, two) = await sit_down(node, "connect-four")
    await play(one, two, 0, 1, 0)
    hosted = node.host.matches[match]
    await auntil(lambda: not hosted.busy)
    restored = await restore(hosted.live, Watchdog())
    assert restored.stepping > 0
    node.host.forget(hosted)
    claimed = claims.Claimed(hosted.live, 0)
    node.host.ownership.adopt(claimed, restored)
    assert node.host.matches[match].stepping == pytest.approx(restored.stepping)
