"""A new version of the rules comes while matches of the old one are on."""

from collections.abc import AsyncIterator
from typing import Any, ClassVar

import msgspec
import pytest
from asgiref.sync import sync_to_async

from arcade.infra import keys
from arcade.infra.redis import aredis
from matches import directory, replays
from matches.engine import registry
from matches.engine.game import Game, Mode, Result, Table
from matches.host import takeover
from matches.host.hosted import Hosted
from matches.host.node import Node
from matches.models import Match
from protocol import messages as wire
from tests.support.sockets import Socket, running_node, sit_down
from tests.support.waiting import auntil

pytestmark = pytest.mark.django_db(transaction=True)
MOVE, RESIGN = 2, 3


class Add(msgspec.Struct):
    amount: int


class Sum(msgspec.Struct):
    total: int = 0
    turn: int = 0


class Total(msgspec.Struct):
    """What the second version calls it."""

    points: int
    turn: int = 0


class First(Game[Sum, Add]):
    name: ClassVar[str] = "versioned"
    modes: ClassVar[Any] = {"standard": Mode()}

    def setup(self, table: Table) -> Sum:
        return Sum()

    def play(self, state: Sum, seat: int, move: Add, table: Table) -> None:
        state.total += move.amount
        state.turn = 1 - state.turn

    def result(self, state: Sum, table: Table) -> Result | None:
        return None


class Second(Game[Total, Add]):
    """No upgrade: a match of the first version is none of its business."""

    name: ClassVar[str] = "versioned"
    version: ClassVar[int] = 2
    modes: ClassVar[Any] = {"standard": Mode()}

    def setup(self, table: Table) -> Total:
        return Total(0)

    def play(self, state: Total, seat: int, move: Add, table: Table) -> None:
        state.points += 10 * move.amount
        state.turn = 1 - state.turn

    def result(self, state: Total, table: Table) -> Result | None:
        return None


class Upgrading(Second):
    def upgrade(self, state: Any, version: int) -> Total:
        assert version == 1
        return Total(points=10 * state["total"], turn=state["turn"])


class Failing(Second):
    def upgrade(self, state: Any, version: int) -> Total:
        raise RuntimeError("no total")


def deploy(monkeypatch: pytest.MonkeyPatch, rules: type[Game[Any, Any]]) -> None:
    """Nodes that look the game up from here on find these rules."""
    monkeypatch.delitem(registry._games, "versioned", raising=False)
    monkeypatch.setitem(registry._games, "versioned", rules())


@pytest.fixture
async def old(clean_redis: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Node]:
    deploy(monkeypatch, First)
    monkeypatch.setattr(takeover, "SWEEP_SECONDS", (0.2, 0.4))
    async with running_node("old") as node:
        yield node


async def begun(old: Node) -> tuple[str, Socket, Socket]:
    match, (one, two) = await sit_down(old, "versioned")
    await one.act(MOVE, {"amount": 3})
    await two.until(wire.Frame, acks=[1, 0])
    return match, one, two


async def settled(node: Node, match: str) -> Hosted:
    """The match once this node hosts it and no record of it is under way."""
    hosted: Hosted = await auntil(lambda: node.host.matches.get(match))
    await auntil(lambda: not hosted.busy)
    return hosted


async def state_on(node: Node, match: str) -> Any:
    """The game's state once this node hosts the match."""
    hosted: Hosted = await auntil(lambda: node.host.matches.get(match))
    return hosted.match.view(None)["game"]


@pytest.mark.parametrize("known", [1, 2], ids=["before its word to the entry", "before its snapshot"])
async def test_the_log_says_which_rules_go_on_with_it(
    old: Node, monkeypatch: pytest.MonkeyPatch, known: int
) -> None:
    """A node died in the midst of an upgrade: the match's entry has another version than its log."""
    match, _, _ = await begun(old)
    await old.drain()
    if known == 2:
        await aredis().hset(keys.match_meta(match), "version", 2)
    deploy(monkeypatch, Upgrading)
    async with running_node("new") as new:
        hosted = await settled(new, match)
        if known == 1:
            new.host.drop(hosted)
            await aredis().hset(keys.match_meta(match), "version", 1)
            hosted = await auntil(lambda: new.host.matches.get(match))
        assert hosted.match.view(None)["game"] == {"points": 30, "turn": 1}
        assert hosted.match.setup.version == 2


async def test_a_match_handed_over_to_newer_rules_is_upgraded(
    old: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    match, _, two = await begun(old)
    deploy(monkeypatch, Upgrading)
    async with running_node("new") as new:
        await old.drain()
        hosted = await settled(new, match)
        assert hosted.match.view(None)["game"] == {"points": 30, "turn": 1}
        assert hosted.match.acks == [1, 0]
        live = await directory.get(match)
        assert live is not None
        assert (live.node, live.version) == ("new", 2)
        assert await _move_there(new, match, two) == 1
    async with running_node("third") as third:  # what the new one wrote is of the new rules all through
        assert await state_on(third, match) == {"points": 80, "turn": 0}


async def _move_there(new: Node, match: str, two: Socket) -> int:
    """The number of the second player's first move on the upgraded match, once it is confirmed."""
    from arcade.security import resume

    back = Socket(match, "")
    assert await back.open()
    await back.send(1, 1, two.session, 0, 0, resume.make(match, "player1", 1))
    await back.until(wire.Keyframe)
    number = await back.act(MOVE, {"amount": 5})
    await auntil(lambda: new.host.matches[match].match.view(None)["game"]["points"] == 80)
    return number


@pytest.mark.parametrize("rules", [Second, Upgrading])
async def test_steps_of_older_rules_are_not_made_again_by_newer_ones(
    old: Node, monkeypatch: pytest.MonkeyPatch, rules: type[Game[Any, Any]]
) -> None:
    """The old node died: whoever has its rules goes on, however late it comes."""
    match, _, _ = await begun(old)
    deploy(monkeypatch, rules)
    async with running_node("new") as new:
        await old.stop()
        await auntil(lambda: match in new.takeover._foreign)
        assert match not in new.host.matches
        live = await directory.get(match)
        assert live is not None
        assert (live.phase, live.version) == ("running", 1)
        deploy(monkeypatch, First)
        assert await state_on(new, match) == {"total": 3, "turn": 1}
        assert not new.takeover._foreign


async def corrected(match: str, version: int) -> bool:
    live = await directory.get(match)
    assert live is not None
    assert live.phase == "running"
    return (live.node, live.version) == ("", version)


@pytest.mark.parametrize("rules", [Second, Upgrading, First])
async def test_an_entry_that_is_ahead_of_its_log_is_set_right(
    old: Node, monkeypatch: pytest.MonkeyPatch, rules: type[Game[Any, Any]]
) -> None:
    """It names the newer rules, but there are steps of the older ones to be made again."""
    match, _, _ = await begun(old)
    deploy(monkeypatch, rules)
    await aredis().hset(keys.match_meta(match), "version", 2)
    async with running_node("new") as new:
        await old.stop()
        if rules is not First:
            await auntil(lambda: corrected(match, 1))
            deploy(monkeypatch, First)
        assert await state_on(new, match) == {"total": 3, "turn": 1}


@pytest.mark.parametrize("first", [First, Upgrading], ids=["found by older rules", "found by its own"])
async def test_an_entry_that_is_behind_its_log_keeps_nobody_from_it(
    old: Node, monkeypatch: pytest.MonkeyPatch, first: type[Game[Any, Any]]
) -> None:
    """Its upgrade and the steps after it are in the log, and the word to the entry was lost."""
    match, _, two = await begun(old)
    deploy(monkeypatch, Upgrading)
    async with running_node("new") as new:
        await old.drain()
        await settled(new, match)
        await _move_there(new, match, two)
        await aredis().hset(keys.match_meta(match), "version", 1)
    deploy(monkeypatch, first)
    async with running_node("third") as third:
        if first is First:
            await auntil(lambda: corrected(match, 2))
            deploy(monkeypatch, Upgrading)
        assert (await state_on(third, match))["points"] == 80


async def test_a_match_that_nobody_can_go_on_with_is_ended(
    old: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    match, _, _ = await begun(old)
    deploy(monkeypatch, Second)
    monkeypatch.setattr(takeover, "RULES_GONE_SECONDS", 0.5)
    async with running_node("new"):
        await old.drain()
        row = await auntil(lambda: Match.objects.filter(pk=match).afirst(), 30)
        assert (row.outcome, row.reason) == ("aborted", "quarantined: no node has its rules")
        await auntil(lambda: _free("player0"))
        assert await aredis().exists(keys.match_log(match))


async def _free(player: str) -> bool:
    return await directory.running(player) is None


async def test_an_upgrade_that_fails_ends_its_match_alone(old: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    match, _, _ = await begun(old)
    deploy(monkeypatch, Failing)
    async with running_node("new") as new:
        await old.drain()
        row = await auntil(lambda: Match.objects.filter(pk=match).afirst(), 30)
        assert row.outcome == "aborted"
        other, _ = await sit_down(new, "connect-four")
        assert other in new.host.matches


async def test_a_replay_over_two_versions_says_so(old: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    match, _, _ = await begun(old)
    deploy(monkeypatch, Upgrading)
    async with running_node("new") as new:
        await old.drain()
        await settled(new, match)
        await new.host.end(match, "over")
        await auntil(lambda: Match.objects.filter(pk=match).aexists(), 30)
    verdict = await sync_to_async(replays.judge)(match)
    assert not verdict.verified
    assert "began under version 1 and ended under 2" in verdict.text
