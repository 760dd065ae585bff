"""Matches over their sockets, on a real Valkey and a real database, without a server in between."""

from itertools import pairwise
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from arcade.infra import keys
from arcade.infra.redis import aredis
from arcade.security import resume
from matches import consumer, replays
from matches.engine.setup import Seat
from matches.host import host as hosting
from matches.host.node import Node
from matches.models import Match, Replay
from protocol import messages as wire
from protocol.errors import ERRORS
from protocol.messages import JSON
from tests.support.sockets import Socket, comes_back, people, play, sit_down, take_seat
from tests.support.waiting import auntil

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("both_ways")]

MOVE, RESIGN, DRAW, ABORT, REMATCH = 2, 3, 4, 5, 6


async def event(socket: Any, name: str) -> Any:
    """Read on to the frame with this event; returns the frame and the event's data."""
    while True:
        frame = await socket.until(wire.Frame)
        for said, data in frame[7]:
            if said == name:
                return frame, data


async def recorded(match: str) -> Match:
    """The match in the history, once it is there."""
    found: Match = await auntil(lambda: Match.objects.filter(pk=match).afirst())
    return found


async def verified(match: str) -> bool:
    return bool(await sync_to_async(replays.verify)(match))


async def test_a_match_from_hello_to_the_history(node: Node) -> None:
    match, (one, two) = await sit_down(node, "connect-four")
    await play(one, two, 0, 1, 0, 1, 0, 1)
    await one.act(MOVE, {"column": 0})
    for socket in (one, two):
        frame = await socket.until(wire.Frame, acks=[4, 3])
        assert frame[7] == [["match.ended", {"places": [1, 2], "scores": None, "reason": "four in a row"}]]
        assert await socket.until(wire.Recorded) == [38, match, [None, None]]
    row = await recorded(match)
    assert (row.outcome, row.reason) == ("finished", "four in a row")
    assert await verified(match)
    assert await aredis().get(keys.player_match("player0")) is None


async def test_after_twenty_refusals_in_a_row_nothing_more_is_served(node: Node) -> None:
    _, (one, _) = await sit_down(node, "connect-four")
    for ref in range(200):
        await one.send(9, ref)
    refused: list[int] = []
    while message := await one.next():
        if message[0] == 36 and message[2] == "too-many":
            refused.append(message[1])
        elif message[0] == 37:
            refused.clear()
    assert one.closed == 4004
    assert len(refused) == 20
    assert refused == list(range(refused[0], refused[0] + 20)), "each is answered by its ref"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x91\x7f", "unknown-kind"),
        (b"\x92\x02\x01", "malformed"),
        (b"nonsense", "malformed"),
        (b"\xc1", "malformed"),
        (b"\x93\x02\x01" + b"\x91" * 500 + b"\x01", "too-deep"),
        ("[2,1,{}]", "wrong-encoding"),
        (b"\x94\x01\x01\x05\x00", "hello-twice"),
        (b"\x93\x02\x05\x81\xa6column\x00", "out-of-order"),
    ],
)
async def test_bad_input_has_its_own_answer_and_harms_nothing(
    node: Node, data: bytes | str, code: str
) -> None:
    _, (one, two) = await sit_down(node, "connect-four")
    await one.raw(data)
    error = await one.until(wire.Error)
    assert error[2] == code
    assert error[3]
    await play(one, two, 3)


async def test_the_welcome_tells_the_pace(node: Node) -> None:
    paces = {
        ("connect-four", "blitz"): {"kind": "turns", "clock": {"seconds": 60, "increment": 1}},
        ("arena", "duel"): {"kind": "ticks", "rate": 20},
        ("high-card", "standard"): {"kind": "turns", "clock": None},
    }
    for (game, mode), pace in paces.items():
        one = await take_seat(await node.create(game, mode, people(2)), 0, "player0")
        await one.send(1, 1, one.session)
        assert (await one.until(wire.Welcome))[9] == pace
        keyframe = await one.until(wire.Keyframe)
        assert keyframe[5]["seats"][1] == {"status": "awaited", "until": 30_000}


async def test_an_error_names_the_number_it_leaves_free(node: Node) -> None:
    _, (one, _) = await sit_down(node, "connect-four")
    await one.send(MOVE, 1, {"column": 3, "x": "x" * 2000})
    assert (await one.until(wire.Error))[1:] == [None, "move-too-large", ERRORS["move-too-large"], None, 1]
    await one.send(MOVE, 2, {"column": 3})
    assert (await one.until(wire.Error))[2:] == ["out-of-order", ERRORS["out-of-order"], None, 2]
    await one.send(MOVE, 1, {"column": 3})
    assert (await one.until(wire.Frame, acks=[1, 0]))[6] is not None


async def test_refusals_use_up_their_number_and_come_before_the_ack(node: Node) -> None:
    _, (one, two) = await sit_down(node, "connect-four")
    await two.act(MOVE, {"column": 3})
    assert (await two.until(wire.Refused))[1:3] == [1, "not-your-turn"]
    await one.act(MOVE, {"column": 9})
    assert (await one.until(wire.Refused))[1:3] == [1, "illegal-move"]
    await one.act(MOVE, {"row": "x"})
    assert (await one.until(wire.Refused))[1:3] == [2, "bad-move"]
    await one.act(MOVE, {"column": 3})
    assert (await one.until(wire.Frame, acks=[3, 1]))[6] is not None


async def test_refusals_that_were_lost_with_a_socket_are_told_on_the_next(node: Node) -> None:
    match, (one, two) = await sit_down(node, "connect-four")
    await two.act(MOVE, {"column": 3})
    seq = (await two.until(wire.Frame, acks=[0, 1]))[2]
    await two.act(MOVE, {"column": 9})
    await two.act(MOVE, {"column": 4})
    await two.until(wire.Frame, acks=[0, 3])
    again = await comes_back(match, "player1", 1, two.session, (node.host.matches[match].epoch, seq))
    assert [(await again.until(wire.Refused))[1] for _ in range(2)] == [2, 3]
    keyframe = await again.next()
    assert (keyframe[0], keyframe[4]) == (33, [0, 3])
    await one.act(MOVE, {"column": 3})
    await again.until(wire.Frame, acks=[1, 3])


async def test_a_repeated_move_is_applied_once(node: Node) -> None:
    _, (one, two) = await sit_down(node, "connect-four")
    await play(one, two, 3)
    for _ in range(3):
        await one.send(MOVE, 1, {"column": 3})
    keyframe = await one.until(wire.Keyframe)
    assert keyframe[4] == [1, 0]
    assert keyframe[5]["game"]["board"][3] == [0]
    await two.act(MOVE, {"column": 9})
    await two.until(wire.Refused)
    await two.send(MOVE, 1, {"column": 9})
    assert (await two.until(wire.Refused))[1:3] == [1, "illegal-move"]


async def test_spectators_see_and_may_not_move(node: Node) -> None:
    match, players = await sit_down(node, "connect-four")
    watcher = await take_seat(match, None, "somebody")
    keyframe = await watcher.hello()
    assert keyframe[5]["phase"] == "running"
    await watcher.act(MOVE, {"column": 3})
    assert (await watcher.until(wire.Error))[2] == "no-seat"
    await play(*players, 3)
    assert (await watcher.until(wire.Frame, acks=[1, 0]))[3] == keyframe[2]


async def test_json_carries_the_same_messages(node: Node) -> None:
    match = await node.create("connect-four", "standard", people(2))
    one = await take_seat(match, 0, "player0", subprotocol=JSON)
    two = await take_seat(match, 1, "player1")
    await one.hello()
    await two.hello()
    await one.until(wire.Frame)
    await play(one, two, 3, 3)
    await one.raw(b"\x91\x07")
    assert (await one.until(wire.Error))[2] == "wrong-encoding"


async def test_the_newest_connection_has_the_seat(node: Node) -> None:
    match, (one, two) = await sit_down(node, "connect-four")
    again = await take_seat(match, 0, "player0")
    keyframe = await again.hello()
    assert keyframe[5]["seats"][0]["status"] == "here"
    assert await one.until_closed() == 4005
    await play(again, two, 3)


async def test_a_dropped_player_comes_back_by_token_and_misses_no_event(node: Node) -> None:
    match, (one, two) = await sit_down(node, "connect-four")
    await play(one, two, 3)
    await two.leave()
    frame, _ = await event(one, "seat.dropped")
    epoch, seq = frame[1], frame[2] - 1
    back = Socket(match, "")
    assert await back.open()
    await back.send(1, 1, 77, epoch, seq, resume.make(match, "player1", 1))
    await back.until(wire.Welcome)
    keyframe = await back.until(wire.Keyframe)
    assert [event[1] for event in keyframe[6]] == ["seat.dropped", "seat.back"]


async def test_a_stranger_does_not_get_in(node: Node) -> None:
    match, _ = await sit_down(node, "connect-four")
    nobody = Socket(match, "")
    assert await nobody.open()
    await nobody.send(1, 1, 77)
    assert (await nobody.until(wire.Error))[2] == "ticket-missing"
    assert await nobody.until_closed() == 4003
    impostor = await take_seat(match, 0, "somebody-else")
    await impostor.send(1, 1, 78)
    assert await impostor.until_closed() == 4003


async def test_nothing_is_shown_before_the_log_has_it(node: Node) -> None:
    match, (one, two) = await sit_down(node, "connect-four")
    await aredis().config_set("maxmemory", "1")
    try:
        await one.act(MOVE, {"column": 3})
        await auntil(lambda: node.host.writer.standing_still)
        with pytest.raises(TimeoutError):
            await two.next(0.3)
        watcher_may_not_see = node.host.matches[match]
        assert watcher_may_not_see.busy
    finally:
        await aredis().config_set("maxmemory", "0")
    assert (await two.until(wire.Frame, acks=[1, 0]))[6] is not None


async def test_a_fenced_owner_shows_nothing_and_lets_go(node: Node) -> None:
    match, (one, two) = await sit_down(node, "connect-four")
    epoch = node.host.matches[match].epoch
    await aredis().xadd(keys.match_log(match), {"r": b"taken"}, id=f"{epoch + 1}-0")
    await one.act(MOVE, {"column": 3})
    assert await two.until_closed() == 4000
    assert match not in node.host.matches


async def test_snapshots_go_into_the_log_and_play_goes_on_from_them(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosting, "SNAPSHOT_EVERY", 3)
    match, (one, two) = await sit_down(node, "connect-four")
    await play(one, two, 0, 1, 0, 1, 0, 1, 2, 3)
    await one.act(RESIGN)
    await one.until(wire.Recorded)
    row = await recorded(match)
    assert row.reason == "resigned"
    assert await verified(match)
    assert (await Replay.objects.aget(match=row)).count > row.steps + 2


async def test_draw_abort_and_rematch(node: Node) -> None:
    made: list[str] = []

    class Lobby:
        async def match_ended(self, setup: Any) -> None:
            made.append("ended")

        async def rematch_agreed(self, setup: Any, here: list[int]) -> str | None:
            return await node.create(setup.game, setup.mode, setup.seats[::-1])

    node.host.callbacks = Lobby()
    match, (one, two) = await sit_down(node, "connect-four")
    await two.act(DRAW, "decline")
    assert (await two.until(wire.Refused))[2] == "no-offer"
    await one.act(DRAW, "offer")
    await two.until(wire.Frame, acks=[1, 1])
    await two.act(DRAW, "offer")
    await two.until(wire.Recorded)
    assert (await recorded(match)).reason == "agreed"
    await one.until(wire.Recorded)
    await one.act(REMATCH, True)
    await two.act(REMATCH, True)
    following = await one.until(wire.Next)
    assert following[2] == 1
    assert (await two.until(wire.Next))[1:3] == [following[1], 0]
    again = await take_seat(following[1], 1, "player0")
    await again.hello()
    await again.act(ABORT)
    assert (await again.until(wire.Frame, acks=[0, 1]))[7][0][0] == "match.ended"
    assert (await recorded(following[1])).outcome == "aborted"


@pytest.mark.parametrize(
    "game",
    [
        "hostile-loops",
        "hostile-swallows",
        "hostile-raises",
        "hostile-recurses",
        "hostile-view",
        "hostile-result",
    ],
)
async def test_a_broken_game_ends_alone(node: Node, game: str) -> None:
    bad, (one, two) = await sit_down(node, game)
    good, others = await sit_down_as(node, "connect-four", "other")
    await one.act(MOVE, {"evil": True})
    _, ended = await event(two, "match.ended")
    assert ended == {"places": None, "scores": None, "reason": "broken"}
    row = await recorded(bad)
    assert (row.outcome, row.reason) == ("aborted", "broken")
    await play(*others, 3, 3)
    assert good in node.host.matches


async def sit_down_as(node: Node, game: str, prefix: str) -> tuple[str, list[Any]]:
    match = await node.create(game, "standard", [Seat(f"{prefix}{n}", prefix, n) for n in range(2)])
    sockets = [await take_seat(match, n, f"{prefix}{n}") for n in range(2)]
    for socket in sockets:
        await socket.hello()
    return match, sockets


async def test_a_tick_game_ticks_and_takes_moves(node: Node) -> None:
    match, (one, two) = await sit_down(node, "arena", "duel")
    seqs, times = [], []
    await one.act(MOVE, {"dx": 1, "dy": 0})
    while len(seqs) < 25:
        frame = await two.until(wire.Frame)
        seqs.append(frame[2])
        times.append(frame[4])
    assert seqs == list(range(seqs[0], seqs[0] + 25))
    assert {b - a for a, b in pairwise(times[2:])} == {50}
    await one.until(wire.Frame, acks=[1, 0])
    await one.act(RESIGN)
    await one.until(wire.Recorded)
    assert await verified(match)


async def test_nobody_there_is_no_match(node: Node) -> None:
    socket = await take_seat("a" * 16, 0, "player0")
    await socket.send(1, 1, 77)
    assert (await socket.until(wire.Error))[2] == "match-unknown"
    assert await socket.until_closed() == 4007


async def test_an_idle_socket_says_hello_or_goes(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    match, _ = await sit_down(node, "connect-four")
    monkeypatch.setattr(consumer, "HELLO_SECONDS", 0.05)
    silent = await take_seat(match, None, "somebody")
    assert await silent.until_closed() == 4006


async def test_games_end_by_the_clock(node: Node) -> None:
    """The flag falls by the host's own timer: nobody sends anything."""
    match, (one, two) = await sit_down(node, "connect-four")
    hosted = node.host.matches[match]
    hosted.origin -= 179.9
    await play(one, two, 3)
    hosted.origin -= 181
    node.host.plan_wake(hosted)
    _, ended = await event(one, "match.ended")
    assert (ended["places"], ended["reason"]) == ([1, 2], "flagged")
    assert (await recorded(match)).reason == "flagged"


async def test_who_comes_back_after_the_end_may_still_want_a_rematch(node: Node) -> None:
    match, (one, two) = await sit_down(node, "connect-four")
    await one.act(RESIGN)
    await two.until(wire.Recorded)
    for socket in (one, two):
        await socket.leave()
    hosted = node.host.matches[match]
    await auntil(lambda: hosted.linger is not None and hosted.linger.when() - node.host.now() < 10)
    again = await take_seat(match, 1, "player1")
    await again.hello()
    assert hosted.linger is not None
    assert hosted.linger.when() - node.host.now() > 60
