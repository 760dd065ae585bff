"""What strangers and mishaps send to a real server: each gets its own answer, and nobody else notices."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import Any
from urllib.parse import urlencode

import msgpack
import pytest
import websockets
from arcade_client.http import HttpError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.sync.client import ClientConnection, connect

from tests.acceptance.conftest import World
from tests.support.frames import Frames
from tests.support.servers import Server
from tests.support.waiting import auntil

MSGPACK: Any = "arcade.v1.msgpack"
JSON: Any = "arcade.v1.json"
PONG, ERROR = 37, 36


async def ticket(player: Any, purpose: str, match: str | None = None) -> str:
    return str((await player.arcade.ticket(purpose, match)).ticket)


def url(server: Server, path: str, ticket: str = "") -> str:
    return f"{server.ws}{path}" + (f"?{urlencode({'ticket': ticket})}" if ticket else "")


async def outcome(address: str, **options: Any) -> tuple[int, str]:
    """(HTTP status or close code, error code) of a handshake that must not succeed."""
    options = {"subprotocols": [MSGPACK], "compression": None} | options
    try:
        async with websockets.connect(address, **options) as socket:
            error = msgpack.unpackb(await socket.recv())
            await socket.wait_closed()
            return socket.close_code or 0, error[2]
    except websockets.InvalidStatus as denied:
        body = denied.response.body or b"{}"
        return denied.response.status_code, json.loads(body).get("code", "") if body[:1] == b"{" else ""


async def test_refused_handshakes(world: World, join: Any) -> None:
    player = await join(world.url, "Ada")
    await player.lobby.play_bot("connect-four", "standard")
    await player.sit()
    server, match = world.servers[0], player.match.id
    lobby, path = "/ws/lobby/", f"/ws/match/{match}/"

    assert await outcome(url(server, lobby)) in [(401, "ticket-missing"), (4003, "ticket-missing")]
    assert await outcome(url(server, lobby, "x" * 32)) in [(401, "ticket-unknown"), (4003, "ticket-unknown")]
    used = await ticket(player, "lobby")
    async with websockets.connect(url(server, lobby, used), subprotocols=[MSGPACK]):
        pass
    assert await outcome(url(server, lobby, used)) in [(401, "ticket-unknown"), (4003, "ticket-unknown")]
    for_lobby = await ticket(player, "lobby")
    assert (await outcome(url(server, path, for_lobby)))[1] == "ticket-purpose"
    foreign = await outcome(
        url(server, path, await ticket(player, "match", match)), origin="https://evil.test"
    )
    assert foreign[0] in (403, 4010)
    stranger = await join(world.url, "Eve")
    watching = await ticket(stranger, "watch", match)
    other = f"/ws/match/{'a' * 16}/"
    assert await outcome(url(server, other, watching)) in [(404, "match-unknown"), (4007, "match-unknown")]
    assert player.match.view["phase"] == "running"


async def test_bad_frames_on_a_match_socket(world: World, join: Any) -> None:
    player = await join(world.url, "Ada")
    await player.lobby.play_bot("connect-four", "standard")
    found = await player.lobby.match_found(20)
    address = url(world.servers[0], found.path, found.ticket)
    async with websockets.connect(address, subprotocols=[MSGPACK], compression=None) as socket:
        frames = Frames()

        async def until(kind: int, like: Callable[[list[Any]], bool] = lambda _: True) -> list[Any]:
            async with asyncio.timeout(10):
                while (message := frames.read(msgpack.unpackb(await socket.recv())))[0] != kind or not like(
                    message
                ):
                    pass
            return message

        async def answer(data: bytes | str, kind: int) -> list[Any]:
            await socket.send(data)
            return await until(kind)

        pack = msgpack.packb
        assert (await answer(pack([2, 1, {"column": 3}]), 36))[2] == "hello-first"
        await answer(pack([1, 1, 77]), 33)
        assert (await answer(pack([99]), 36))[2] == "unknown-kind"
        assert (await answer(pack([64, 1]), 36))[2] == "unknown-kind"
        assert (await answer(pack([2, "one", {}]), 36))[2] == "malformed"
        assert (await answer(b"\xc1\xc1", 36))[2] == "malformed"
        assert (await answer("[2,1,{}]", 36))[2] == "wrong-encoding"
        assert (await answer(b"\x93\x02\x01" + b"\x91" * 300 + b"\x01", 36))[2] == "too-deep"
        assert (await answer(pack([2, 7, {"column": 3}]), 36))[2] == "out-of-order"
        assert (await answer(pack([2, 1, {"column": 99}]), 35))[2] == "illegal-move"
        await socket.send(pack([2, 2, {"column": 3}]))
        assert (await until(34, lambda frame: frame[5][found.seat] == 2))[6] is not None
        await socket.send(b"\xc4" * 20_000)
        with pytest.raises(websockets.ConnectionClosed) as closed:
            async with asyncio.timeout(10):
                while True:
                    await socket.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4012
    async with await player.arcade.match(found.match) as again:
        assert again.view["phase"] == "running"


async def test_a_flood_is_told_to_wait_and_then_cut(world: World, join: Any) -> None:
    player = await join(world.url, "Ada")
    await player.lobby.play_bot("connect-four", "standard")
    found = await player.lobby.match_found(20)
    address = url(world.servers[0], found.path, found.ticket)
    answered: list[list[Any]] = []
    async with websockets.connect(address, subprotocols=[MSGPACK], compression=None) as socket:

        async def listen() -> None:
            while True:
                answered.append(msgpack.unpackb(await socket.recv()))

        async def flood() -> None:
            with suppress(websockets.ConnectionClosed):
                await socket.send(msgpack.packb([1, 1, 77]))
                for n in range(500):
                    await socket.send(msgpack.packb([9, n]))

        with pytest.raises(websockets.ConnectionClosed) as closed:
            async with asyncio.timeout(10):
                flooding = asyncio.create_task(flood())
                await listen()
        await flooding
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4004
    told = [message for message in answered if message[0] in (PONG, ERROR)]
    breaches = [(message[0], message[2], message[4] > 0) for message in told if message[0] == ERROR]
    assert breaches[-20:] == [(ERROR, "too-many", True)] * 20
    assert [message[0] for message in told[-21:]] == [PONG] + [ERROR] * 20, (
        "nothing is answered after the twentieth in a row"
    )


async def test_sign_in_is_limited_with_a_real_429(world: World) -> None:
    server = world.servers[-1]

    def sign_in() -> tuple[int, str | None]:
        import urllib.error
        import urllib.request

        request = urllib.request.Request(
            f"{server.http}/api/guest", b'{"name": "x"}', {"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as reply:
                return reply.status, None
        except urllib.error.HTTPError as error:
            return error.code, error.headers["Retry-After"]

    for _ in range(2 * 120 // 8 + 1):  # more than two minutes take: one of them may end meanwhile
        answers = await asyncio.gather(*(asyncio.to_thread(sign_in) for _ in range(8)))
        status, wait = max(answers, key=lambda answer: answer[0])
        if status != 200:
            break
    assert status == 429
    assert wait is not None
    assert int(wait) >= 1


# --- fuzz -------------------------------------------------------------------------------------------------

VALID: list[Any] = [
    [1, 1, 5],
    [1, 1, 5, 0, 0, "token"],
    [2, 1, {"column": 3}],
    [3, 1],
    [4, 1, "offer"],
    [5, 1],
    [6, 1, True],
    [7, 3],
    [8, 1, 0, 0],
    [9, 1],
    [64, 1],
    [65, 1, "arena", "ffa"],
    [68, 1, "arena", "ffa", 4],
    [72, 1, 1],
]
integers = st.integers(-(2**63), 2**64 - 1)
texts = st.text(max_size=9) | st.binary(max_size=9)
scalars = st.none() | st.booleans() | integers | st.floats() | texts
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(scalars, inner, max_size=4),
    max_leaves=8,
)


def mutate(data: bytes, edits: list[tuple[int, int, int]]) -> bytes:
    frame = bytearray(data)
    for what, where, byte in edits:
        at = where % (len(frame) + 1)
        if what == 0:
            frame[at:at] = bytes([byte])
        elif what == 1:
            del frame[at : at + 1]
        elif frame:
            frame[at % len(frame)] = byte
    return bytes(frame)


edit = st.tuples(st.integers(0, 2), st.integers(0, 99), st.integers(0, 255))
edits = st.lists(edit, min_size=1, max_size=4)
frames = st.one_of(
    st.binary(max_size=64),
    st.text(max_size=32),
    st.lists(values, max_size=6).map(msgpack.packb),
    st.builds(mutate, st.sampled_from(VALID).map(msgpack.packb), edits),
    st.sampled_from(VALID).map(msgpack.packb),
    st.tuples(st.sampled_from(range(1, 110)), values).map(msgpack.packb),
)
FRAMES, BATCH = 10_000, 50


@pytest.fixture
def fuzzed(server: Any) -> Server:
    open_wide = {"ARCADE_HANDSHAKES_PER_MINUTE": "100000", "ARCADE_HANDSHAKES_PER_PLAYER": "100000"}
    open_wide["ARCADE_TICKETS_PER_MINUTE"] = "100000"
    started: Server = server("node", **open_wide)
    return started


class Line:
    """A socket that is opened again whenever the server has had enough."""

    def __init__(self, server: Server, admission: Callable[[], Any]) -> None:
        self._server, self._admission = server, admission
        self._socket: ClientConnection | None = None
        self._stack = ExitStack()
        self.sent = 0

    def send(self, frame: bytes | str) -> None:
        for _ in range(3):
            try:
                if self._socket is None:
                    given = self._admission()
                    address = url(self._server, given.path, given.ticket)
                    self._stack.close()
                    socket = connect(address, subprotocols=[MSGPACK], compression=None, max_queue=None)
                    self._socket = self._stack.enter_context(socket)
                    self._socket.send(msgpack.packb([64, 1] if "lobby" in given.path else [1, 1, 99]))
                self._socket.send(frame)
                self.sent += 1
                return
            except websockets.ConnectionClosed:
                self._socket = None
        raise AssertionError("the server takes no frame any more")

    def close(self) -> None:
        self._stack.close()


@pytest.mark.timeout(300)
async def test_ten_thousand_frames_harm_nobody(fuzzed: Server, join: Any) -> None:
    """A match goes on while somebody fuzzes its spectators' socket, a seat of his own, and the lobby."""
    one, two = [await join(fuzzed.http, name) for name in ("Ada", "Bob")]
    for player in (one, two):
        await player.lobby.enqueue("connect-four", "standard")
    await asyncio.gather(one.sit(), two.sit())
    players = sorted((one, two), key=lambda player: player.match.seat)
    eve, mal = [await join(fuzzed.http, name) for name in ("Eve", "Mal")]
    loop = asyncio.get_running_loop()

    async def seat() -> Any:
        """A match that Mal has ended by chance and that is forgotten is followed by a new one."""
        try:
            return await mal.arcade.ticket("match", mal.found.match)
        except (AttributeError, HttpError):
            await mal.lobby.play_bot("connect-four", "standard")
            mal.found = await mal.lobby.match_found(20)
            return mal.found

    def wait(work: Callable[[], Any]) -> Callable[[], Any]:
        return lambda: asyncio.run_coroutine_threadsafe(work(), loop).result(30)

    lines = [
        Line(fuzzed, wait(lambda: eve.arcade.ticket("watch", one.match.id))),
        Line(fuzzed, wait(lambda: eve.arcade.ticket("lobby"))),
        Line(fuzzed, wait(seat)),
    ]

    @settings(
        max_examples=FRAMES // BATCH,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    @given(st.lists(frames, min_size=BATCH, max_size=BATCH), st.integers(0, len(lines) - 1))
    def fuzz(batch: list[bytes | str], line: int) -> None:
        for frame in batch:
            lines[line].send(frame)

    fuzzing = asyncio.create_task(asyncio.to_thread(fuzz))
    moves: Iterator[int] = iter([0, 1] * 3 + [2, 3] * 3)
    for n, column in enumerate(moves):
        await players[n % 2].move(column=column)
        await asyncio.wait({fuzzing}, timeout=0.5)
    await fuzzing
    for line in lines:
        line.close()
    assert sum(line.sent for line in lines) >= FRAMES
    await players[0].move(column=0)
    assert (await players[1].over())["places"] == [1, 2]
    path = f"/api/matches/{players[0].match.id}/"
    assert await auntil(lambda: asyncio.to_thread(lambda: fuzzed.status(path) == 200))
    assert "Traceback" not in fuzzed.log
