"""After a takeover: players have a while to come back, and whose socket is not there then is dropped."""

import pytest

from arcade.infra import keys
from arcade.infra.redis import aredis
from matches import directory
from matches.engine import inputs as inp
from matches.engine.setup import Seat
from matches.host import link, ownership
from matches.host.claim import Claimed, claim, restore
from matches.host.hosted import Hosted
from matches.host.node import Node
from protocol import messages as wire
from tests.support.sockets import comes_back, sit_down, take_seat

pytestmark = pytest.mark.django_db(transaction=True)


async def taken_over(node: Node, match: str) -> Hosted:
    """As if another node had died: the match is restored from its log, without any socket."""
    await aredis().hset(keys.match_meta(match), "node", "dead")
    node.host.drop(node.host.matches[match])
    live = await directory.get(match)
    assert live is not None
    claimed = await claim(live, node.id, 0)
    assert isinstance(claimed, Claimed)
    node.host.ownership.adopt(claimed, await restore(claimed.live, node.watchdog))
    return node.host.matches[match]


async def test_who_does_not_come_back_is_dropped_after_a_while_and_nobody_else(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ownership.ABSENT >= 2, "a client needs as long to come back"
    monkeypatch.setattr(ownership, "ABSENT", 1.0)
    match, (one, _) = await sit_down(node, "connect-four")
    hosted = await taken_over(node, match)
    adopted = node.host.now()
    back = await comes_back(match, "player0", 0, one.session)
    keyframe = await back.until(wire.Keyframe)
    assert [seat["status"] for seat in keyframe[5]["seats"]] == ["here", "here"]
    while True:
        frame = await back.until(wire.Frame)
        if said := [data for name, data in frame[7] if name == "seat.dropped"]:
            break
    assert [data["seat"] for data in said] == [1]
    assert node.host.now() - adopted >= 0.9
    assert hosted.match.state.seats[0].status == "here"


async def test_who_is_just_coming_in_is_not_dropped(node: Node) -> None:
    match, (_, two) = await sit_down(node, "connect-four")
    hosted = await taken_over(node, match)
    attach = link.Attach(match, "test", 999_999, 1, "player1", 1, two.session, 0, 0)
    node.host.reception.receive(attach)
    node.host.reception.drop_absent(hosted)
    assert [type(said) for said in hosted.inbox] == [inp.Join, inp.Drop]
    assert [said.seat for said in hosted.inbox if isinstance(said, inp.Drop)] == [0]


async def test_computer_players_are_never_absent(node: Node) -> None:
    match = await node.create(
        "connect-four", "standard", [Seat("player0", "Ann", 0), Seat(None, "bot", 1, bot=1)]
    )
    one = await take_seat(match, 0, "player0")
    await one.hello()
    hosted = await taken_over(node, match)
    node.host.reception.drop_absent(hosted)
    assert [said.seat for said in hosted.inbox if isinstance(said, inp.Drop)] == [0]
