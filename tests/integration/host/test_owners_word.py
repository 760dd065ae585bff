"""What a host says to gateways names the epoch in which it says so."""

import pytest

from matches.host import link
from matches.host.node import Node
from protocol import messages as wire
from tests.support.sockets import people
from tests.support.waiting import auntil

pytestmark = pytest.mark.django_db(transaction=True)


async def test_every_word_of_an_owner_names_its_epoch(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    match = await node.create("connect-four", "standard", people(2))
    hosted = node.host.matches[match]
    sent: list[link.ToGateway] = []
    monkeypatch.setattr(hosted.fanout, "_send", lambda to, note: sent.append(note))
    for seat in range(2):
        node.host.reception.receive(
            link.Attach(match, "elsewhere", 1 + seat, 1, f"player{seat}", seat, 70 + seat, 0, 0)
        )
    await auntil(lambda: len(hosted.fanout.watchers) == 2 and not hosted.busy)
    move = link.encode(wire.Move(1, {"column": 3}))
    node.host.reception.receive(link.Submit(match, "elsewhere", 1, move))
    await auntil(lambda: any(isinstance(note, link.Fan) for note in sent))
    node.host.reception.receive(link.Again(match, "elsewhere", 1, 0, 0))
    hosted.fanout.tell_all(wire.Pong(1, 0))
    hosted.fanout.cut_all(4000)
    assert {type(note) for note in sent} == {link.Attached, link.Fan, link.Direct, link.Cut}
    assert [note for note in sent if isinstance(note, link.Direct) and note.keyframe is not None]
    assert {note.epoch for note in sent} == {hosted.epoch}
