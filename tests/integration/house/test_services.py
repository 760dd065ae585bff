"""What a node leaves behind: nothing where it fails to start, no socket's place where it stops."""

import asyncio
from typing import Any

import pytest

from arcade import services
from arcade.infra import keys, redis
from arcade.infra.bus import Bus
from arcade.infra.redis import aredis
from lobby.service import Lobby
from matches.admission import Admission
from matches.host.lease import Lease
from matches.host.watchdog import Watchdog
from tests.support import sockets
from tests.support.sockets import sit_down

pytestmark = pytest.mark.django_db(transaction=True)


async def traces() -> tuple[set[str], set[asyncio.Task[Any]]]:
    """What Redis knows of nodes, and what runs here besides the test."""
    names = {key.decode() for key in await aredis().keys("arcade:n:*")}
    names |= {node.decode() for node in await aredis().hkeys(keys.nodes())}
    return names, asyncio.all_tasks() - {asyncio.current_task()}


@pytest.mark.parametrize(
    ("part", "name"), [(Bus, "start"), (Lease, "take"), (Watchdog, "start"), (Lobby, "start")]
)
async def test_a_failed_start_leaves_no_ghost(
    clean_redis: str, monkeypatch: pytest.MonkeyPatch, part: type, name: str
) -> None:
    whole = getattr(part, name)

    async def half(self: Any) -> None:
        await whole(self)
        raise RuntimeError("not today")

    def half_at_once(self: Any) -> None:
        whole(self)
        raise RuntimeError("not today")

    monkeypatch.setattr(part, name, half if asyncio.iscoroutinefunction(whole) else half_at_once)
    with pytest.raises(RuntimeError, match="not today"):
        await services.start()
    names, tasks = await traces()
    assert names == set()
    assert not tasks
    monkeypatch.undo()
    try:
        assert (await services.start()).matches.id, "the next socket tries again"
        assert (await traces())[0]
    finally:
        await services.stop()
    assert await traces() == (set(), set())


async def test_a_node_that_stops_waits_for_its_sockets_farewells(
    clean_redis: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "direct", True)
    release = Admission.release

    async def slow(admission: Admission) -> None:
        await asyncio.sleep(0.2)
        await release(admission)

    monkeypatch.setattr(Admission, "release", slow)
    node = (await services.start()).matches
    try:
        await sit_down(node, "connect-four")
        assert await aredis().exists(keys.player_sockets("player0"), keys.player_sockets("player1")) == 2
    finally:
        await services.stop()
    assert not await aredis().exists(keys.player_sockets("player0"), keys.player_sockets("player1"))
    await redis.close()
