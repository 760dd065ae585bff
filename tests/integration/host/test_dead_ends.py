"""Sockets whose match is not where they were told, and matches that are in nobody's hands any more."""

import asyncio
from typing import Any

import pytest

from arcade.infra import keys
from arcade.infra.redis import aredis
from arcade.security import resume
from matches import directory, results
from matches.engine.setup import Setup
from matches.host import link
from matches.host.hosted import Stage
from matches.host.lease import Lease
from matches.host.memory import Kept, MemoryLog
from matches.host.node import Node
from protocol import messages as wire
from tests.support.sockets import Socket, people, running_node, sit_down
from tests.support.waiting import auntil

pytestmark = pytest.mark.django_db(transaction=True)
RESIGN, REMATCH = 3, 6


async def test_sockets_that_a_node_does_not_know_of_are_sent_to_attach_anew(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has lost their match; its farewell and the new owner's news were lost on the way."""
    sent: list[tuple[str, Any]] = []
    monkeypatch.setattr(node.host, "send", lambda to, note: sent.append((to, note)))
    node.host.reception.receive(link.Renew("nowhere", "far", [7, 8]))
    assert sent == [("far", link.Cut("nowhere", 7, 4000)), ("far", link.Cut("nowhere", 8, 4000))]


async def test_who_waits_at_an_ended_match_of_a_dead_node_is_told_that_it_is_over(clean_redis: str) -> None:
    async with running_node("old") as old:
        match, (one, two) = await sit_down(old, "connect-four")
        await one.act(RESIGN)
        await two.until(wire.Recorded)
        epoch, seq = old.host.matches[match].epoch, old.host.matches[match].match.seq
    async with running_node("new"):
        back = Socket(match, "")
        assert await back.open()
        await back.send(1, 1, two.session, epoch, seq, resume.make(match, "player1", 1))
        assert await back.until_closed() == 4008


async def test_who_waits_for_a_result_that_is_not_written_is_let_in_by_the_next_owner(
    clean_redis: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = results.record
    monkeypatch.setattr(results, "record", away)
    async with running_node("old") as old:
        match, (one, _) = await sit_down(old, "connect-four")
        await one.act(RESIGN)
        await auntil(lambda: old.host.matches[match].stage is Stage.ENDED)
        await auntil(lambda: ended(match))
    monkeypatch.setattr(results, "record", real)
    async with running_node("new"):
        back = Socket(match, "")
        assert await back.open()
        await back.send(1, 1, 77, 0, 0, resume.make(match, "player1", 1))
        assert await back.until(wire.Recorded)


def away(_: Any) -> Any:
    raise OSError("down")


async def ended(match: str) -> bool:
    live = await directory.get(match)
    return live is not None and live.phase == "finished"


async def test_who_asks_again_while_nothing_is_confirmed_waits_once(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gateway asks every two seconds; then one keyframe is enough, and the newer device stays."""
    match = await node.create("connect-four", "standard", people(2))
    hosted, sent = node.host.matches[match], []
    monkeypatch.setattr(hosted.fanout, "_send", lambda to, note: sent.append((type(note), note.conn)))
    first, second = (link.Attach(match, "far", conn, 1, "player0", 0, 70 + conn, 0, 0) for conn in (1, 2))
    for note in (first, first, second, first, second, first):
        node.host.reception.receive(note)
    assert [note.conn for note, _ in hosted.arrivals] == [1, 2]
    await auntil(lambda: not hosted.arrivals and not hosted.busy)
    assert sent == [(link.Attached, 1), (link.Cut, 1), (link.Attached, 2)]


class Lobby:
    """Counts what it is told."""

    def __init__(self) -> None:
        self.ended: list[str] = []
        self.rematches = 0

    async def match_ended(self, setup: Setup) -> None:
        self.ended.append(setup.match)

    async def rematch_agreed(self, setup: Setup, here: list[int]) -> str | None:
        self.rematches += 1
        return None


async def test_who_has_handed_a_match_over_makes_no_rematch_of_it(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its result could not be written before that; the new owner writes it too, and makes the rematch."""
    node.host.callbacks = lobby = Lobby()
    real = results.record
    monkeypatch.setattr(results, "record", away)
    match, sockets = await sit_down(node, "connect-four")
    hosted = node.host.matches[match]
    await sockets[0].act(RESIGN)
    await auntil(lambda: hosted.stage is Stage.ENDED)
    for socket in sockets:
        await socket.act(REMATCH, True)
    await auntil(lambda: hosted.match.rematch_agreed and not hosted.busy)
    node.host.drop(hosted)
    monkeypatch.setattr(results, "record", real)
    await auntil(lambda: match in lobby.ended)
    assert lobby.rematches == 0


async def test_nobody_quarantines_what_is_anothers_by_now(node: Node) -> None:
    match = await node.create("connect-four", "standard", people(2))
    live = await directory.get(match)
    assert live is not None
    await aredis().hset(keys.match_meta(match), "epoch", live.epoch + 5)
    await node.host.ownership.quarantine(live, "its log does not verify")
    now = await directory.get(match)
    assert now is not None
    assert (now.node, now.phase) == (node.id, "open")
    assert await directory.running("player0") == now


async def test_a_node_that_was_given_up_for_dead_keeps_its_index(clean_redis: str) -> None:
    await aredis().sadd(keys.node_matches("late"), "match")
    await aredis().expire(keys.node_matches("late"), 3600)
    await Lease("late", "", lambda: None).take()
    assert await aredis().ttl(keys.node_matches("late")) == -1


async def test_two_who_move_the_same_records_move_each_once(clean_redis: str) -> None:
    """A match at the limit of its memory is handed over while it makes room."""
    await aredis().xadd(keys.match_log("m"), {"r": "header"}, id="5-0")
    kept = Kept("m", 5)
    kept.records = [b"%d" % n for n in range(1, 1201)]
    memory = MemoryLog(lambda work: None)
    assert await asyncio.gather(memory.move(kept), memory.move(kept)) == [True, True]
    entries: Any = await aredis().xrange(keys.match_log("m"))
    assert [entry[b"r"] for _, entry in entries] == [b"header", *(b"%d" % n for n in range(1, 1201))]
    assert (kept.first, kept.records) == (1201, [])
