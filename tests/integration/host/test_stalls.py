"""While the log cannot be written: match time stands still, and nothing that came meanwhile is lost."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import redis

from arcade.infra.metrics import metrics
from matches.engine import inputs as inp
from matches.host.node import Node
from protocol import messages as wire
from tests.support.sockets import comes_back, sit_down
from tests.support.waiting import auntil

pytestmark = pytest.mark.django_db(transaction=True)
MOVE = 2


@contextmanager
def no_memory(url: str) -> Iterator[None]:
    """Redis takes no writes."""
    with redis.Redis.from_url(url) as client:
        client.config_set("maxmemory", "1")
        try:
            yield
        finally:
            client.config_set("maxmemory", "0")


async def test_match_time_stands_still_and_never_runs_back(node: Node, clean_redis: str) -> None:
    match, (one, _) = await sit_down(node, "arena", "duel")
    await one.until(wire.Frame, acks=[0, 0])
    times: list[int] = []

    def overruns(more: float) -> bool:
        times.append(node.host.match_time(match))
        return metrics.overruns._value.get() >= more

    with no_memory(clean_redis):
        await auntil(lambda: node.host.matches[match].busy and node.host.writer.standing_still)
        standing = node.host.match_time(match)
        more = metrics.overruns._value.get() + 10
        await auntil(lambda: overruns(more))
        assert times[-1] - standing <= 50
    seq = node.host.matches[match].match.seq + 10
    await auntil(lambda: overruns(0) and node.host.matches[match].match.seq > seq)
    assert times == sorted(times)
    assert times[-1] - standing > 200, "it goes on"


async def test_who_comes_and_goes_in_a_step_that_breaks_has_come_and_gone(
    node: Node, clean_redis: str
) -> None:
    match, (one, two) = await sit_down(node, "hostile-raises")
    hosted = node.host.matches[match]
    await two.leave()
    await auntil(lambda: hosted.match.state.seats[1].status == "dropped" and not hosted.busy)
    with no_memory(clean_redis):
        node.host.put(hosted, inp.Join(0, one.session, 0))
        await auntil(lambda: node.host.writer.standing_still)
        await one.act(MOVE, {"evil": True})
        back = await comes_back(match, "player1", 1, two.session)
        await auntil(lambda: len(hosted.inbox) == 2)
        await one.leave()
        assert len(hosted.inbox) == 3
    keyframe = await back.until(wire.Keyframe)
    assert keyframe[5]["phase"] == "aborted"
    assert [seat["status"] for seat in keyframe[5]["seats"]] == ["dropped", "here"]
