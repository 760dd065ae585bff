"""Chat on both stores: what is said, read, muted and reported."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from lobby.chat import MISSED, PAGE, Chat
from lobby.gate import Gate
from lobby.hub import Hub
from lobby.lines import Lines
from lobby.lines_memory import MemoryLines
from lobby.lines_redis import RedisLines
from lobby.relations_memory import MemoryRelations
from lobby.rules import chat as rules
from lobby.rules.chat import Kind, Line, Rate
from lobby.rules.relation import Event
from lobby.store import Store
from lobby.store_memory import MemoryStore
from lobby.store_redis import RedisStore
from matches.directory import Live
from protocol.errors import ProtocolError

GENEROUS = Rate(0.001, 10_000)


class World:
    """Ann, Bob, Cy and Dee: Ann and Bob are in a party and in a room, and Ann plays Cy."""

    def __init__(self) -> None:
        self.relations = MemoryRelations(time.time)
        self.told: list[tuple[str, str, dict[str, Any]]] = []
        self.reports: list[tuple[str, str, Line, list[Line], str, str]] = []
        self.party: dict[str, str] = {"ann": "pa1", "bob": "pa1"}
        self.room: dict[str, str] = {"ann": "ROOM", "bob": "ROOM"}
        self.match: Live | None = Live("m1", "n", 1, "arena", "ffa", 1, ["ann", "cy"], True, 0, "running")
        self.now = time.time()
        self.judge: Callable[[str, str, str], str | None] = lambda kind, player, text: text
        self.tasks: set[asyncio.Task[None]] = set()

    def clock(self) -> float:
        return self.now

    def spawn(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        work.close()

    async def tell(self, player: str, event: str, **data: Any) -> None:
        self.told.append((player, event, data))

    async def name_of(self, player: str, /) -> str | None:
        return player.title() if player in ("ann", "bob", "cy", "dee") else None

    async def party_of(self, player: str) -> str | None:
        return self.party.get(player)

    async def room_of(self, player: str) -> str | None:
        return self.room.get(player)

    async def match_of(self, match: str) -> Live | None:
        return self.match if match == "m1" else None

    async def report(
        self, reporter: str, channel: str, line: Line, around: list[Line], reason: str, text: str
    ) -> None:
        self.reports.append((reporter, channel, line, around, reason, text))


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    for name, kind in rules.KINDS.items():
        most = Kind(kind.lines, kind.seconds, GENEROUS, GENEROUS, kind.period)
        monkeypatch.setitem(rules.KINDS, name, most)
    return World()


@pytest.fixture(params=["memory", "redis"])
async def chat(request: pytest.FixtureRequest, world: World) -> Chat:
    store: Store = MemoryStore(time.time)
    lines: Lines = MemoryLines(time.time)
    if request.param == "redis":
        request.getfixturevalue("clean_redis")
        store, lines = RedisStore(), RedisLines()
    hub = Hub(lines, world.spawn)
    return Chat(world, store, lines, Gate(world), hub, world.report, lambda *line: world.judge(*line))


class Sayer:
    """Says lines under numbers of their own."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat
        self.count = 0

    async def __call__(self, player: str, channel: str, text: str) -> int:
        self.count += 1
        return await self.chat.say(player, player.title(), channel, (1, self.count), text)


@pytest.fixture
def say(chat: Chat) -> Sayer:
    return Sayer(chat)


async def refused(work: Coroutine[Any, Any, Any]) -> str:
    with pytest.raises(ProtocolError) as error:
        await work
    return error.value.code


async def texts(chat: Chat, player: str, channel: str) -> list[str]:
    return [line.text for line in (await chat.history(player, channel))[0]]


OPEN = {
    "direct/bob": {"ann", "cy", "dee"},
    "direct/ann": {"bob", "cy", "dee"},
    "party/pa1": {"ann", "bob"},
    "room/ROOM": {"ann", "bob"},
    "match/m1": {"ann", "cy"},
    "watch/m1": {"bob", "dee"},
    "game/arena": {"ann", "bob", "cy", "dee"},
    "game/no-such-game": set(),
    "direct/nobody": set(),
    "party/other": set(),
    "room/OTHER": set(),
    "match/m2": set(),
    "watch/m2": set(),
}


@pytest.mark.parametrize("named", OPEN)
@pytest.mark.parametrize("player", ["ann", "bob", "cy", "dee"])
async def test_who_may_write_may_read_and_nobody_else(
    chat: Chat, world: World, say: Sayer, named: str, player: str
) -> None:
    if player in OPEN[named]:
        seq = await say(player, named, "hello")
        assert [line.seq for line in (await chat.history(player, named))[0]] == [seq]
        return
    own = named == f"direct/{player}"
    asked = [
        say(player, named, "hello"),
        chat.history(player, named),
        chat.check(player, named),
        chat.mark(player, named, 5),
        chat.report(player, named, 5, "spam", ""),
    ]
    for work in asked:
        assert await refused(work) == ("forbidden" if own else "no-channel")
    assert world.told == []


async def test_both_of_a_direct_channel_are_told_and_see_it_under_the_others_name(
    chat: Chat, world: World, say: Sayer
) -> None:
    first = await say("ann", "direct/bob", "hi")
    second = await say("bob", "direct/ann", "hello")
    direct = [(who, data["peer"], data["before"], data["line"][0]) for who, what, data in world.told]
    assert direct == [
        ("ann", "bob", 0, first),
        ("bob", "ann", 0, first),
        ("bob", "ann", first, second),
        ("ann", "bob", first, second),
    ]
    assert await texts(chat, "ann", "direct/bob") == await texts(chat, "bob", "direct/ann") == ["hi", "hello"]
    assert await texts(chat, "cy", "direct/ann") == []


async def test_a_line_said_again_is_said_once_and_answered_alike(chat: Chat, world: World) -> None:
    told = [await chat.say("ann", "Ann", "direct/bob", (7, 1), "hi") for _ in range(3)]
    assert len(set(told)) == 1
    assert len(world.told) == 2
    assert await chat.say("ann", "Ann", "direct/bob", (8, 1), "hi") > told[0]
    assert await chat.say("bob", "Bob", "direct/ann", (7, 1), "hi") > told[0]
    assert len(await texts(chat, "ann", "direct/bob")) == 3


async def test_what_a_dead_node_left_undone_is_done_when_the_line_is_said_again(
    chat: Chat, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(*_: object, **__: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(chat, "_direct", dies)
        with pytest.raises(ConnectionError):
            await chat.say("ann", "Ann", "direct/bob", (7, 1), "hi")
    assert (await chat.talks("bob"))["talks"] == []
    await chat.say("ann", "Ann", "direct/bob", (7, 1), "hi")
    assert [talk["unread"] for talk in (await chat.talks("bob"))["talks"]] == [1]


async def test_a_bad_line_is_refused_and_costs_no_number(chat: Chat, say: Sayer) -> None:
    assert await refused(chat.say("ann", "Ann", "room/ROOM", (1, 1), "a\nb")) == "bad-line"
    assert await refused(chat.say("ann", "Ann", "room/ROOM", (1, 1), " ")) == "bad-line"
    assert await chat.say("ann", "Ann", "room/ROOM", (1, 1), "ab")


async def test_the_operators_filter_changes_refuses_and_fails_closed(
    chat: Chat, world: World, say: Sayer
) -> None:
    asked = []

    def judge(kind: str, player: str, text: str) -> str | None:
        asked.append((kind, player, text))
        if text == "fail":
            raise RuntimeError
        return None if "darn" in text else text.replace("drat", "****")

    world.judge = judge
    await say("ann", "room/ROOM", "drat!")
    assert await refused(say("ann", "room/ROOM", "darn!")) == "filtered"
    assert await refused(say("ann", "room/ROOM", "fail")) == "internal"
    assert await texts(chat, "bob", "room/ROOM") == ["****!"]
    assert asked[0] == ("room", "ann", "drat!")


async def test_a_channel_has_rates_of_its_own(
    chat: Chat, say: Sayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Kind(10, 60, Rate(60, 2), Rate(60, 3))
    monkeypatch.setitem(rules.KINDS, "game", slow)
    for _ in range(2):
        await say("ann", "game/arena", "x")
    with pytest.raises(ProtocolError) as error:
        await say("ann", "game/arena", "x")
    assert (error.value.code, error.value.close) == ("too-many", None)
    assert error.value.retry_after is not None
    assert 50 < error.value.retry_after <= 60
    await say("bob", "game/arena", "x")
    assert await refused(say("cy", "game/arena", "x")) == "too-many", "of all together"
    await say("cy", "game/connect-four", "x")


async def test_history_comes_in_pages(chat: Chat, say: Sayer) -> None:
    seqs = [await say("ann", "room/ROOM", str(n)) for n in range(PAGE + 10)]
    page, more = await chat.history("bob", "room/ROOM")
    assert ([line.seq for line in page], more) == (seqs[-PAGE:], True)
    page, more = await chat.history("bob", "room/ROOM", page[0].seq)
    assert ([line.seq for line in page], more) == (seqs[:10], False)
    assert await chat.history("bob", "room/ROOM", seqs[0]) == ([], False)


async def test_who_comes_back_gets_what_he_missed(chat: Chat, say: Sayer) -> None:
    channel = await chat.check("bob", "room/ROOM")
    assert await chat.since("bob", channel, 0) == ([], 0, False)
    seqs = [await say("ann", "room/ROOM", str(n)) for n in range(5)]
    lines, upto, _ = await chat.since("bob", channel, seqs[2])
    assert ([line.seq for line in lines], upto) == (seqs[3:], seqs[-1])
    assert await chat.since("bob", channel, seqs[-1]) == ([], seqs[-1], True)
    assert len((await chat.since("bob", channel, 0))[0]) == 5
    for n in range(MISSED):
        await say("ann", "room/ROOM", str(n))
    lines, upto, more = await chat.since("bob", channel, seqs[0])
    assert (len(lines) <= MISSED, lines[-1].seq, more) == (True, upto, True)


async def test_old_lines_are_not_told(chat: Chat, world: World, say: Sayer) -> None:
    await say("ann", "room/ROOM", "old")
    world.now += rules.KINDS["room"].seconds + 1
    await say("ann", "room/ROOM", "new")
    assert await texts(chat, "bob", "room/ROOM") == ["new"]


async def test_unread_lines_are_counted_until_one_device_has_read_them(
    chat: Chat, world: World, say: Sayer
) -> None:
    for n in range(3):
        last = await say("ann", "direct/bob", str(n))
    (talk,) = (await chat.talks("bob"))["talks"]
    assert (talk["channel"], talk["name"], talk["unread"], talk["last"]) == ("direct/ann", "Ann", 3, last)
    (mine,) = (await chat.talks("ann"))["talks"]
    assert (mine["channel"], mine["name"], mine["unread"]) == ("direct/bob", "Bob", 0)
    world.told.clear()
    await chat.mark("bob", "direct/ann", last - 1)
    await chat.mark("bob", "direct/ann", last + 10**9)
    assert [data["seq"] for _, _, data in world.told] == [last - 1, last], "never beyond the last line"
    await chat.mark("bob", "direct/ann", last - 2)
    await chat.mark("bob", "direct/ann", last)
    assert len(world.told) == 2
    assert (await chat.talks("bob"))["talks"][0]["unread"] == 0
    channel = await chat.check("bob", "direct/ann")
    assert await chat.read_upto("bob", channel) == last


async def test_the_muted_are_not_heard_anywhere_and_not_counted(chat: Chat, world: World, say: Sayer) -> None:
    await chat.mute("bob", "ann", True)
    await say("ann", "direct/bob", "psst")
    await say("ann", "room/ROOM", "hey")
    await say("bob", "room/ROOM", "quiet")
    assert await texts(chat, "bob", "direct/ann") == []
    assert await texts(chat, "bob", "room/ROOM") == ["quiet"]
    assert await texts(chat, "ann", "room/ROOM") == ["hey", "quiet"]
    assert await chat.talks("bob") == {"talks": [], "muted": ["ann"]}
    assert await chat.hidden("bob") == {"ann"}
    assert await chat.hidden("ann") == frozenset()
    told = [said for said in world.told if said[1] == "chat.muted"]
    assert told == [("bob", "chat.muted", {"other": "ann", "muted": True})]
    await chat.mute("bob", "ann", True)
    await chat.mute("bob", "ann", False)
    assert await chat.talks("bob") == {"talks": [], "muted": []}, "what was said meanwhile opens no talk"
    assert await texts(chat, "bob", "room/ROOM") == ["hey", "quiet"]
    assert len([said for said in world.told if said[1] == "chat.muted"]) == 2


async def test_whom_one_cannot_mute(chat: Chat) -> None:
    assert await refused(chat.mute("ann", "ann", True)) == "forbidden"
    assert await refused(chat.mute("ann", "nobody", True)) == "player-unknown"
    await chat.mute("ann", "nobody", False)


@pytest.mark.parametrize("blocker", ["ann", "bob"])
async def test_a_block_ends_the_direct_channel_and_hides_both_elsewhere(
    chat: Chat, world: World, say: Sayer, blocker: str
) -> None:
    await say("ann", "direct/bob", "hi")
    await say("ann", "room/ROOM", "hi")
    other = "bob" if blocker == "ann" else "ann"
    await world.relations.change(blocker, other, Event.BLOCKED)
    assert await refused(say("ann", "direct/bob", "hi")) == "no-channel"
    assert await refused(chat.history("bob", "direct/ann")) == "no-channel"
    assert await texts(chat, "bob", "room/ROOM") == []
    assert await texts(chat, "ann", "room/ROOM") == ["hi"]
    assert (await chat.talks("bob"))["talks"] == (await chat.talks("ann"))["talks"] == []


async def test_a_report_has_the_line_and_those_around_it(chat: Chat, world: World, say: Sayer) -> None:
    seqs = [await say("ann" if n % 2 else "bob", "room/ROOM", str(n)) for n in range(60)]
    await chat.report("bob", "room/ROOM", seqs[31], "insult", "look")
    ((reporter, channel, line, around, reason, text),) = world.reports
    assert (reporter, channel, reason, text) == ("bob", "room/ROOM", "insult", "look")
    assert (line.player, line.text, line.seq) == ("ann", "31", seqs[31])
    assert [near.seq for near in around] == seqs[11:52]


async def test_what_cannot_be_reported(chat: Chat, world: World, say: Sayer) -> None:
    seq = await say("ann", "room/ROOM", "hi")
    assert await refused(chat.report("ann", "room/ROOM", seq, "spam", "")) == "forbidden"
    assert await refused(chat.report("bob", "room/ROOM", seq + 1, "spam", "")) == "line-gone"
    world.now += rules.KINDS["room"].seconds + 1
    assert await refused(chat.report("bob", "room/ROOM", seq, "spam", "")) == "line-gone"
    assert world.reports == []
