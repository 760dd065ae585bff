"""What telling a node's sockets costs: one encoding a period and one write a socket, for all changes."""

import asyncio
from collections.abc import Iterable, Set
from typing import Any

import msgspec
import pytest

from lobby import presence
from lobby.presence import Presence
from lobby.store_memory import MemoryStore
from protocol import messages as wire


class Socket:
    def __init__(self, name: str) -> None:
        self.id = self.player = self.name = name
        self.hidden: Set[str] = frozenset()
        self.frames: list[bytes] = []

    def put_presence(self, frame: bytes) -> None:
        self.frames.append(frame)


class Quiet(Presence):
    """A node alone. `said`: what it would have told the others."""

    said: list[tuple[list[str], list[str]]]

    async def _say(self, here: Iterable[presence.Entry], gone: list[str]) -> None:
        self.said.append(([entry.player for entry in here], gone))


@pytest.fixture
def node() -> Quiet:
    made = Quiet(MemoryStore(lambda: 1000.0), "n", lambda: 1000.0)
    made.said = []
    return made


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> list[wire.Presence]:
    """Every list and diff that was encoded."""
    found: list[wire.Presence] = []
    encode = presence._encode

    def counting(thing: Any) -> bytes:
        if isinstance(thing, wire.Presence):
            found.append(thing)
        return encode(thing)

    monkeypatch.setattr(presence, "_encode", counting)
    return found


def crowd(node: Presence, count: int) -> list[Socket]:
    sockets = [Socket(f"p{n:03}") for n in range(count)]
    for socket in sockets:
        node.attach(socket, "online")
    return sockets


@pytest.mark.parametrize("count", [10, 150])
@pytest.mark.parametrize("changes", [1, 10])
async def test_all_are_sent_the_same_bytes_once(
    node: Quiet, encoded: list[wire.Presence], count: int, changes: int
) -> None:
    sockets = crowd(node, count)
    await node.flush()
    encoded.clear()
    for socket in sockets[:changes]:
        node.attach(socket, "queue")
        node.attach(socket, "match")
    await node.flush()
    assert len(encoded) == 1
    assert len(encoded[0].here) == changes
    assert [len(socket.frames) for socket in sockets] == [2] * count
    assert len({id(socket.frames[1]) for socket in sockets}) == 1
    await node.flush()
    assert len(encoded) == 1


async def test_who_hides_somebody_costs_one_encoding_more(node: Quiet, encoded: list[wire.Presence]) -> None:
    ann, bob, cid, *_ = crowd(node, 20)
    cid.hidden = {ann.player}
    await node.flush()
    encoded.clear()
    node.attach(bob, "room")
    await node.flush()
    assert [told.online for told in encoded] == [20, 19]
    node.attach(ann, "room")
    await node.flush()
    assert len(encoded) == 4
    assert msgspec.msgpack.decode(cid.frames[-1])[3] == []


async def test_what_is_no_change_is_told_to_nobody(node: Quiet, encoded: list[wire.Presence]) -> None:
    sockets = crowd(node, 3)
    await node.flush()
    assert node.said == [(["p000", "p001", "p002"], [])]
    for socket in sockets:
        node.attach(socket, "online")
    await node.flush()
    assert len(node.said) == len(encoded) == 1
    node.detach(sockets[0])
    node.attach(sockets[0], "online")
    await node.flush()
    assert node.said[1:] == [(["p000"], [])]


async def test_the_whole_is_encoded_once_for_all_who_come(node: Quiet, encoded: list[wire.Presence]) -> None:
    crowd(node, 5)
    await node.flush()
    encoded.clear()
    first = node.full()
    assert node.full() is node.full({"nobody"}) is first
    assert len(encoded) == 1
    assert len(msgspec.msgpack.decode(node.full({"p001"}))[3]) == 4
    assert node.full() is first
    crowd(node, 6)
    assert node.full() is first  # the others come with the next diff
    await node.flush()
    assert len(msgspec.msgpack.decode(node.full())[3]) == 6


async def test_others_have_their_turn_meanwhile(node: Quiet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "AT_ONCE", 10)
    sockets, turns = crowd(node, 35), []

    async def other() -> None:
        while True:
            turns.append(sum(len(socket.frames) for socket in sockets))
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    await node.flush()
    task.cancel()
    assert {10, 20, 30} <= set(turns)
