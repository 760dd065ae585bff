"""Which node hosts a new match, and that it is one, whoever is late, refuses or dies in the middle."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any, NamedTuple

import pytest

from arcade.infra import keys
from arcade.infra.metrics import metrics
from arcade.infra.redis import aredis
from matches import directory
from matches.host import placing, takeover
from matches.host.deaths import declare_dead
from matches.host.node import Node
from tests.support.sockets import people, running_node
from tests.support.waiting import auntil

pytestmark = pytest.mark.django_db(transaction=True)


class Two(NamedTuple):
    """The node that makes matches, and another."""

    maker: Node
    other: Node

    async def make(self, near: list[str]) -> str:
        match = await self.maker.create("connect-four", "standard", people(2), near=near)
        await self.maker.placed(match)
        return match

    async def hosts(self, match: str) -> list[str]:
        """Who hosts it; the directory says the same."""
        live, here = await directory.get(match), [n.id for n in self if match in n.host.matches]
        assert live is not None
        assert [live.node] == here
        client: Any = aredis()
        assert [bool(await client.sismember(keys.node_matches(n.id), match)) for n in self] == [
            n.id in here for n in self
        ]
        return here


@pytest.fixture
async def two(clean_redis: str) -> AsyncIterator[Two]:
    async with AsyncExitStack() as stack:
        nodes = Two(*[await stack.enter_async_context(running_node(name)) for name in ("maker", "other")])
        await auntil(lambda: nodes.maker.takeover.peers.alive == {"other"})
        yield nodes


def asked() -> float:
    """How often another node was asked."""
    return float(sum(metrics.placed.labels(how)._value.get() for how in ("adopted", "refused", "silent")))


async def test_it_is_hosted_where_most_of_its_players_are(two: Two) -> None:
    before = asked()
    assert await two.hosts(await two.make(["maker", "other", "other"])) == ["other"]
    assert asked() == before + 1
    for near in (["maker", "maker", "other"], [], ["gone", "gone"], ["gone", "gone", "maker"]):
        assert await two.hosts(await two.make(near)) == ["maker"]
    assert asked() == before + 1


async def test_where_as_many_are_here_as_there_they_spread(two: Two) -> None:
    hosts = [await two.hosts(await two.make(["maker", "other"])) for _ in range(16)]
    assert ["maker"] in hosts
    assert ["other"] in hosts


async def test_a_node_that_leaves_hosts_nothing_and_is_not_asked_again(two: Two) -> None:
    two.other.host.draining = True
    before = asked()
    for _ in range(3):
        assert await two.hosts(await two.make(["other", "other"])) == ["maker"]
    assert asked() == before + 1
    two.other.host.draining = False


async def test_a_node_of_other_rules_refuses(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    others = [2]
    monkeypatch.setattr(takeover, "version_here", lambda game: others.pop() if others else 1)
    assert await two.hosts(await two.make(["other", "other"])) == ["maker"]
    assert not others


async def test_who_says_nothing_comes_too_late(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placing, "ASK_SECONDS", 0.05)
    notes: list[Any] = []
    monkeypatch.setattr(two.other._placing, "asked", notes.append)
    match = await two.make(["other", "other"])
    assert await two.hosts(match) == ["maker"]
    await two.other._placing._adopt(notes[0])
    assert await two.hosts(match) == ["maker"]


async def test_an_answer_that_is_lost_changes_nothing(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placing, "ASK_SECONDS", 0.3)
    monkeypatch.setattr(two.maker._placing, "answered", lambda note: None)
    assert await two.hosts(await two.make(["other", "other"])) == ["other"]


@pytest.mark.parametrize("claimed", [False, True])
async def test_the_chosen_dies_at_it(two: Two, claimed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it has claimed the match the maker hosts it; after that it is a dead node's match like any."""
    monkeypatch.setattr(placing, "ASK_SECONDS", 0.05)
    dead = asyncio.Event()
    hangs = two.other.takeover, "_is_written" if claimed else "_take"

    async def hang(*_: Any, **__: Any) -> bool:
        dead.set()
        await asyncio.Event().wait()
        return False

    monkeypatch.setattr(*hangs, hang)
    match = await two.make(["other", "other"])
    await dead.wait()
    assert (match in two.maker.host.matches) == (not claimed)
    await declare_dead(aredis(), "other", 0, "told")
    await auntil(lambda: match in two.maker.host.matches)
    await auntil(lambda: _owner_is(match, "maker"))


async def test_the_maker_dies_at_it(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    """The match is in its name, and nobody was asked."""
    going_on = asyncio.Event()

    async def ask(*_: Any) -> None:
        await going_on.wait()

    monkeypatch.setattr(two.maker._placing, "_ask", ask)
    monkeypatch.setattr(placing, "PLACED_SECONDS", 0.0)
    match = await two.make(["other", "other"])
    assert not two.maker.host.matches
    assert await _owner_is(match, "maker")
    await declare_dead(aredis(), "maker", 0, "told")
    await auntil(lambda: match in two.other.host.matches)
    going_on.set()  # it had only slept
    await two.maker.placed(match)
    await auntil(lambda: match not in two.maker._placing._under_way)
    assert await two.hosts(match) == ["other"]


async def test_a_maker_that_leaves_meanwhile_leaves_it_to_others(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    going_on = asyncio.Event()

    async def ask(*_: Any) -> bool:
        await going_on.wait()
        return False

    monkeypatch.setattr(two.maker._placing, "_ask", ask)
    monkeypatch.setattr(placing, "PLACED_SECONDS", 0.0)
    match = await two.make(["other", "other"])
    leaving = asyncio.ensure_future(two.maker.drain())
    await auntil(lambda: two.maker.draining)
    assert not leaving.done()
    going_on.set()
    await leaving
    await auntil(lambda: match in two.other.host.matches)
    assert await two.hosts(match) == ["other"]


async def _owner_is(match: str, node: str) -> bool:
    live = await directory.get(match)
    return live is not None and live.node == node
