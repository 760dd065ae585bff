"""The ASGI application: the same under uvicorn, daphne, hypercorn and runserver."""

import os
from collections.abc import Awaitable, Callable
from typing import Any

from django.core.asgi import get_asgi_application
from django.urls import re_path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arcade.settings")
django_application = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402  (needs the apps to be loaded)
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

from arcade import services  # noqa: E402
from arcade.infra.log import get_logger  # noqa: E402
from arcade.security import origin  # noqa: E402
from arcade.security.refuse import refuse  # noqa: E402
from lobby.routing import websocket_urlpatterns as lobby_urls  # noqa: E402
from matches.routing import websocket_urlpatterns as match_urls  # noqa: E402
from protocol.codec import CODECS  # noqa: E402
from protocol.errors import ProtocolError  # noqa: E402

log = get_logger(__name__)
NO_SOCKET = "Sockets are at /ws/lobby/ and /ws/match/<id>/, with the slash at the end."
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


async def not_found(scope: Scope, receive: Receive, send: Send) -> None:
    """A socket nobody serves here: says where there are some."""
    if (await receive())["type"] != "websocket.connect":
        return
    subprotocol = next((s for s in scope.get("subprotocols", []) if s in CODECS), None)
    error = ProtocolError("path-unknown", NO_SOCKET, close=4007)
    if not origin.allowed(scope):
        error = ProtocolError("origin", close=4010)
    await refuse(scope, send, error, subprotocol)


class Strip:
    """Drops the `/n/<node>` that leads to one node, so that every address works below it."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        if path.startswith("/n/"):
            rest = path[3:].partition("/")[2]
            scope = {**scope, "path": f"/{rest}", "raw_path": f"/{rest}".encode()}
        await self.app(scope, receive, send)


_router = Strip(
    ProtocolTypeRouter(
        {
            "http": django_application,
            "websocket": AuthMiddlewareStack(
                URLRouter(
                    [
                        *lobby_urls,
                        *match_urls,
                        re_path("", not_found),  # type: ignore[arg-type]
                    ]
                )
            ),
        }
    )
)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Starts the node's services before the first scope is served, also where there is no lifespan."""
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
        return
    await services.start()
    await _router(scope, receive, send)


async def lifespan(receive: Receive, send: Send) -> None:
    """Start and stop with the server, where it says when."""
    while True:
        event = await receive()
        if event["type"] == "lifespan.startup":
            try:
                await services.start()
            except Exception as error:
                log.exception("services.start_failed")
                await send({"type": "lifespan.startup.failed", "message": repr(error)})
                return
            await send({"type": "lifespan.startup.complete"})
        elif event["type"] == "lifespan.shutdown":
            try:
                await services.stop()
            finally:
                await send({"type": "lifespan.shutdown.complete"})
            return
