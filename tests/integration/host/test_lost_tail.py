"""Redis comes back with less than it had confirmed, in all the places where that could do harm."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError
from redis.exceptions import ConnectionError as Away

from arcade.chaos.proxy import Proxy
from arcade.infra import keys
from arcade.infra.redis import aredis
from arcade.security import resume
from matches import directory, replays, results
from matches.engine.record import Stepped, decode_record
from matches.host import claim as claims
from matches.host.append import FIELD
from matches.host.hosted import Hosted, Stage
from matches.host.node import Node
from matches.models import Match
from protocol import messages as wire
from tests.support.sockets import Socket, running_node, sit_down
from tests.support.waiting import auntil

pytestmark = pytest.mark.django_db(transaction=True)
MOVE, RESIGN = 2, 3
REWOUND = 7


class Board:
    """A match of connect four at a node, and what Redis knew of it at a time."""

    def __init__(self, node: Node, match: str, sockets: list[Socket], proxy: Proxy) -> None:
        self.node, self.match, self.proxy = node, match, proxy
        self.one, self.two = sockets
        self.kept: bytes | None = None

    @property
    def hosted(self) -> Hosted:
        return self.node.host.matches[self.match]

    async def play(self, *columns: int) -> None:
        """Moves in turn, each seen by both."""
        for column in columns:
            seat = self.hosted.match.turn()
            assert seat is not None
            mover, other = (self.one, self.two) if seat == 0 else (self.two, self.one)
            number = await mover.act(MOVE, {"column": column})
            while (await other.until(wire.Frame))[5][seat] < number:
                pass

    async def remember(self) -> None:
        self.kept = await aredis().dump(keys.match_log(self.match))

    async def lose(self) -> None:
        """The log is as it was, and the nodes' connections are new."""
        await aredis().restore(keys.match_log(self.match), 0, self.kept, replace=True)
        self.proxy.cut()

    async def end(self) -> Match:
        await self.two.act(RESIGN)
        await self.one.until(wire.Recorded)
        return await self.written()

    async def written(self) -> Match:
        found: Match = await auntil(lambda: Match.objects.filter(pk=self.match).afirst(), 30)
        assert await sync_to_async(replays.verify)(self.match)
        return found

    async def taken_by(self, node: str) -> directory.Live:
        """Redis says that this node is the owner, and the real one has let go."""
        await aredis().hset(keys.match_meta(self.match), "node", node)
        self.node.host.drop(self.hosted)
        live = await directory.get(self.match)
        assert live is not None
        return live

    async def adopt(self) -> None:
        """Take it over from a dead owner."""
        claimed = await claims.claim(await self.taken_by("dead"), self.node.id, 0)
        assert isinstance(claimed, claims.Claimed)
        restored = await claims.restore(claimed.live, self.node.watchdog)
        self.node.host.ownership.adopt(claimed, restored)

    async def back(self, seat: int, session: int, epoch: int, seq: int) -> list[Any]:
        """A client comes back with what it has seen; the keyframe it gets."""
        socket = Socket(self.match, "")
        assert await socket.open()
        await socket.send(1, 1, session, epoch, seq, resume.make(self.match, f"player{seat}", seat))
        return await socket.until(wire.Keyframe)


@pytest.fixture
def without_log(settings: Any) -> None:
    settings.ARCADE_DURABILITY = "none"


@pytest.fixture
async def board(clean_redis: str, settings: Any) -> AsyncIterator[Board]:
    async with Proxy(clean_redis) as proxy:
        settings.REDIS_URL = proxy.url
        async with running_node("a") as node:
            match, sockets = await sit_down(node, "connect-four")
            yield Board(node, match, sockets, proxy)


async def test_all_of_a_young_match_is_lost_and_its_owner_writes_it_down_again(board: Board) -> None:
    await board.play(3, 3)
    epoch = board.hosted.epoch
    await aredis().delete(
        keys.match_log(board.match), keys.match_meta(board.match), keys.live_matches(),
        keys.node_matches("a"), keys.player_match("player0"),
    )  # fmt: skip
    await board.one.act(MOVE, {"column": 5})
    assert (await board.two.until(wire.Keyframe))[1] > epoch
    await board.two.until(wire.Frame, acks=[2, 1])
    live = await directory.running("player0")
    assert live is not None
    assert (live.match, live.epoch) == (board.match, board.hosted.epoch)
    assert await aredis().zscore(keys.live_matches(), board.match) is not None
    assert await aredis().sismember(keys.node_matches("a"), board.match)
    await board.play(5)
    await board.end()


@pytest.mark.parametrize("whole", [False, True])
async def test_what_follows_a_rewind_may_fail(
    board: Board, monkeypatch: pytest.MonkeyPatch, whole: bool
) -> None:
    """The match is written down under its new epoch, and then Redis is away again."""
    await board.play(3, 3)
    hosted, before, real = board.hosted, board.hosted.epoch, directory._index
    failed: list[int] = []

    async def index(live: directory.Live, **how: Any) -> None:
        entry = await directory.get(board.match)
        if not failed and entry is not None and entry.epoch > before:
            failed.append(1)
            raise Away("cut")
        await real(live, **how)

    monkeypatch.setattr(directory, "_index", index)
    await board.remember()
    await board.play(4, 4)
    if whole:
        await aredis().delete(keys.match_log(board.match), keys.match_meta(board.match), keys.live_matches())
    else:
        await board.lose()
    await board.one.act(MOVE, {"column": 5})
    await board.two.until(wire.Frame, acks=[3, 2])
    assert failed
    assert board.hosted is hosted
    assert await aredis().zscore(keys.live_matches(), board.match) is not None
    await board.end()


async def test_a_player_who_sits_elsewhere_by_now_stays_there(board: Board) -> None:
    await aredis().delete(keys.match_log(board.match), keys.match_meta(board.match))
    await aredis().set(keys.player_match("player0"), "another")
    await board.one.act(MOVE, {"column": 5})
    await board.two.until(wire.Frame, acks=[1, 0])
    assert await aredis().get(keys.player_match("player0")) == b"another"


async def test_a_match_that_others_have_ended_and_deleted_is_not_brought_back(board: Board) -> None:
    """Its owner slept through the takeover, the end and the deletion."""
    await board.play(3)
    await sync_to_async(Match.objects.create)(
        id=board.match, game="connect-four", mode="standard", version=1, season="1", outcome="finished",
        reason="resigned", rated=True, started="2026-01-01T00:00Z", ended="2026-01-01T00:00Z", duration_ms=1,
        steps=9, hash="",
    )  # fmt: skip
    await aredis().delete(keys.match_log(board.match), keys.match_meta(board.match))
    await board.two.act(MOVE, {"column": 5})
    await auntil(lambda: board.match not in board.node.host.matches)
    assert not await aredis().exists(keys.match_log(board.match), keys.match_meta(board.match))


async def test_a_lost_claim_is_no_reason_to_let_go(board: Board) -> None:
    """Redis forgot that this node took the match over: its entry names the dead owner of before."""
    await board.play(3)
    await board.remember()
    await board.adopt()
    hosted = board.hosted
    await aredis().hset(keys.match_meta(board.match), mapping={"node": "dead", "epoch": hosted.epoch - 1})
    await board.lose()
    await board.back(0, board.one.session, 0, 0)
    assert board.hosted is hosted
    live = await directory.get(board.match)
    assert live is not None
    assert (live.node, live.epoch) == ("a", hosted.epoch)


async def test_a_match_at_rest_is_seen_to_when_redis_is_back(board: Board) -> None:
    """Nobody moves in it; another match's append finds the connection gone."""
    await board.play(3, 3)
    await board.remember()
    await board.play(4, 4)
    other, (first, _) = await sit_down(board.node, "connect-four")
    epoch = board.hosted.epoch
    await board.lose()
    await first.act(MOVE, {"column": 1})
    assert other != board.match
    keyframe = await board.one.until(wire.Keyframe)
    assert (keyframe[1] > epoch, keyframe[4], keyframe[REWOUND]) == (True, [2, 2], False)


async def test_who_comes_in_meanwhile_is_not_forgotten(board: Board) -> None:
    """The step that was under way when the log was found short is made again, arrivals and all."""
    await board.play(3, 3)
    await board.remember()
    await board.play(4, 4)
    await board.one.leave()
    await auntil(lambda: board.hosted.match.state.seats[0].status == "dropped" and not board.hosted.busy)
    await board.lose()
    keyframe = await board.back(0, board.one.session, board.hosted.epoch, board.hosted.match.seq)
    assert keyframe[4] == [2, 2]
    await auntil(lambda: board.hosted.match.state.seats[0].status == "here")


async def test_the_end_is_lost_before_it_was_written_down(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    await board.play(3, 3)
    await board.remember()
    await board.play(4, 4)
    real = results.record

    def down(finished: Any) -> Any:
        raise OperationalError("the database is away")

    monkeypatch.setattr(results, "record", down)
    await board.two.act(RESIGN)
    await auntil(lambda: board.hosted.stage is Stage.ENDED)
    await board.lose()
    monkeypatch.setattr(results, "record", real)
    await board.one.until(wire.Recorded)
    row = await board.written()
    assert (row.outcome, row.reason) == ("finished", "resigned")


async def test_who_was_ahead_is_told_also_when_the_new_owner_has_gone_further(board: Board) -> None:
    await board.play(3, 3)
    await board.remember()
    await board.play(4, 4)
    old, ahead = board.hosted.epoch, board.hosted.match.seq
    await board.lose()
    await board.adopt()
    base = board.hosted.match.seq
    sockets = [Socket(board.match, "") for _ in range(2)]
    for seat, socket in enumerate(sockets):
        assert await socket.open()
        session = 70 + seat
        await socket.send(1, 1, session, 0, 0, resume.make(board.match, f"player{seat}", seat))
        await socket.until(wire.Keyframe)
    board.one, board.two = sockets
    await board.play(5, 5, 5)
    assert board.hosted.match.seq > ahead
    assert (await board.back(0, 71_000, old, ahead))[REWOUND] is True
    assert (await board.back(1, 72_000, old, base))[REWOUND] is False
    assert (await board.back(0, 73_000, board.hosted.epoch, board.hosted.match.seq))[REWOUND] is False


async def test_an_owner_that_redis_forgot_is_outbid(board: Board) -> None:
    """A client has seen a later epoch than the owner that Redis knows: he must be believed again."""
    await board.play(3, 3)
    later = board.hosted.epoch + 30_000
    socket = Socket(board.match, "")
    assert await socket.open()
    await socket.send(1, 1, board.one.session, later, 2, resume.make(board.match, "player0", 0))
    assert (await socket.until(wire.Keyframe))[1] < later  # which the client ignores
    believed = await socket.until(wire.Keyframe)
    assert believed[1] > later
    assert believed[REWOUND] is True
    assert board.hosted.match.acks == [1, 1]
    board.one = socket
    await board.play(4)
    assert (await board.back(0, board.one.session, board.hosted.epoch, 3))[REWOUND] is False


async def test_a_clock_runs_from_the_same_moment_when_its_step_is_made_again(board: Board) -> None:
    """It had started when the step before was confirmed, however long that took."""
    await board.play(3, 3)
    hosted = board.hosted
    hosted.committed = committed = hosted.match.time + 500
    epoch = hosted.epoch
    top = (await aredis().xrevrange(keys.match_log(board.match), count=1))[0][0]
    await aredis().xdel(keys.match_log(board.match), top)
    board.proxy.cut()
    await board.one.act(MOVE, {"column": 4})
    await auntil(lambda: board.hosted.epoch > epoch and hosted.match.acks == [2, 1] and not hosted.busy)
    last = (await aredis().xrevrange(keys.match_log(board.match), count=1))[0][1][FIELD]
    again = decode_record(last)
    assert isinstance(again, Stepped)
    assert again.committed == committed


@pytest.mark.usefixtures("without_log")
async def test_a_match_without_a_log_goes_on_after_it_was_outbid(board: Board) -> None:
    await board.play(3, 3)
    epoch = board.hosted.epoch
    await board.back(0, board.one.session, epoch + 30_000, 2)
    await auntil(lambda: board.hosted.epoch > epoch and not board.hosted.rewinding)
    await board.two.act(RESIGN)
    await board.written()


@pytest.mark.parametrize("ahead", [2**52, 1])
async def test_a_client_cannot_push_the_epoch_on_and_on(board: Board, ahead: int) -> None:
    """Neither beyond all measure, nor time and again."""
    await board.play(3, 3)
    board.hosted.outbid = board.node.host.now() if ahead == 1 else board.hosted.outbid
    epoch = board.hosted.epoch
    await board.back(0, board.one.session, epoch + ahead, 2)
    assert not board.hosted.rewinding
    await board.two.act(MOVE, {"column": 9})
    assert board.hosted.epoch == epoch


async def test_a_match_that_is_written_down_is_not_taken_up_again(board: Board) -> None:
    """Redis forgot its end, and its owner is gone."""
    await board.play(3, 3)
    await board.remember()
    live = await directory.get(board.match)
    assert live is not None
    row = await board.end()
    await aredis().restore(keys.match_log(board.match), 0, board.kept, replace=True)
    flat = directory.fields(msgspec.structs.replace(live, node="dead"))
    await aredis().hset(keys.match_meta(board.match), mapping=flat)
    await aredis().set(keys.player_match("player0"), board.match)
    board.node.host.drop(board.hosted)
    await board.node.takeover._take(board.match, lambda live: live.node == "dead")
    assert board.match not in board.node.host.matches
    assert await directory.running("player0") is None
    assert not await aredis().exists(keys.match_log(board.match), keys.match_meta(board.match))
    assert await Match.objects.filter(pk=board.match).acount() == 1
    assert row.outcome == "finished"


async def test_a_database_that_hangs_holds_up_one_takeover_alone(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def written(match: str) -> bool:
        asked.append(match)
        await asyncio.Event().wait()
        return False

    monkeypatch.setattr(board.node.host.finisher, "written", written)
    for match in ("one", "two"):
        assert not await board.node.takeover._is_written(match)
    assert asked == ["one"]


async def test_a_confirmed_step_is_noted_as_often_as_it_takes(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the death of an owner long ago would count against the match for good."""
    real, failed = directory.note, []

    async def note(live: directory.Live, **entry: Any) -> None:
        if "deaths" in entry and len(failed) < 2:
            failed.append(entry)
            raise Away("cut")
        await real(live, **entry)

    async def cleared() -> bool:
        return bool(await aredis().hget(keys.match_meta(board.match), "deaths") == b"0")

    monkeypatch.setattr(directory, "note", note)
    await aredis().hset(keys.match_meta(board.match), "deaths", 2)
    board.hosted.deaths = 1
    await board.play(3)
    await auntil(cleared)
