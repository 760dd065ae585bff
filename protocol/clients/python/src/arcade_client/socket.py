"""A WebSocket that comes back: judges close codes, waits with full jitter, asks for a ticket each time."""

import asyncio
import contextlib
import random
import re
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, ClassVar, Generic, Protocol, Self, TypeVar

import websockets
from websockets.asyncio.client import ClientConnection

from arcade_client.codec import decode, encode
from arcade_client.happenings import Found
from arcade_client.http import HttpError
from arcade_client.kinds import CLOSES, LATER, LEAVE, RESUME, SIGN_IN, Message

if TYPE_CHECKING:
    from arcade_client.client import Arcade

AT_ONCE = 0.05
FIRST = 0.1
CAP = 2.0
TICK = 0.25
OPEN, OPEN_SOON = 10.0, 2.0
"""Seconds for a handshake at the only address, and at one of several."""
BACKLOG = 1024
DENIED = {400: 4011, 401: 4003, 403: 4010, 404: 4007, 429: 4009, 503: 4009}
"""The close code that a handshake denied with this HTTP status stands for."""

H = TypeVar("H")
_jitter = random.SystemRandom()


class Closed(Exception):
    """The connection is closed for good. `code`: the close code, None where HTTP said so."""

    def __init__(self, code: int | None, text: str) -> None:
        self.code = code
        super().__init__(text if code is None else f"{text} ({code})")


class Session(Protocol[H]):
    """What a connection needs of a session without I/O."""

    def opened(self, now: float) -> None: ...
    def closed(self) -> None: ...
    def outgoing(self, now: float) -> list[Message]: ...
    def silent(self, now: float) -> bool: ...
    def receive(self, message: Message, now: float) -> list[H]: ...


def backoff(attempt: int, action: str) -> float:
    """Seconds before attempt 0, 1, 2… after a close with this action."""
    most = min(CAP, FIRST * 2**attempt) if attempt else AT_ONCE
    return (1 if action == LATER else 0) + _jitter.uniform(0, most)


class Socket(Generic[H]):
    """A session and its sockets, one after another. Iterate to get what happens; leave with `close`.

    Happenings nobody fetches are kept up to `BACKLOG`, then the oldest are dropped.
    """

    gives_way: ClassVar[float] = 0.0
    """Seconds at most, after a lost connection, in which sockets of running matches may go first."""

    def __init__(self, arcade: "Arcade", session: Session[H], address: Found | None) -> None:
        self.arcade = arcade
        self.state = "connecting"
        self.ended: Closed | None = None
        self._core = session
        self._address = address
        self._socket: ClientConnection | None = None
        self._attempt = 0
        self._turn = arcade.http.turn
        self.path = ""
        self.stale = False
        self._plain = False
        self._wake = asyncio.Event()
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._happenings: asyncio.Queue[H | None] = asyncio.Queue(BACKLOG)
        self._task = asyncio.create_task(self._run())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()

    async def __aiter__(self) -> AsyncIterator[H]:
        while True:
            happening = await self._happenings.get()
            if happening is None:
                self._put(None)
                return
            yield happening

    async def close(self) -> None:
        """Leave for good."""
        self._end(Closed(1000, "closed here"))
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def where(self) -> Found:
        """A fresh ticket; raises HttpError."""
        raise NotImplementedError

    def took(self, happening: H) -> None:
        """Called with each happening before anyone else gets it."""
        raise NotImplementedError

    def opening(self) -> None:
        """Called when a socket is open, before anything is said."""

    def lost(self) -> None:
        """Called when a socket is gone."""

    def greeted(self) -> None:
        """The server has answered the hello."""
        self._attempt = 0
        self.stale = False
        self.state = "connected"

    def ready(self) -> None:
        if not self._ready.done():
            self._ready.set_result(None)

    async def until_ready(self) -> Self:
        try:
            await asyncio.shield(self._ready)
        except BaseException:
            await self.close()
            raise
        return self

    def pump(self) -> None:
        """Have sent what waits to be sent."""
        self._wake.set()

    async def _run(self) -> None:
        try:
            while self.ended is None:
                await asyncio.sleep(await self._connect())
        except asyncio.CancelledError:
            raise
        except Exception as error:
            self._end(Closed(None, f"the client failed: {error!r}"))
            raise

    async def _connect(self) -> float:
        """One socket from its opening to its end; returns how long to wait before the next."""
        address, self._address = self._address, None
        try:
            address = address or await self.where()
        except HttpError as error:
            if not error.passing:
                self._end(Closed(None, str(error)))
            return self._again(LATER if error.status == 429 else RESUME, error.retry_after or 0)
        self.path = address.path
        path = re.sub(r"^/n/[^/]+", "", address.path) if self._plain else address.path
        code: int | None = 4000
        wait = 0.0
        try:
            async with websockets.connect(
                self.arcade.socket_url(path, address.ticket, self._turn),
                subprotocols=[websockets.Subprotocol(self.arcade.subprotocol)],
                compression=None,
                open_timeout=OPEN if len(self.arcade.http.bases) == 1 else OPEN_SOON,
                close_timeout=2,
                ping_interval=None,
                max_size=2**22,
            ) as socket:
                code = await self._talk(socket)
        except websockets.InvalidStatus as denied:
            response = denied.response
            code = DENIED.get(response.status_code, 4000)
            retry_after = response.headers.get("Retry-After", "")
            wait = float(retry_after) if retry_after.isdecimal() else 0.0
        except ConnectionRefusedError:
            self._address = address  # nobody has seen this ticket; it is good for the next address
            self._plain = not self._plain
        except (OSError, TimeoutError, websockets.InvalidHandshake):
            self._plain = not self._plain
        finally:
            self._socket = None
            self._core.closed()
            self.lost()
        action = CLOSES.get(code or 0, RESUME)
        self.stale = self.stale or action == SIGN_IN
        if action == LEAVE or (action == SIGN_IN and self._attempt > 2):
            self._end(Closed(code, action))
        return self._again(action, wait)

    def _again(self, action: str, wait: float) -> float:
        yielded = _jitter.uniform(self.gives_way / 3, self.gives_way) if self.state == "connected" else 0.0
        if self.ended is None:
            self.state = "reconnecting"
        self._attempt += 1
        self._turn += 1
        if self._attempt % len(self.arcade.http.bases):
            return backoff(self._attempt - 1, RESUME) + yielded  # another address may have room now
        return backoff(self._attempt - 1, action) + wait + yielded

    async def _talk(self, socket: ClientConnection) -> int | None:
        self._socket = socket
        self.opening()
        self._core.opened(_now())
        self._wake.set()
        writer = asyncio.create_task(self._write(socket))
        try:
            async for frame in socket:
                message = decode(frame)
                if message is not None:
                    for happening in self._core.receive(message, _now()):
                        self.took(happening)
                        self._put(happening)
                self._wake.set()
        except websockets.ConnectionClosed:
            pass
        except ValueError:
            await socket.close(1000)
            return 4000
        finally:
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError, websockets.ConnectionClosed):
                await writer
        return socket.close_code

    async def _write(self, socket: ClientConnection) -> None:
        while True:
            self._wake.clear()
            now = _now()
            if self._core.silent(now):
                socket.transport.abort()
                return
            for message in self._core.outgoing(now):
                await socket.send(encode(message, self.arcade.subprotocol))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK):  # wait_for of Python 3.11 can swallow a cancellation
                    await self._wake.wait()

    def _put(self, happening: H | None) -> None:
        if self._happenings.full():
            self._happenings.get_nowait()
        self._happenings.put_nowait(happening)

    def _end(self, closed: Closed) -> None:
        if self.ended is not None:
            return
        self.ended = closed
        self.state = "closed"
        self._put(None)
        if not self._ready.done():
            self._ready.set_exception(closed)
            self._ready.exception()
        self.left(closed)

    def left(self, closed: Closed) -> None:
        """Called once at the end."""


def _now() -> float:
    return asyncio.get_running_loop().time()
