"""What rooms do, on every store and over two nodes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from lobby.room_passwords import ATTEMPTS, SECONDS
from lobby.rooms import Rooms
from lobby.rules import room as rules
from lobby.store import Store
from lobby.store_memory import MemoryStore
from lobby.store_redis import RedisStore
from protocol.errors import ProtocolError
from tests.support.rooms import Nodes, refusal

Command = Callable[[Rooms, str], Coroutine[Any, Any, Any]]


@pytest.fixture(params=["memory", "redis"])
async def nodes(request: pytest.FixtureRequest) -> AsyncIterator[Nodes]:
    store: Store
    if request.param == "memory":
        store = MemoryStore(asyncio.get_running_loop().time)
    else:
        request.getfixturevalue("clean_redis")
        store = RedisStore()
    nodes = Nodes(store)
    yield nodes
    nodes.one.stop()
    nodes.two.stop()


async def test_a_room_is_never_above_capacity(nodes: Nodes) -> None:
    code = await nodes.open(places=2)
    joins = [
        refusal((nodes.one, nodes.two)[n % 2].join(f"p{n}", f"P{n}", code, watch=n >= 8)) for n in range(14)
    ]
    codes = await asyncio.gather(*joins)
    assert sorted(set(codes)) in (["", "room-full"], ["", "busy", "room-full"])
    room = await nodes.room(code)
    assert (len(room.seated), len(room.watchers)) == (4, 2)
    inside = {m.player for m in room.people} - {"ann"}
    assert inside == {f"p{n}" for n, code_ in enumerate(codes) if not code_}
    assert {p for p in inside if await nodes.one.of(str(p)) != code} == set()


async def test_who_goes_to_another_room_is_in_that_one_alone(nodes: Nodes) -> None:
    codes = [await nodes.open(owner) for owner in ("ann", "bob", "cid")]
    await nodes.one.join("dan", "Dan", codes[0])
    await asyncio.gather(*[nodes.one.join("dan", "Dan", codes[1]), nodes.two.join("dan", "Dan", codes[2])])
    rooms = [await nodes.room(code) for code in codes]
    (found,) = [room.code for room in rooms if room.member("dan")]
    assert await nodes.two.of("dan") == found


async def test_who_is_refused_stays_where_he_is(nodes: Nodes) -> None:
    own, other = await nodes.open("ann"), await nodes.open("bob", locked=True)
    assert await refusal(nodes.two.join("ann", "Ann", other)) == "room-locked"
    assert await nodes.one.of("ann") == own
    assert (await nodes.room(own)).member("ann")


async def test_a_node_that_died_while_somebody_changed_rooms_leaves_no_ghost(nodes: Nodes) -> None:
    own, other = await nodes.open("ann"), await nodes.open("bob")
    await nodes.one._step(other, rules.Joined("ann", "Ann"))
    await nodes.one._of_player.change("arcade:p:ann:room", lambda _: (other, None))
    for _ in range(2):
        await nodes.two._sweep(own)
    assert await refusal(nodes.two.leave("ann")) == ""
    assert await nodes.one.get(own) is None


async def test_a_password_is_kept_as_a_hash_and_asked_of_who_comes(nodes: Nodes, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    code = await nodes.open(password="sesame")
    assert (await nodes.room(code)).password.startswith("md5$")
    assert await refusal(nodes.two.join("bob", "Bob", code)) == "room-password"
    for n in range(ATTEMPTS):
        wrong = (nodes.one, nodes.two)[n % 2].join("bob", "Bob", code, "seesaw")
        assert await refusal(wrong) == "room-password"
    with pytest.raises(ProtocolError) as caught:
        await nodes.two.join("bob", "Bob", code, "sesame")
    assert caught.value.code == "too-many"
    assert caught.value.retry_after
    assert await refusal(nodes.two.join("cid", "Cid", code, "sesame")) == "", "others are not held up"
    assert await refusal(nodes.one.join("dan", "Dan", code, invited=True)) == ""
    nodes.around.now += SECONDS + 1
    assert await refusal(nodes.two.join("bob", "Bob", code, "sesame")) == ""
    await nodes.one.change("ann", {"password": ""})
    assert (await nodes.room(code)).password == ""


async def test_friends_come_in_and_who_is_blocked_finds_no_room(nodes: Nodes) -> None:
    code = await nodes.open(access="friends")
    nodes.around.friendships.add(frozenset(("ann", "bob")))
    nodes.around.blocks.add(frozenset(("ann", "eve")))
    assert await refusal(nodes.two.join("bob", "Bob", code)) == ""
    assert await refusal(nodes.two.join("cid", "Cid", code)) == "room-friends"
    assert await refusal(nodes.two.join("eve", "Eve", code)) == "room-unknown"
    await nodes.one.give("ann", "bob")
    assert await refusal(nodes.two.join("cid", "Cid", code)) == "room-friends"


COMMANDS: dict[str, Command] = {
    "ready": lambda rooms, player: rooms.ready(player, True),
    "bot": lambda rooms, player: rooms.bot(player, 1),
    "change": lambda rooms, player: rooms.change(player, {"locked": True}),
    "sit": lambda rooms, player: rooms.sit(player, 1, None),
    "swap": lambda rooms, player: rooms.swap(player, 1),
    "kick": lambda rooms, player: rooms.kick(player, "x", False),
    "pardon": lambda rooms, player: rooms.pardon(player, "x"),
    "give": lambda rooms, player: rooms.give(player, "ann"),
    "describe": lambda rooms, player: rooms.describe(player, "lobby", {"a": 1}),
    "leave": lambda rooms, player: rooms.leave(player),
}
OWNERS = {"bot", "change", "kick", "pardon", "describe"}


@pytest.mark.parametrize("name", COMMANDS)
async def test_a_command_in_no_room_is_refused(nodes: Nodes, name: str) -> None:
    command = COMMANDS[name]
    assert await refusal(command(nodes.two, "ann")) == "no-room"
    code = await nodes.open()
    await nodes.one.leave("ann")
    assert await nodes.one.get(code) is None
    assert await refusal(command(nodes.two, "ann")) == "no-room"
    assert await refusal(nodes.two.join("ann", "Ann", code)) == "room-unknown"


@pytest.mark.parametrize("name", COMMANDS)
async def test_a_command_said_twice_and_one_by_who_may_not(nodes: Nodes, name: str) -> None:
    command, code = COMMANDS[name], await nodes.open()
    await nodes.two.join("bob", "Bob", code)
    before = await nodes.room(code)
    if name in OWNERS:
        assert await refusal(command(nodes.two, "bob")) == "not-owner"
        assert await nodes.room(code) == before
    player = "ann" if name in OWNERS or name == "give" else "bob"
    assert await refusal(command(nodes.one, player)) == ""
    after = await nodes.room(code)
    again = await refusal(command(nodes.two, player))
    if name == "leave":
        assert again == "no-room"
    elif name != "bot":
        assert again == ""
        assert await nodes.room(code) == after


@pytest.mark.parametrize(
    "given",
    [
        {"colour": "red"},
        {"access": "secret"},
        {"places": 17},
        {"countdown": 31},
        {"locked": 1},
        {"title": "x" * 41},
        {"title": "a\u202eb"},
        {"seats": 9},
        {"settings": {"seconds": 10}},
        {"settings": {"speed": 10}},
        {"password": "x" * 65},
    ],
)
async def test_options_out_of_bounds_change_nothing(nodes: Nodes, given: dict[str, Any]) -> None:
    code = await nodes.open()
    before = await nodes.room(code)
    assert await refusal(nodes.one.change("ann", {"locked": True, **given})) == "malformed"
    assert await nodes.room(code) == before
    if "seats" not in given:
        assert await refusal(nodes.one.create("bob", "Bob", "arena", "ffa", 4, given)) == "malformed"
        assert await nodes.one.of("bob") is None


@pytest.mark.parametrize("values", [{"Map": 1}, {"a b": 1}, {"a": 1.5}, {"a": []}, {"a": "x" * 65}, {"": 1}])
async def test_properties_out_of_bounds_change_nothing(nodes: Nodes, values: dict[str, Any]) -> None:
    code = await nodes.open()
    assert await refusal(nodes.one.describe("ann", "search", {"good": 1, **values})) == "malformed"
    assert (await nodes.room(code)).search == {}


async def test_the_match_has_the_settings_and_the_room_comes_back_from_it(nodes: Nodes) -> None:
    code = await nodes.open(seats=2, settings={"seconds": 60})
    await nodes.two.join("bob", "Bob", code)
    await nodes.one.ready("ann", True)
    await nodes.two.ready("bob", True)
    await nodes.around.settled()
    (setup,) = nodes.matches.made.values()
    assert setup.settings == {"seconds": 60}
    assert (await nodes.room(code)).match == setup.match
    assert await refusal(nodes.one.change("ann", {"settings": {}})) == "in-match"
    await nodes.two.ended(setup.match, ["ann", "bob"])
    room = await nodes.room(code)
    assert (room.phase, room.settings) == (rules.Phase.OPEN, {"seconds": 60})
    await nodes.one.change("ann", {"mode": "duel"})
    assert ((await nodes.room(code)).mode, (await nodes.room(code)).settings) == ("duel", {"seconds": 60})


async def test_a_countdown_outlives_the_node_that_began_it(nodes: Nodes) -> None:
    code = await nodes.open(seats=2, countdown=5)
    await nodes.two.join("bob", "Bob", code)
    await nodes.one.ready("ann", True)
    await nodes.one.ready("bob", True)
    nodes.one.stop()
    assert (await nodes.room(code)).phase is rules.Phase.COUNTDOWN
    nodes.around.now += 5
    await asyncio.gather(nodes.two._sweep(code), nodes.two._sweep(code), nodes.one._counted(code))
    await nodes.around.settled()
    assert len(nodes.matches.made) == 1


async def test_who_is_sent_out_is_told_why_and_is_in_no_room(nodes: Nodes) -> None:
    code = await nodes.open(moves_on=False)
    await nodes.two.join("bob", "Bob", code)
    await nodes.two.join("cid", "Cid", code)
    await nodes.one.kick("ann", "bob", True)
    assert await nodes.two.of("bob") is None
    assert ("bob", "player.room", {"why": "banned", "code": code}) in nodes.around.told
    assert await refusal(nodes.two.join("bob", "Bob", code)) == "room-banned"
    await nodes.one.leave("ann")
    assert ("cid", "player.room", {"why": "closed", "code": code}) in nodes.around.told
    assert await nodes.two.of("cid") is None
    assert await nodes.two.get(code) is None
