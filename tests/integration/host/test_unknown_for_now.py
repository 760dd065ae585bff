"""Redis came back without a match whose owner lives: nobody is told that it is gone before he can say so."""

import pytest

from arcade.infra import keys
from arcade.infra.redis import aredis
from matches.host import lease
from matches.host.node import Node
from matches.ids import new_id
from protocol import messages as wire
from tests.support.sockets import Socket, comes_back, running_node, sit_down
from tests.support.waiting import auntil

pytestmark = pytest.mark.django_db(transaction=True)


async def lose(match: str) -> None:
    """All that Redis knows of the match."""
    await aredis().delete(keys.match_meta(match), keys.match_log(match))


async def waits(node: Node, socket: Socket) -> bool:
    """It looked for an owner and found none; the socket is not closed."""
    return any(viewer.ownerless for viewer in node.gateway.viewers.values()) and socket.closed is None


async def test_a_player_at_another_node_waits_for_the_owner(clean_redis: str) -> None:
    async with running_node("a") as owner:
        match, (one, _) = await sit_down(owner, "connect-four")
        async with running_node("b") as other:
            await lose(match)
            other.lease.trouble()
            back = await comes_back(match, "player0", 0, one.session)
            await auntil(lambda: waits(other, back))
            owner.host.mend(owner.host.matches[match])
            assert (await back.until(wire.Welcome))[2] == match
            await back.until(wire.Keyframe)
            await back.leave()


async def test_what_stays_unknown_is_told_so(clean_redis: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "DOUBT_SECONDS", 1.0)
    async with running_node("a") as node:
        node.lease.trouble()
        back = await comes_back(new_id(), "player0", 0, 77)
        await auntil(lambda: waits(node, back))
        assert await back.until_closed() == 4007
