"""The WebSocket protocol that uvicorn is given: the handshake, the application's task, and the way to both.

uvicorn makes one `Upgrade` for each request to upgrade and hands it the request's bytes. What comes before
the application has accepted is kept and read as frames after it; it is never read as HTTP.
"""

import asyncio
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import unquote

from uvicorn.config import Config
from uvicorn.protocols.utils import ClientDisconnected, get_local_addr, get_remote_addr, is_ssl
from uvicorn.server import ServerState

from arcade.infra.direct import EXTENSION
from arcade.infra.log import get_logger
from arcade.server import http
from arcade.server.connection import CLOSE_SECONDS
from arcade.server.frames import CUT
from arcade.server.websocket import WebSocket

log = get_logger(__name__)

MAX_EARLY = 16 * 1024
"""Bytes that a client may send before it is accepted, which it should not do at all."""


class Upgrade(asyncio.Protocol):
    """One request to upgrade, from its bytes to the end of the connection that became of it."""

    __slots__ = (
        "_accepted", "_asked", "_config", "_denial", "_early", "_gone", "_head", "_key", "_loop", "_server",
        "_settled", "_socket", "_state", "_timer", "_told", "_transport",
    )  # fmt: skip

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._config, self._server, self._state = config, server_state, app_state
        self._loop = _loop or asyncio.get_running_loop()
        self._transport: asyncio.Transport
        self._head = b""
        self._early = b""
        self._key: bytes | None = None
        """The client's; known while its handshake is neither accepted nor denied."""
        self._denial: tuple[int, list[tuple[bytes, bytes]], bytes] | None = None
        self._asked = self._accepted = self._gone = False
        self._told = False
        self._settled: asyncio.Event | None = None
        """Set when the handshake is accepted or denied, or the client has gone; made when waited for."""
        self._timer: asyncio.TimerHandle | None = None
        self._socket: WebSocket

    # --- the transport, until the handshake is accepted ----------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by inheritance
        self._server.connections.add(self)  # type: ignore[arg-type]

    def data_received(self, data: bytes) -> None:
        if self._asked:
            self._early += data
            if len(self._early) > MAX_EARLY:
                self._transport.abort()
            return
        self._head += data
        head, end, self._early = self._head.partition(b"\r\n\r\n")
        if end:
            self._asked, self._head = True, b""
            try:
                self._begin(http.parse(head))
            except http.Refused as error:
                self._answer(error.status, list(error.headers), str(error).encode())
        elif len(head) > http.MAX_HEAD:
            self._transport.abort()

    def eof_received(self) -> None:
        """The transport closes itself."""

    def connection_lost(self, error: Exception | None) -> None:
        self._gone = True
        self._key = None
        self._server.connections.discard(self)
        if self._timer is not None:
            self._timer.cancel()
        self._settle()

    def shutdown(self) -> None:
        """The process ends."""
        if self._accepted:
            self._socket.shut_down()
        elif self._key is not None or not self._asked:
            self._answer(503, [(b"retry-after", b"1")], b"The server restarts.")

    # --- the application ----------------------------------------------------------------------------

    def _begin(self, request: http.Request) -> None:
        self._key = request.key
        config = self._config
        self._socket = WebSocket(config.ws_max_size, config.ws_ping_interval, config.ws_ping_timeout)
        self._socket.gone = lambda: self.connection_lost(None)
        path, _, query = request.target.partition(b"?")
        scope = {
            "type": "websocket",
            "asgi": {"version": config.asgi_version, "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": "wss" if is_ssl(self._transport) else "ws",
            "server": get_local_addr(self._transport),
            "client": get_remote_addr(self._transport),
            "root_path": config.root_path,
            "path": config.root_path + unquote(path.decode("ascii")),
            "raw_path": config.root_path.encode("ascii") + path,
            "query_string": query,
            "headers": request.headers,
            "subprotocols": request.subprotocols,
            "state": self._state.copy(),
            "extensions": {"websocket.http.response": {}, EXTENSION: self._socket},
        }
        task = self._loop.create_task(self._run(scope))
        self._server.tasks.add(task)
        task.add_done_callback(self._server.tasks.discard)

    async def _run(self, scope: dict[str, Any]) -> None:
        """The application, and a proper end where it left none."""
        app: Callable[..., Any] = self._config.loaded_app
        code = 1000
        try:
            await app(scope, self._receive, self._send)
        except ClientDisconnected:
            pass
        except asyncio.CancelledError:
            code = 1012
            raise
        except Exception:
            log.exception("websocket.application_failed", path=scope["path"])
            code = 1011
        finally:
            if self._accepted:
                if code != 1000 or not self._socket.taken:
                    self._socket.close(code)
            elif self._key is not None:
                if code == 1000:
                    log.error("websocket.not_answered", path=scope["path"])
                self._answer(500, [], b"Internal Server Error")

    async def _receive(self) -> dict[str, Any]:
        if not self._told:
            self._told = True
            return {"type": "websocket.connect"}
        if not self._accepted and self._key is not None:
            self._settled = self._settled or asyncio.Event()
            await self._settled.wait()
        if not self._accepted:
            return {"type": "websocket.disconnect", "code": CUT, "reason": ""}
        return await self._socket.asgi_receive()

    async def _send(self, event: dict[str, Any]) -> None:
        if self._accepted:
            await self._socket.asgi_send(event)
        elif self._denial is not None:
            self._deny(*self._denial, event)
        elif self._gone or (self._key is not None and self._transport.is_closing()):
            raise ClientDisconnected
        elif self._key is None:
            raise RuntimeError(f"The handshake is denied; {event['type']} comes too late.")
        elif event["type"] == "websocket.accept":
            self._accept(self._key, event)
        elif event["type"] == "websocket.close":
            self._answer(403, [], b"")
        elif event["type"] == "websocket.http.response.start":
            self._denial = event["status"], list(event.get("headers", [])), b""
        else:
            raise RuntimeError(f"{event['type']} has no place before the handshake is accepted.")

    # --- the answer ---------------------------------------------------------------------------------

    def _accept(self, key: bytes, event: dict[str, Any]) -> None:
        headers = [*self._server.default_headers, *event.get("headers", [])]
        answer = http.switching(key, event.get("subprotocol"), headers)
        early, self._early, self._key = self._early, b"", None
        self._accepted = True
        self._socket.open(self._transport, answer, early)
        self._settle()

    def _deny(
        self, status: int, headers: list[tuple[bytes, bytes]], body: bytes, event: dict[str, Any]
    ) -> None:
        if event["type"] != "websocket.http.response.body":
            raise RuntimeError(f"{event['type']} has no place in a denial.")
        body += event.get("body", b"")
        self._denial = status, headers, body
        if not event.get("more_body", False):
            self._denial = None
            if self._gone:
                raise ClientDisconnected
            self._answer(status, headers, body)

    def _answer(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        """Deny, and end the connection."""
        answer = http.answer(status, [*self._server.default_headers, *headers], body)
        self._key = None
        self._asked = True
        if not self._gone and not self._transport.is_closing():
            self._transport.write(answer)
            self._transport.close()
            self._timer = self._loop.call_later(CLOSE_SECONDS, self._transport.abort)
        self._settle()

    def _settle(self) -> None:
        if self._settled is not None:
            self._settled.set()
