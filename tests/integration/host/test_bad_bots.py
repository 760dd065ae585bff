"""Matches with computer players that are at fault, and with some that are not."""

import pytest

from arcade.infra import keys
from arcade.infra.metrics import metrics
from arcade.infra.redis import aredis
from matches.engine.setup import Seat
from matches.host import bots, thinking
from matches.host.node import Node
from protocol import messages as wire
from tests.support.sockets import Socket, take_seat
from tests.support.waiting import auntil

pytestmark = pytest.mark.django_db(transaction=True)
MOVE = 2


async def against_bot(node: Node, game: str) -> tuple[str, Socket]:
    match = await node.create(game, "standard", [Seat("player0", "Ann", 0), Seat(None, "bot", 1, bot=1)])
    one = await take_seat(match, 0, "player0")
    await one.hello()
    return match, one


async def test_one_that_makes_refused_moves_alone_leaves_few_records_and_the_match(node: Node) -> None:
    match, one = await against_bot(node, "hostile-fool")
    await one.act(MOVE, {})
    await one.until(wire.Recorded)
    assert node.host.matches[match].match.fates == ["stayed", "gone"]
    assert await aredis().xlen(keys.match_log(match)) < 20


async def test_a_pool_that_stands_still_costs_no_seat(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thinking, "PAUSE", 0.05)
    monkeypatch.setattr(bots, "MOST_WAITING", 0)
    match, one = await against_bot(node, "connect-four")
    await one.act(MOVE, {"column": 3})
    hosted = node.host.matches[match]
    before = metrics.overflows.labels("bot-no-move")._value.get()
    await auntil(lambda: metrics.overflows.labels("bot-no-move")._value.get() > before + 3 * thinking.STRIKES)
    assert hosted.match.fates == ["stayed", "stayed"]
    assert hosted.strikes == {}
    monkeypatch.undo()
    await auntil(lambda: hosted.match.state.moves == 2)
