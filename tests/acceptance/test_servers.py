"""The same application under other servers, behind a proxy with TLS, and with nothing said for a while."""

import asyncio
import ssl
from typing import Any

import msgpack
import pytest
import websockets

from tests.support.servers import Server

MSGPACK: Any = "arcade.v1.msgpack"
IDLE_SECONDS = 30.0


async def play(one: Any, two: Any) -> dict[str, Any]:
    """A whole match of two in one lobby; returns its result."""
    for player in (one, two):
        await player.lobby.enqueue("connect-four", "standard")
    await asyncio.gather(one.sit(), two.sit())
    first, second = sorted((one, two), key=lambda player: player.match.seat)
    for column in (0, 1, 0, 1, 0, 1):
        await (first, second)[column].move(column=column)
    await first.move(column=0)
    await second.over()
    result: dict[str, Any] = await first.over()
    return result


@pytest.mark.parametrize("kind", ["hypercorn", "runserver", "serve"])
async def test_a_match_under(kind: Any, server: Any, join: Any) -> None:
    running: Server = server(kind)
    one, two = [await join(running.http, name) for name in ("Ada", "Bob")]
    assert (await play(one, two))["places"] == [1, 2]


@pytest.mark.caddy
async def test_a_match_over_wss_through_caddy(caddy: Any, join: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(caddy.folder / "cert.pem"))
    assert caddy.wss.startswith("wss://")
    one, two = [await join(caddy.https, name) for name in ("Ada", "Bob")]
    assert (await play(one, two))["places"] == [1, 2]
    ticket = await one.arcade.ticket("lobby")
    straight = f"{caddy.wss}/n/n2-b{ticket.path}?ticket={ticket.ticket}"
    tls = ssl.create_default_context(cafile=str(caddy.folder / "cert.pem"))
    async with websockets.connect(straight, subprotocols=[MSGPACK], ssl=tls) as socket:
        await socket.send(msgpack.packb([64, 1]))
        assert msgpack.unpackb(await socket.recv())[0] == 96


async def test_who_says_nothing_for_half_a_minute_is_still_there(server: Any, join: Any) -> None:
    sockets = []
    for kind in ("node", "uvicorn", "daphne"):
        running: Server = server(kind)
        player = await join(running.http, "Ada")
        await player.lobby.play_bot("connect-four", "standard")
        found = await player.lobby.match_found(20)
        lobby = await player.arcade.ticket("lobby")
        for path, ticket, hello in (
            (found.path, found.ticket, [1, 1, 5]),
            (lobby.path, lobby.ticket, [64, 1]),
        ):
            socket = await websockets.connect(
                f"{running.ws}{path}?ticket={ticket}",
                subprotocols=[MSGPACK],
                compression=None,
                ping_interval=None,
            )
            await socket.send(msgpack.packb(hello))
            sockets.append(socket)
    await asyncio.sleep(IDLE_SECONDS)
    for socket in sockets:
        await socket.send(msgpack.packb([9, 12345]))
        async with asyncio.timeout(5):
            while msgpack.unpackb(await socket.recv())[:2] != [37, 12345]:
                pass
        await socket.close()
