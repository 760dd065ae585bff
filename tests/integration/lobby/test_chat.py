"""Chat over sockets, of one node and of two."""

import asyncio
import itertools
from typing import Any
from weakref import WeakKeyDictionary

import pytest

from lobby import hub
from lobby.areas import chat as area
from lobby.rules import chat as rules
from lobby.rules.relation import Event
from protocol import messages as wire
from tests.support.lobby import GAME, MODE, Socket, World

_numbers = itertools.count(1)
ARENA = "game/arena"
held: WeakKeyDictionary[Socket, dict[str, int]] = WeakKeyDictionary()
"""What each socket holds of its channels."""


async def say(socket: Socket, channel: str, text: str) -> Any:
    return await socket.request(wire.ChatSend, channel, 1, next(_numbers), text)


async def join(socket: Socket, channel: str, after: int = 0) -> wire.ChatLines:
    """What was said before, as the answer to the join has it."""
    reply = await socket.request(wire.ChatJoin, channel, after)
    assert isinstance(reply, wire.Reply), reply
    lines = next(m for m in reversed(socket.past) if isinstance(m, wire.ChatLines) and m.channel == channel)
    held.setdefault(socket, {})[channel] = lines.upto
    return lines


async def heard(socket: Socket, channel: str, *texts: str) -> list[wire.ChatLines]:
    """Reads on until these were told, in this order and no others, as a client takes them."""
    batches: list[wire.ChatLines] = []
    missing = list(texts)
    while missing:
        batch = await socket.until(wire.ChatLines, channel=channel)
        mine = held.setdefault(socket, {})
        last = mine.get(channel, batch.after)
        assert batch.after <= last, "nothing is between two batches"
        assert batch.after == last or not batches, "and nothing comes twice"
        mine[channel] = max(last, batch.upto)
        batches.append(batch)
        for line in batch.lines:
            assert line[0] <= last or line[4] == missing.pop(0)
    return batches


async def lost(*_: Any, **__: Any) -> None:
    """Stands for what did not happen."""


async def two_nodes(world: World) -> tuple[Socket, Socket]:
    """Ann and Bob on a node each."""
    ann = await world.player("ann")
    world.serve(await world.node())
    return ann, await world.player("bob")


async def test_a_direct_line_reaches_all_sockets_of_both(world: World) -> None:
    ann, bob = await two_nodes(world)
    other = await world.player("bob")
    told = await say(ann, "direct/bob", "hi")
    (line,) = (await bob.until(wire.ChatLines, channel="direct/ann")).lines
    assert line[0] == told.data["seq"]
    assert line[2:] == ["ann", "Ann", "hi"]
    await other.until(wire.ChatLines, channel="direct/ann")
    assert (await heard(ann, "direct/bob", "hi"))[0].upto == line[0]


@pytest.mark.parametrize("channel", [ARENA, "room", "match/match1", "watch/match1"])
async def test_who_has_joined_hears_others_of_any_node_in_order(
    world: World, monkeypatch: pytest.MonkeyPatch, channel: str
) -> None:
    monkeypatch.setattr(hub.Hub, "_heal", lost)
    ann, bob = await two_nodes(world)
    if channel == "room":
        code = (await ann.request(wire.RoomCreate, GAME, MODE)).data["code"]
        await bob.request(wire.RoomJoin, code)
        channel = f"room/{code}"
    if "match1" in channel:
        from matches.engine.setup import Seat

        players = ["ann", "bob"] if channel.startswith("match") else ["cy", "dee"]
        await world.matches.create(GAME, MODE, [Seat(p, p, n) for n, p in enumerate(players)])
    assert (await say(ann, channel, "before")).data
    for socket in (ann, bob):
        assert [line[4] for line in (await join(socket, channel)).lines] == ["before"]
    for n in range(3):
        await say(ann if n % 2 else bob, channel, str(n))
    for socket in (ann, bob):
        await heard(socket, channel, "0", "1", "2")
    await say(bob, channel, "3")
    await heard(ann, channel, "3")


async def test_lines_of_a_moment_come_in_one_batch(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = await world.player("ann")
    crowd = [await world.player(f"p{n}") for n in range(3)]
    for socket in crowd:
        await join(socket, ARENA)
    flushes: list[str] = []
    flush = hub.Hub._flush

    async def counted(self: hub.Hub, name: str) -> None:
        flushes.append(name)
        await flush(self, name)

    monkeypatch.setattr(hub.Hub, "_flush", counted)
    texts = [str(n) for n in range(4)]
    for text in texts:
        await say(ann, ARENA, text)
    for socket in crowd:
        assert len(await heard(socket, ARENA, *texts)) <= 2
    assert len(flushes) <= 2
    for socket in crowd[1:]:
        await say(socket, ARENA, socket.welcome.player["id"])
        await heard(crowd[0], ARENA, socket.welcome.player["id"])


async def test_a_lost_hint_is_made_up_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "HEAL", 0.1)
    ann, bob = await two_nodes(world)
    await join(bob, ARENA)
    monkeypatch.setattr(world.lobbies[0].chat.hub, "_say", lost)
    await say(ann, ARENA, "hello")
    await heard(bob, ARENA, "hello")


async def test_who_drops_asks_for_what_he_missed_on_another_node(world: World) -> None:
    ann, bob = await two_nodes(world)
    held = (await join(ann, ARENA)).upto
    await say(bob, ARENA, "one")
    held = (await heard(ann, ARENA, "one"))[-1].upto
    await ann.leave()
    await say(bob, ARENA, "two")
    await say(bob, ARENA, "three")
    back = await world.player("ann")
    missed = await join(back, ARENA, held)
    assert [line[4] for line in missed.lines] == ["two", "three"]
    await say(bob, ARENA, "four")
    await heard(back, ARENA, "four")


async def test_a_line_said_again_on_another_socket_and_node_is_said_once(world: World) -> None:
    ann, bob = await two_nodes(world)
    await join(bob, ARENA)
    again = await world.player("ann")
    first = await ann.request(wire.ChatSend, ARENA, 77, 1, "once")
    second = await again.request(wire.ChatSend, ARENA, 77, 1, "once")
    assert first.data == second.data
    await say(ann, ARENA, "end")
    await heard(bob, ARENA, "once", "end")


@pytest.mark.parametrize(
    "channel", ["room/NOSUCH", "party/x", "match/m9", "watch/m9", "game/none", "direct/nobody", "nonsense"]
)
async def test_what_is_not_open_is_told_and_nothing_is_joined_or_read(world: World, channel: str) -> None:
    ann = await world.player("ann")
    assert (await ann.request(wire.ChatJoin, channel)).code == "no-channel"
    assert any(isinstance(m, wire.ChatLeft) and m.code == "no-channel" for m in ann.past)
    assert not any(isinstance(m, wire.ChatLines) for m in ann.past)
    assert (await ann.request(wire.ChatHistory, channel)).code == "no-channel"
    assert (await say(ann, channel, "hi")).code == "no-channel"
    assert (await ann.request(wire.ChatRead, channel, 1)).code == "no-channel"
    assert (await ann.request(wire.ChatReport, channel, 1, "spam")).code == "no-channel"
    assert world.lobbies[0].chat.hub._locals == {}


async def test_who_leaves_a_room_hears_it_no_more(world: World) -> None:
    ann, bob = await two_nodes(world)
    code = (await ann.request(wire.RoomCreate, GAME, MODE)).data["code"]
    await bob.request(wire.RoomJoin, code)
    await join(bob, f"room/{code}")
    await bob.request(wire.RoomLeave)
    assert (await bob.until(wire.ChatLeft, channel=f"room/{code}")).code == "no-channel"
    await say(ann, f"room/{code}", "alone")
    assert (await bob.request(wire.ChatJoin, f"room/{code}")).code == "no-channel"
    assert not any(isinstance(m, wire.ChatLines) and m.lines for m in bob.past)


async def test_a_channel_is_left_and_joined_again(world: World) -> None:
    ann, bob = await two_nodes(world)
    await join(bob, ARENA)
    await bob.request(wire.ChatLeave, ARENA)
    assert any(isinstance(m, wire.ChatLeft) and m.code == "left" for m in bob.past)
    await say(ann, ARENA, "one")
    assert [line[4] for line in (await join(bob, ARENA)).lines] == ["one"]
    await say(ann, ARENA, "two")
    await heard(bob, ARENA, "two")


async def test_a_socket_hears_so_many_channels(world: World) -> None:
    ann = await world.player("ann")
    ann_matches = [f"watch/match{n}" for n in range(1, area.MOST + 2)]
    for _ in ann_matches:
        await world.matches.create(GAME, MODE, [])
    for channel in ann_matches[: area.MOST]:
        await join(ann, channel)
    await join(ann, ann_matches[0])
    assert (await ann.request(wire.ChatJoin, ann_matches[-1])).code == "too-many-channels"
    await join(ann, "direct/bob")
    await ann.request(wire.ChatLeave, ann_matches[0])
    await join(ann, ann_matches[-1])


async def test_of_games_a_socket_hears_fewer(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is a crowd; what it is in already, and channels of other kinds, may be joined all the same."""
    monkeypatch.setattr(area, "MOST_GAMES", 1)
    ann, other = await world.player("ann"), f"game/{GAME}"
    await world.matches.create(GAME, MODE, [])
    await join(ann, "watch/match1")
    await join(ann, ARENA)
    assert (await ann.request(wire.ChatJoin, other)).code == "too-many-channels"
    await join(ann, ARENA)
    await join(ann, "direct/bob")
    await ann.request(wire.ChatLeave, ARENA)
    await join(ann, other)


async def test_the_muted_and_the_blocked_are_not_heard_in_a_crowd(world: World) -> None:
    ann, bob = await two_nodes(world)
    for socket in (ann, bob):
        await join(socket, ARENA)
    await bob.request(wire.ChatMute, "ann", True)
    assert (await bob.until(wire.ChatMuted)).player == "ann"
    await say(ann, ARENA, "one")
    batch = await bob.until(wire.ChatLines, channel=ARENA)
    assert (batch.lines, batch.upto > batch.after) == ([], True), "told as nothing, not as a gap"
    await heard(ann, ARENA, "one")
    await say(ann, "direct/bob", "psst")
    assert (await bob.until(wire.ChatLines, channel="direct/ann")).lines == []
    await bob.request(wire.ChatMute, "ann", False)
    await world.lobbies[0].friends.do("ann", "bob", Event.BLOCKED)
    assert (await say(ann, "direct/bob", "psst")).code == "no-channel"
    await say(ann, ARENA, "two")
    await bob.until(wire.ChatLines, channel=ARENA, lines=[])


async def test_what_one_device_has_read_the_others_hear_of(world: World) -> None:
    ann, bob = await two_nodes(world)
    tablet = await world.player("bob")
    seq = (await say(ann, "direct/bob", "hi")).data["seq"]
    assert (await bob.request(wire.ChatList)).data["talks"][0]["unread"] == 1
    await bob.request(wire.ChatRead, "direct/ann", seq)
    assert (await tablet.until(wire.ChatMarked)).seq == seq
    assert (await tablet.request(wire.ChatList)).data["talks"][0]["unread"] == 0


async def test_a_report_reaches_staff_with_its_surroundings(world: World) -> None:
    ann, bob = await two_nodes(world)
    seq = (await say(ann, ARENA, "grr")).data["seq"]
    await say(bob, ARENA, "hey")
    assert (await bob.request(wire.ChatReport, ARENA, seq, "insult", " rude ")).data is None
    ((reporter, channel, line, around, reason, text),) = world.reports
    assert (reporter, channel, line.text, reason, text) == ("bob", ARENA, "grr", "insult", "rude")
    assert [near.text for near in around] == ["grr", "hey"]


async def test_a_rate_of_a_channel_is_told_and_is_no_breach(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = rules.Kind(10, 60, rules.Rate(60, 1), rules.Rate(60, 9))
    monkeypatch.setitem(rules.KINDS, "game", slow)
    ann = await world.player("ann")
    await say(ann, ARENA, "one")
    error = await say(ann, ARENA, "two")
    assert (error.code, error.retry_after > 50) == ("too-many", True)
    assert (await say(ann, "game/connect-four", "three")).data


async def test_a_socket_that_is_gone_is_out_of_every_channel(world: World) -> None:
    ann = await world.player("ann")
    await join(ann, ARENA)
    local = world.lobbies[0].chat.hub._locals[ARENA]
    assert len(local.ears) == local.holds == 1
    await ann.leave()
    assert len(local.ears) == local.holds == 0


async def test_two_joins_at_once_are_one(world: World) -> None:
    ann, bob = await world.player("ann"), await world.player("bob")
    await asyncio.gather(join(ann, ARENA), join(bob, ARENA))
    assert world.lobbies[0].chat.hub._locals[ARENA].holds == 2
    await say(ann, ARENA, "hi")
    for socket in (ann, bob):
        await heard(socket, ARENA, "hi")


async def test_notices_wait_for_who_is_away_and_are_seen_once(world: World) -> None:
    lobby = world.lobbies[0]
    ident = await lobby.notices.send("ann", "season", "A new season began.", {"season": "2"})
    ann = await world.player("ann")
    (notice,) = (await ann.until(wire.KeptNotices)).notices
    assert (notice["id"], notice["code"], notice["data"]) == (ident, "season", {"season": "2"})
    world.serve(await world.node())
    tablet = await world.player("ann")
    await tablet.until(wire.KeptNotices)
    await tablet.request(wire.NoticesSeen, [ident])
    assert (await ann.until(wire.NoticesGone)).ids == [ident]
    later = await world.player("ann")
    await later.request(wire.Ping)
    assert not any(isinstance(m, wire.KeptNotices) for m in later.past)
    await lobby.notices.send("ann", "news", "Hello.")
    for socket in (ann, tablet, later):
        await socket.until(wire.KeptNotices)
