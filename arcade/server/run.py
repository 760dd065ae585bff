"""One node: `python -m arcade.server.run --host 127.0.0.1 --port 8000`. Ends when its supervisor is gone."""

import argparse
import asyncio
import gc
import os
import signal
import socket
import threading

import uvicorn

from arcade import COMPILED
from arcade.checks import require_secret_key
from arcade.infra.log import get_logger
from arcade.infra.metrics import Pauses, metrics

log = get_logger(__name__)

PARENT = "ARCADE_PARENT_FD"
"""Names the read end of a pipe whose other end the supervisor holds; its end is the supervisor's."""

GRACE = 5
"""Seconds that open requests get when the node stops."""


def config(host: str, port: int) -> uvicorn.Config:
    """How production runs the application."""
    from django.conf import settings

    from arcade.server.upgrade import Upgrade

    return uvicorn.Config(
        "arcade.asgi:application",
        host=host,
        port=port,
        loop="uvloop",
        http="httptools",
        ws=Upgrade if settings.ARCADE_WEBSOCKETS == "picows" else "websockets-sansio",
        ws_max_size=64 * 1024,  # the application closes a frame over its own cap with a reason
        ws_ping_interval=20,
        ws_ping_timeout=20,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=GRACE,
        lifespan="on",
        access_log=False,  # addresses of sockets carry tickets
        log_config=None,
        server_header=False,
        proxy_headers=False,  # whom to trust is judged in one place, arcade.security.addresses
    )


class Server(uvicorn.Server):
    """Hands the matches over before it closes the sockets."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        from arcade import services

        try:
            async with asyncio.timeout(GRACE):
                await services.drain()
        except Exception:
            log.exception("drain.failed")
        await super().shutdown(sockets)


def follow_parent() -> None:
    """Stop as by SIGTERM when the supervisor dies, and for good when that takes too long."""
    fd = os.environ.pop(PARENT, "")
    if not fd:
        return
    ended = threading.Event()

    def wait() -> None:
        os.read(int(fd), 1)
        os.kill(os.getpid(), signal.SIGTERM)
        ended.wait(GRACE + 5)
        os._exit(1)

    threading.Thread(target=wait, name="parent", daemon=True).start()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arcade.settings")
    follow_parent()
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(options.host, options.host)  # noqa: S104
    os.environ.setdefault("ARCADE_NODE_BIND", f"{host}:{options.port}")
    require_secret_key()
    settings = config(options.host, options.port)
    settings.load()
    if os.environ.get("ARCADE_TEST_FAULT"):
        from arcade.chaos import faults

        faults.install()
    log.info("server.starting", compiled=COMPILED)
    gc.callbacks.append(Pauses(metrics.collector_seconds))
    gc.collect()
    gc.freeze()  # what is loaded stays: no collection looks at it again
    gc.set_threshold(50_000, 20, 100)
    Server(settings).run()


if __name__ == "__main__":
    main()
