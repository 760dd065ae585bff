"""The lobby's socket: its handshake, its manners, and what it does with bad input."""

import asyncio
from typing import Any

import msgspec
import pytest
from pytest_django.fixtures import Settings

from arcade.infra import keys
from arcade.infra.redis import aredis
from arcade.security import tickets
from arcade.security.tickets import Ticket
from lobby import consumer
from protocol import messages as wire
from tests.support.lobby import GAME, MODE, Socket, World
from tests.support.waiting import auntil

DENY = {"websocket.http.response": {}}


async def refusal(socket: Socket) -> tuple[str, int]:
    """The error's code and the close code that a refused handshake tells."""
    assert (await socket.connect())[0]
    error = await socket.next()
    assert isinstance(error, wire.Error)
    return error.code, await socket.until_closed()


# --- the handshake ----------------------------------------------------------------------------------


@pytest.mark.parametrize("subprotocol", [wire.MSGPACK, wire.JSON])
async def test_a_ticket_opens_and_hello_is_answered(world: World, subprotocol: str) -> None:
    ann = await world.player("ann", subprotocols=(subprotocol,))
    assert ann.welcome.player == {"id": "ann", "name": "Ann", "guest": True}
    assert ann.welcome.match is None
    four = next(g for g in ann.welcome.games if g["name"] == GAME)
    assert four["modes"][0]["seats"] == [2, 2]
    assert four["bots"] >= 1
    full = await ann.until(wire.Presence)
    assert full.full
    news = await ann.until(wire.Presence, full=False)
    assert news.here == [["ann", "Ann", "online"]]


async def test_a_ticket_opens_once(world: World) -> None:
    secret = await tickets.aissue(Ticket("ann", "Ann", "lobby"))
    first = Socket(f"ticket={secret}")
    world.sockets.append(first)
    assert (await first.connect())[0]
    assert await refusal(Socket(f"ticket={secret}")) == ("ticket-unknown", 4003)


async def test_without_a_ticket_or_with_another_nobody_gets_in(world: World) -> None:
    assert await refusal(Socket()) == ("ticket-missing", 4003)
    assert await refusal(Socket("ticket=made-up")) == ("ticket-unknown", 4003)
    secret = await tickets.aissue(Ticket("ann", "Ann", "match", "m1", 0))
    assert await refusal(Socket(f"ticket={secret}")) == ("ticket-purpose", 4003)


async def test_a_foreign_page_is_not_let_in_and_keeps_its_ticket_unused(world: World) -> None:
    secret = await tickets.aissue(Ticket("ann", "Ann", "lobby"))
    headers = [(b"origin", b"https://evil.example"), (b"host", b"play.example")]
    accepted, code = await Socket(f"ticket={secret}", headers=headers).connect()
    assert (accepted, code) == (False, 4010)
    assert await aredis().exists(*await aredis().keys(keys.ticket("*")))


async def test_a_known_subprotocol_is_needed(world: World) -> None:
    accepted, _ = await Socket(subprotocols=("chat",)).connect()
    assert accepted, "told and closed, as there is no extension to deny with"
    assert await refusal(Socket(subprotocols=())) == ("subprotocol", 4011)


async def test_where_the_server_can_the_handshake_gets_the_real_status(
    world: World, settings: Settings
) -> None:
    settings.ARCADE_HANDSHAKES_PER_PLAYER = 0
    secret = await tickets.aissue(Ticket("ann", "Ann", "lobby"))
    socket = Socket(f"ticket={secret}", extensions=DENY)
    await socket.app.send_input({"type": "websocket.connect"})
    start, body = await socket.output(), await socket.output()
    assert start["status"] == 429
    assert int(dict(start["headers"])[b"retry-after"]) >= 1
    assert msgspec.json.decode(body["body"])["code"] == "too-many-handshakes"


async def test_an_address_that_tries_tickets_is_stopped(world: World, settings: Settings) -> None:
    settings.ARCADE_HANDSHAKES_PER_MINUTE = 3
    codes = [(await refusal(Socket("ticket=guess")))[0] for _ in range(8)]
    assert codes[0] == "ticket-unknown"
    assert ("too-many-handshakes") in codes


async def test_a_player_has_so_many_sockets_and_a_closed_one_makes_room(
    world: World, settings: Settings
) -> None:
    settings.ARCADE_SOCKETS_PER_PLAYER = 2
    first = await world.player("ann")
    await world.player("ann")
    secret = await tickets.aissue(Ticket("ann", "Ann", "lobby"))
    assert await refusal(Socket(f"ticket={secret}")) == ("too-many-sockets", 4009)
    await first.leave()
    await world.player("ann")


async def test_a_draining_node_sends_new_sockets_elsewhere(world: World) -> None:
    world.lobbies[0].draining = True
    assert await refusal(Socket()) == ("draining", 4002)


# --- manners ----------------------------------------------------------------------------------------


async def test_hello_comes_first_and_once(world: World) -> None:
    ann = await world.socket("ann")
    assert (await ann.request(wire.Dequeue)).code == "hello-first"
    assert isinstance(await ann.request(wire.Ping), wire.Pong)
    await ann.ask(wire.LobbyHello(ann.ref()))
    await ann.until(wire.LobbyWelcome)
    assert (await ann.request(wire.LobbyHello)).code == "hello-twice"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "malformed"),
        (b"\xc1", "malformed"),
        (msgspec.msgpack.encode({"kind": 65}), "malformed"),
        (msgspec.msgpack.encode([65, "x", GAME, MODE]), "malformed"),
        (msgspec.msgpack.encode([65, 1]), "malformed"),
        (msgspec.msgpack.encode([99, None]), "unknown-kind"),
        (msgspec.msgpack.encode([2, 1, 1]), "unknown-kind"),
        ("[65,1]", "wrong-encoding"),
    ],
)
async def test_bad_input_is_told_and_the_socket_lives(world: World, data: bytes | str, code: str) -> None:
    ann = await world.player("ann")
    await ann.raw(data)
    assert (await ann.until(wire.Error)).code == code
    assert isinstance(await ann.request(wire.Ping), wire.Pong)


async def test_a_message_over_16_kib_ends_the_socket(world: World) -> None:
    ann = await world.player("ann")
    await ann.raw(b"\x00" * (wire.MAX_FRAME + 1))
    assert (await ann.until(wire.Error)).code == "too-large"
    assert await ann.until_closed() == 4012


async def test_a_budget_is_kept_and_its_breach_ends_in_a_close(world: World) -> None:
    ann = await world.player("ann")
    for _ in range(wire.RoomJoin.budget.burst):
        await ann.ask(wire.RoomJoin(1, "NOROOM"))
    await ann.ask(wire.RoomJoin(2, "NOROOM"))
    told = await ann.until(wire.Error, code="too-many")
    assert told.ref == 2
    assert 0 < told.retry_after <= 1
    assert isinstance(await ann.request(wire.Ping), wire.Pong)
    for _ in range(25):
        await ann.ask(wire.RoomJoin(3, "NOROOM"))
    assert await ann.until_closed() == 4004


async def test_garbage_does_not_come_for_nothing(world: World) -> None:
    ann = await world.player("ann")
    for _ in range(40):
        await ann.raw(b"\xc1")
    assert await ann.until_closed() == 4004


async def test_who_says_nothing_is_closed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer, "BEAT_SECONDS", 0.02)
    monkeypatch.setattr(consumer, "HELLO_SECONDS", 0.1)
    silent = await world.socket("ann")
    assert await silent.until_closed() == 4006
    monkeypatch.setattr(consumer, "SILENT_SECONDS", 0.1)
    greeted = await world.player("bob")
    assert await greeted.until_closed() == 4000


async def test_an_idle_socket_lives_longer_than_redis_lets_a_read_wait(world: World) -> None:
    ann = await world.player("ann")
    with pytest.raises(TimeoutError):
        await ann.until(wire.Notice, seconds=6.5)
    assert isinstance(await ann.request(wire.Ping), wire.Pong)
    await world.lobbies[0].announce("deploy", "Soon.")
    assert (await ann.until(wire.Notice)).code == "deploy"


async def test_a_closed_socket_leaves_nothing_behind(world: World) -> None:
    ann = await world.player("ann")
    await ann.leave()
    await world.lobbies[0].presence.flush()
    left = b" ".join(await aredis().keys("arcade:*"))
    assert b"group:lobby.nodes" in left
    assert not [word for word in (b"ann", b"group:lobby ", b"presence", b"ticket") if word in left + b" "]


async def test_losing_redis_answers_busy_and_does_not_raise(world: World, settings: Settings) -> None:
    ann = await world.player("ann")

    async def away(*_: Any) -> None:
        raise ConnectionError("away")

    lobby = world.lobbies[0]
    lobby.matchmaker.enter = away  # type: ignore[method-assign]
    assert (await ann.request(wire.Enqueue, GAME, MODE)).code == "busy"
    assert isinstance(await ann.request(wire.Ping), wire.Pong)


# --- presence ---------------------------------------------------------------------------------------


async def test_everyone_on_every_node_hears_who_comes_and_goes(world: World) -> None:
    ann = await world.player("ann")
    await ann.until(wire.Presence, here=[["ann", "Ann", "online"]])
    world.serve(await world.node())
    bob = await world.player("bob")
    full = await bob.until(wire.Presence, full=True)
    seen = {row[0] for row in full.here}
    while "ann" not in seen:
        seen |= {row[0] for row in (await bob.until(wire.Presence)).here}
    news = await ann.until(wire.Presence, here=[["bob", "Bob", "online"]])
    assert news.online == 2
    await bob.leave()
    news = await ann.until(wire.Presence, gone=["bob"])
    assert news.online == 1


async def test_diffs_come_at_most_twice_a_second(world: World) -> None:
    ann = await world.player("ann")
    await ann.until(wire.Presence, full=False)
    for n in range(8):
        await world.player(f"guest{n}")
    loop = asyncio.get_running_loop()
    seen, count, began = 0, 0, loop.time()
    while seen < 8:
        seen += len((await ann.until(wire.Presence)).here)
        count += 1
    assert count <= 2 + 2 * (loop.time() - began + 1)


@pytest.mark.on_valkey
async def test_players_of_a_killed_node_vanish_by_lease(world: World) -> None:
    ann = await world.player("ann")
    lobby = world.lobbies[0]
    dead = msgspec.msgpack.encode(["ghost", "dead", "Ghost", "online", lobby.clock() + 1.5])
    await aredis().hset(keys.presence(), "ghost:dead", dead)  # type: ignore[misc]
    await lobby.presence._sync()
    await ann.until(wire.Presence, here=[["ann", "Ann", "online"], ["ghost", "Ghost", "online"]])

    async def gone() -> bool:
        await lobby.presence._sync()
        return not lobby.online("ghost")

    await auntil(gone, 5)
    await ann.until(wire.Presence, gone=["ghost"])
