"""A uvicorn in a thread of the test's own process, with one application for each path.

with Served(OURS, ws_max_size=4096) as served:
    served.apps["/echo"] = echo
    served.port, served.loop
"""

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Self

import uvicorn
import uvloop

from arcade.server.upgrade import Upgrade
from tests.support.waiting import until

App = Callable[[dict[str, Any], Any, Any], Awaitable[None]]
OURS: Any = Upgrade
STOCK: Any = "websockets-sansio"


async def echo(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """By plain ASGI, whatever the server."""
    assert (await receive())["type"] == "websocket.connect"
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        await send({**event, "type": "websocket.send"})


async def direct_echo(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """By our own extension."""
    await receive()
    await send({"type": "websocket.accept"})
    line, over = scope["extensions"]["arcade.direct"], asyncio.Event()
    line.take(line.send, lambda code, reason: over.set(), lambda: None)
    await over.wait()


class Served:
    """A running server. `errors` are what its loop's exception handler was told."""

    def __init__(self, ws: Any, tls: ssl.SSLContext | None = None, **options: Any) -> None:
        self.apps: dict[str, App] = {"/": echo, "/direct": direct_echo}
        self.errors: list[dict[str, Any]] = []
        self.loop = uvloop.new_event_loop()
        config = uvicorn.Config(
            self._app, host="127.0.0.1", port=0, ws=ws, http="httptools", lifespan="off",
            log_config=None, interface="asgi3", proxy_headers=False,
            ws_per_message_deflate=False, timeout_graceful_shutdown=5,
            **({"ws_max_size": 65536, "ws_ping_interval": None} | options),
        )  # fmt: skip
        config.load()
        config.ssl = tls
        self.server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._serve, daemon=True)

    async def _app(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        await self.apps[scope["path"]](scope, receive, send)

    def _serve(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.set_exception_handler(lambda loop, context: self.errors.append(context))
        self.loop.run_until_complete(self.server.serve())
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()

    @property
    def port(self) -> int:
        return int(self.server.servers[0].sockets[0].getsockname()[1])

    @property
    def connections(self) -> int:
        return len(self.server.server_state.connections)

    def call(self, work: Callable[[], Any], seconds: float = 10) -> Any:
        """The outcome of a call on the server's loop."""
        outcome: Future[Any] = Future()

        def run() -> None:
            try:
                outcome.set_result(work())
            except BaseException as error:
                outcome.set_exception(error)

        self.loop.call_soon_threadsafe(run)
        return outcome.result(seconds)

    def stop(self) -> None:
        self.server.should_exit = True

    def __enter__(self) -> Self:
        self._thread.start()
        until(lambda: self.server.started)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._thread.join(15)
        assert not self._thread.is_alive()
        if kind is None:
            assert self.errors == []


class Noted:
    """Accepts, and notes what comes until the end."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        while not self.events or self.events[-1]["type"] != "websocket.disconnect":
            self.events.append(await receive())
