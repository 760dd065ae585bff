"""The Python client's shell, against a server of a few lines that the test holds in its hands."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import pytest
from arcade_client import Arcade, Closed, Found, Refused, RequestError, ResultRecorded
from arcade_client.codec import decode, encode
from arcade_client.kinds import Message
from arcade_client.match import MatchConnection
from arcade_client.socket import backoff
from websockets.asyncio.server import ServerConnection, serve

FACTS: Message = {
    "game": "g",
    "mode": "m",
    "version": 1,
    "pace": {"kind": "turns"},
    "seats": [],
    "rated": False,
}
WELCOME: Message = {"kind": "Welcome", "ref": 1, "match": "m", "seat": 0, "session": 1, "number": 0, **FACTS}
VIEW = {"phase": "running", "turn": 0, "clocks": None, "game": {"n": 0}}
FOUND = Found("m", 0, "first", "/n/a/ws/match/m/")


def keyframe(seq: int, acks: int = 0) -> Message:
    rest = {"acks": [acks, 0], "view": VIEW, "events": [], "rewound": False}
    return {"kind": "Keyframe", "epoch": 1, "seq": seq, "time": 0, **rest}


def frame(seq: int, acks: int) -> Message:
    rest = {"acks": [acks, 0], "delta": [8, [1, [seq]]], "events": []}
    return {"kind": "Frame", "seq": seq, "passed": 0, "prev": 0, "epoch": 0, **rest}


class Peer:
    """The server's end of one socket."""

    def __init__(self, socket: ServerConnection) -> None:
        self.socket = socket
        self.path = socket.request.path if socket.request else ""

    async def say(self, *messages: Message) -> None:
        for message in messages:
            await self.socket.send(encode(message))

    async def hear(self, kind: str) -> Message:
        while True:
            message = decode(await self.socket.recv())
            if message is not None and message["kind"] == kind:
                return message


Script = Callable[[Peer], Awaitable[None]]


class Guest(Arcade):
    """Gets its tickets without HTTP."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.asked: list[str] = []

    async def ticket(self, purpose: str, match: str | None = None) -> Found:
        self.asked.append(purpose)
        return Found(match or "", -1, "fresh", f"/ws/{purpose}/")


@asynccontextmanager
async def server(*scripts: Script, status: HTTPStatus | None = None) -> AsyncIterator[Guest]:
    """One script per socket, in turn; with `status` every handshake is denied."""
    turns = iter(scripts)

    async def handle(socket: ServerConnection) -> None:
        await next(turns)(Peer(socket))

    def deny(socket: ServerConnection, request: Any) -> Any:
        return socket.respond(status, "no\n") if status is not None else None

    async with (
        asyncio.timeout(20),
        serve(handle, "127.0.0.1", 0, subprotocols=["arcade.v1.msgpack"], process_request=deny) as listening,  # type: ignore[list-item]
    ):
        port = listening.sockets[0].getsockname()[1]
        yield Guest(f"http://127.0.0.1:{port}")


async def test_a_ticket_that_nobody_has_seen_goes_to_the_next_address() -> None:
    async def script(peer: Peer) -> None:
        assert peer.path == "/ws/match/m/?ticket=first"
        await peer.hear("Hello")
        await peer.say({**WELCOME, "token": "t"}, keyframe(1))
        await peer.socket.wait_closed()

    async with server(script) as guest:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))  # and nobody listens there
            guest.http.bases.insert(0, f"http://127.0.0.1:{closed.getsockname()[1]}")
            async with await MatchConnection(guest, "m", FOUND).until_ready():
                assert guest.asked == []


async def test_moves_are_answered() -> None:
    async def script(peer: Peer) -> None:
        assert peer.path == "/n/a/ws/match/m/?ticket=first"
        await peer.hear("Hello")
        await peer.say({**WELCOME, "token": "t"}, keyframe(1))
        assert (await peer.hear("Move"))["move"] == {"column": 3}
        await peer.say(frame(2, 1))
        await peer.hear("Move")
        await peer.say({"kind": "Refused", "number": 2, "code": "illegal-move", "text": "no"})
        await peer.hear("Resign")
        await peer.say({"kind": "Recorded", "match": "m", "ratings": [None, [1, 2]]})
        await peer.socket.close(4008)

    async with server(script) as arcade, await arcade.match(FOUND) as match:
        await match.move({"column": 3})
        assert match.game == {"n": 2}
        with pytest.raises(Refused, match="illegal-move"):
            await match.move({"column": 9})
        with pytest.raises(Closed):
            await match.resign()
        told = [happening async for happening in match]
        assert ResultRecorded("m", [None, [1, 2]]) in told
        with pytest.raises(Closed):
            await match.resign()


async def test_a_drop_is_mended_with_the_resume_token() -> None:
    async def first(peer: Peer) -> None:
        await peer.hear("Hello")
        await peer.say({**WELCOME, "token": "t"}, keyframe(1))
        await peer.hear("Move")
        peer.socket.transport.abort()

    async def second(peer: Peer) -> None:
        assert peer.path == "/n/a/ws/match/m/"
        hello = await peer.hear("Hello")
        assert (hello["token"], hello["epoch"], hello["seq"]) == ("t", 1, 1)
        await peer.socket.close(4003)

    async def third(peer: Peer) -> None:
        assert peer.path == "/ws/match/?ticket=fresh"
        await peer.hear("Hello")
        await peer.say({**WELCOME, "token": "t"}, keyframe(1))
        assert (await peer.hear("Move"))["number"] == 1
        await peer.say(frame(2, 1))
        await peer.socket.wait_closed()

    async with server(first, second, third) as arcade, await arcade.match(FOUND) as match:
        await match.move({})
        assert match.game == {"n": 2}
        assert arcade.asked == ["match"]


async def test_a_denied_handshake_ends_it() -> None:
    async with server(status=HTTPStatus.NOT_FOUND) as arcade:
        with pytest.raises(Closed) as caught:
            await arcade.match(FOUND)
        assert caught.value.code == 4007


async def test_lobby_requests_are_answered_by_ref() -> None:
    async def script(peer: Peer) -> None:
        hello = await peer.hear("LobbyHello")
        player = {"id": "p", "name": "Ada", "guest": True}
        welcome = {"kind": "LobbyWelcome", "ref": hello["ref"], "player": player, "match": None, "games": []}
        await peer.say(welcome)
        bot = await peer.hear("PlayBot")
        found = {"kind": "MatchFound", "match": "m", "game": "g", "mode": "s", "seat": 1}
        await peer.say({**found, "ticket": "t", "path": "/p"})
        await peer.say({"kind": "Reply", "ref": bot["ref"], "data": {"match": "m"}})
        queue = await peer.hear("Enqueue")
        error = {
            "kind": "Error",
            "ref": queue["ref"],
            "code": "game-unknown",
            "text": "no",
            "retry_after": None,
            "number": None,
        }
        await peer.say(error)
        await peer.hear("Dequeue")

    async with server(script) as arcade, await arcade.lobby() as lobby:
        assert await lobby.play_bot("g", "s") == {"match": "m"}
        assert await lobby.match_found(5) == Found("m", 1, "t", "/p", "g", "s")
        with pytest.raises(RequestError, match="game-unknown"):
            await lobby.enqueue("no", "s")
        with pytest.raises(RequestError, match="disconnected"):
            await lobby.dequeue()


async def test_a_request_without_an_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arcade_client.lobby.PATIENCE", 0.05)

    async def script(peer: Peer) -> None:
        await peer.hear("LobbyHello")
        await peer.say({"kind": "LobbyWelcome", "ref": 1, "player": {}, "match": None, "games": []})
        await peer.socket.wait_closed()

    async with server(script) as arcade, await arcade.lobby() as lobby:
        with pytest.raises(RequestError, match=r"did not answer Enqueue in 0\.05 s") as caught:
            await lobby.enqueue("g", "m")
        assert (caught.value.code, caught.value.retry_after) == ("timeout", 1)


def test_the_wait_grows_is_spread_and_bounded() -> None:
    waits = [backoff(attempt, "resume now") for attempt in range(20) for _ in range(50)]
    assert all(0 <= wait <= 2 for wait in waits)
    assert max(waits[:50]) <= 0.05
    assert len(set(waits)) > 900
    assert min(backoff(0, "resume later") for _ in range(50)) >= 1


async def test_a_lost_lobby_gives_way_to_matches_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arcade_client.socket.backoff", lambda attempt, action: 0.0)

    async def welcomed(peer: Peer) -> None:
        await peer.hear("LobbyHello")
        await peer.say({"kind": "LobbyWelcome", "ref": 1, "player": {}, "match": None, "games": []})
        await peer.socket.wait_closed()

    async with server(welcomed) as arcade, await arcade.lobby() as lobby:
        assert lobby.state == "connected"
        waits = [lobby._again("resume now", 0.0), lobby._again("resume now", 0.0)]
        assert 0.3 <= waits[0] <= 0.9
        assert waits[1] == 0
        assert MatchConnection.gives_way == 0


@pytest.mark.parametrize("code", [1006, 1011, 4000, 4001, 4002, 4009, 4013])
async def test_a_lobby_whose_hello_is_not_served_comes_back_by_itself(
    code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("arcade_client.socket.backoff", lambda attempt, action: 0.01)

    async def turned_away(peer: Peer) -> None:
        hello = await peer.hear("LobbyHello")
        error = {"kind": "Error", "ref": hello["ref"], "code": "busy", "text": "no", "retry_after": 1.0}
        await peer.say(error)
        if code == 1006:
            peer.socket.transport.abort()
        else:
            await peer.socket.close(code)

    async def welcomed(peer: Peer) -> None:
        hello = await peer.hear("LobbyHello")
        player = {"id": "p", "name": "Ada", "guest": True}
        welcome = {"kind": "LobbyWelcome", "ref": hello["ref"], "player": player, "match": None, "games": []}
        await peer.say(welcome)
        await peer.socket.wait_closed()

    async with server(turned_away, turned_away, welcomed) as arcade, await arcade.lobby() as lobby:
        assert lobby.state == "connected"
        assert arcade.asked == ["lobby"] * 3
