"""What nodes said to one another while nobody listened is asked for, as nothing that follows may show it."""

import pytest

from matches.host import link
from matches.host.gateway import Gateway, Viewer
from matches.host.node import Node
from matches.host.outbox import Outbox
from tests.support.sockets import people
from tests.support.waiting import auntil

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_host_shows_sockets_of_other_nodes_where_the_match_stands(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    match = await node.create("connect-four", "standard", people(2))
    hosted = node.host.matches[match]
    for seat, gateway in enumerate(("elsewhere", node.id)):
        node.host.reception.receive(link.Attach(match, gateway, 1, 1, f"player{seat}", seat, 70 + seat, 0, 0))
    await auntil(lambda: len(hosted.fanout.watchers) == 2 and not hosted.busy)
    sent: list[tuple[str, link.ToGateway]] = []
    monkeypatch.setattr(hosted.fanout, "_send", lambda to, note: sent.append((to, note)))
    node.bus._missed()
    assert [to for to, _ in sent] == ["elsewhere"]
    shown = sent[0][1]
    assert isinstance(shown, link.Direct)
    assert shown.keyframe == hosted.match.seq


async def test_nothing_comes_before_the_welcome() -> None:
    async def write(data: bytes) -> None:
        raise AssertionError(data)

    gateway = Gateway("here", lambda match: False, lambda node, note: None, lambda *said: None)
    viewer = Viewer("m", "p", 0, Outbox(write, lambda: None), lambda code: None)
    gateway.viewers[viewer.conn] = viewer
    gateway.receive(link.Direct("m", viewer.conn, b"keyframe", 3))
    assert viewer.outbox.waiting == 0
    gateway.receive(link.Attached("m", viewer.conn, 7, "seat-0", 3, b"welcome", b"keyframe"))
    gateway.receive(link.Direct("m", viewer.conn, b"keyframe", 3))
    assert viewer.outbox.waiting == 3


async def test_a_gateway_asks_hosts_elsewhere_for_what_it_may_have_missed() -> None:
    asked: list[tuple[str, link.ToHost]] = []

    async def write(data: bytes) -> None:
        raise AssertionError(data)

    gateway = Gateway(
        "here", lambda match: False, lambda node, note: asked.append((node, note)), lambda *said: None
    )
    for node, welcomed in (("there", True), ("there", False), ("here", True)):
        viewer = Viewer("m", "p", 0, Outbox(write, lambda: None), lambda code: None)
        viewer.node, viewer.welcomed, viewer.epoch, viewer.outbox.seq = node, welcomed, 7, 3
        gateway.viewers[viewer.conn] = viewer
    first = min(gateway.viewers)
    gateway.ask_all_again()
    assert asked == [("there", link.Again("m", "here", first, 7, 3))]
