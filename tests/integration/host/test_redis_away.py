"""Redis goes away under a match and comes back: with everything, or with less than it had confirmed."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from arcade.chaos.proxy import Proxy
from arcade.infra import keys
from arcade.infra.redis import aredis
from matches import replays
from matches.host.claim import Claimed, claim, restore
from matches.host.node import Node
from matches.models import Match
from protocol import messages as wire
from tests.support.sockets import Socket, play, running_node, sit_down
from tests.support.valkey import Valkey
from tests.support.waiting import auntil

pytestmark = pytest.mark.django_db(transaction=True)
MOVE, RESIGN = 2, 3


@pytest.fixture
async def own(settings: Any) -> AsyncIterator[Valkey]:
    """A Valkey of this test's own that keeps its data."""
    with Valkey(tcp=True, appendonly=True) as valkey:
        settings.REDIS_URL = valkey.url
        yield valkey


async def finished(match: str) -> Match:
    found: Match = await auntil(lambda: Match.objects.filter(pk=match).afirst(), 30)
    return found


async def test_killed_and_started_again_it_has_everything(own: Valkey) -> None:
    async with running_node("a") as node:
        match, (one, two) = await sit_down(node, "connect-four")
        await play(one, two, 3, 3)
        await two.until(wire.Frame, acks=[1, 1])
        own.kill()
        await one.act(MOVE, {"column": 3})
        await auntil(lambda: node.host.writer.standing_still)
        with pytest.raises(TimeoutError):
            await two.next(0.3)
        own.start()
        frame = await two.until(wire.Frame, acks=[2, 1])
        assert frame[1] == node.host.matches[match].epoch
        await two.act(RESIGN)
        await one.until(wire.Recorded)
        await finished(match)
        assert await sync_to_async(replays.verify)(match)


async def test_cut_off_it_stands_still_and_goes_on(clean_redis: str, settings: Any) -> None:
    async with Proxy(clean_redis) as proxy:
        settings.REDIS_URL = proxy.url
        async with running_node("a") as node:
            _, (one, two) = await sit_down(node, "connect-four")
            await play(one, two, 3, 3)
            proxy.refusing = True
            proxy.cut()
            await one.act(MOVE, {"column": 3})
            await auntil(lambda: node.host.writer.standing_still)
            proxy.refusing = False
            assert (await two.until(wire.Frame, acks=[2, 1]))[6] is not None


async def lose_tail(match: str, dump: bytes) -> None:
    """The log is as it was when the dump was taken."""
    await aredis().restore(keys.match_log(match), 0, dump, replace=True)


async def test_a_living_owner_writes_down_what_redis_has_lost(clean_redis: str, settings: Any) -> None:
    async with Proxy(clean_redis) as proxy:
        settings.REDIS_URL = proxy.url
        async with running_node("a") as node:
            match, (one, two) = await sit_down(node, "connect-four")
            await play(one, two, 3, 3)
            dump = await aredis().dump(keys.match_log(match))
            await play(one, two, 4, 4)
            epoch = node.host.matches[match].epoch
            await lose_tail(match, dump)
            proxy.cut()
            await one.act(MOVE, {"column": 5})
            keyframe = await two.until(wire.Keyframe)
            assert keyframe[1] > epoch
            assert keyframe[4] == [2, 2]
            assert keyframe[5]["game"]["board"][4] == [0, 1]
            assert keyframe[7] is False
            await one.send(MOVE, one.number, {"column": 5})
            await two.until(wire.Frame, acks=[3, 2])
            await two.act(RESIGN)
            await one.until(wire.Recorded)
            await finished(match)
            assert await sync_to_async(replays.verify)(match)


async def test_a_new_owner_tells_who_was_ahead(clean_redis: str) -> None:
    """The tail and its owner are gone: what was acknowledged is lost, and the clients are told so."""
    async with running_node("a") as node:
        match, (one, two) = await sit_down(node, "connect-four")
        await play(one, two, 3, 3)
        dump = await aredis().dump(keys.match_log(match))
        await play(one, two, 4, 4)
        hosted = node.host.matches[match]
        ahead = hosted.match.seq
        await lose_tail(match, dump)
        hosted.live = await _as_owner(hosted.live, "dead")
        node.host.drop(hosted)
        await _adopt(node, match)
        taken = node.host.matches[match]
        assert taken.match.seq == ahead - 2
        back = Socket(match, "")
        assert await back.open()
        from arcade.security import resume

        await back.send(1, 1, one.session, hosted.epoch, ahead, resume.make(match, "player0", 0))
        keyframe = await back.until(wire.Keyframe)
        assert keyframe[7] is True
        assert keyframe[5]["game"]["board"][4] == []


async def _as_owner(live: Any, node: str) -> Any:
    await aredis().hset(keys.match_meta(live.match), "node", node)
    return live


async def _adopt(node: Node, match: str) -> None:
    from matches import directory

    live = await directory.get(match)
    assert live is not None
    claimed = await claim(live, node.id, 0)
    assert isinstance(claimed, Claimed)
    node.host.ownership.adopt(claimed, await restore(claimed.live, node.watchdog))
