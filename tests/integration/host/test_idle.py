"""An owner of whose match nobody wanted anything ran no rules: its death does not count against them."""

import asyncio
from typing import Any

import pytest

from arcade.infra import keys
from arcade.infra.redis import aredis
from matches import directory
from matches.engine.setup import Seat
from matches.host.node import Node
from tests.support.sockets import running_node, take_seat
from tests.support.waiting import auntil

pytestmark = pytest.mark.django_db(transaction=True)
SEATS = [Seat("player0", "Ann", 0), Seat("player1", "Ben", 1)]


async def entry(match: str, *names: str) -> list[int]:
    client: Any = aredis()
    return [int(value or 0) for value in await client.hmget(keys.match_meta(match), *names)]


async def idle(match: str) -> bool:
    mark, epoch = await entry(match, "idle", "epoch")
    return mark == epoch


async def dies(node: str) -> None:
    """It has ended without a word."""
    await aredis().hset(keys.nodes(), node, "")


async def taken(node: Node, match: str) -> None:
    await auntil(lambda: match in node.host.matches, 20)


@pytest.fixture
async def orphan(clean_redis: str) -> str:
    """A match that nobody has come to, of the node `n0`, which is dead."""
    async with running_node("n0") as node:
        match = await node.create("connect-four", "standard", SEATS)
    await dies("n0")
    return match


async def test_however_many_die_it_waits_for_its_players(orphan: str) -> None:
    for n in range(1, 5):
        async with running_node(f"n{n}") as node:
            await taken(node, orphan)
            await auntil(lambda: idle(orphan))
        await dies(f"n{n}")
    assert await entry(orphan, "deaths") == [1], "its first owner's: of that one nothing is known"
    async with running_node("last") as node:
        await taken(node, orphan)
        await auntil(lambda: idle(orphan))
        ann = await take_seat(orphan, 0, "player0")
        await ann.hello()
        assert await entry(orphan, "idle") == [0]
        await auntil(lambda: _is(orphan, "deaths", 0))
        await ann.leave()


async def _is(match: str, name: str, value: int) -> bool:
    return await entry(match, name) == [value]


@pytest.mark.parametrize("seat", [0, None], ids=["a player", "a spectator"])
async def test_nothing_runs_before_the_mark_is_off(
    orphan: str, monkeypatch: pytest.MonkeyPatch, seat: int | None
) -> None:
    """Else rules that end the process in their first step, or view, would never be counted."""
    held, asked = asyncio.Event(), asyncio.Event()
    real = directory.note

    async def note(live: directory.Live, **said: Any) -> None:
        if said.get("idle") == 0:
            asked.set()
            await held.wait()
        await real(live, **said)

    monkeypatch.setattr(directory, "note", note)
    async with running_node("n1") as node:
        await taken(node, orphan)
        await auntil(lambda: idle(orphan))
        hosted = node.host.matches[orphan]
        runs: list[str] = []
        for name in ("step", "view"):
            monkeypatch.setattr(hosted.match, name, _noting(runs, name, getattr(hosted.match, name)))
        socket = await take_seat(orphan, seat, "player0")
        await socket.send(1, 1, socket.session)
        await asyncio.wait_for(asked.wait(), 5)
        for _ in range(20):
            await asyncio.sleep(0)
        assert runs == []
        held.set()
        await auntil(lambda: hosted.fanout.watchers)
        assert runs[0] == ("view" if seat is None else "step")
        await socket.leave()


def _noting(runs: list[str], name: str, real: Any) -> Any:
    def noted(*args: Any) -> Any:
        runs.append(name)
        return real(*args)

    return noted


async def test_who_had_something_to_do_counts(orphan: str) -> None:
    """A step that was begun and never confirmed."""
    async with running_node("n1") as node:
        await taken(node, orphan)
        node.host._append = lambda hosted, data: None  # type: ignore[method-assign]
        ann = await take_seat(orphan, 0, "player0")
        await ann.send(1, 1, ann.session)
        hosted = node.host.matches[orphan]
        await auntil(lambda: hosted.busy)
        await asyncio.sleep(0)
        node.host.ownership._stand_by(hosted)
        assert hosted.idle is None
        await ann.leave()
    await dies("n1")
    async with running_node("n2") as node:
        await taken(node, orphan)
        assert await entry(orphan, "deaths") == [2]
