"""The peers that are measured beside us, each a process, with a store if need be, on the server's core.

They are in `tests/bench/peers`: `colyseus` (Node.js), `channels` (stock Channels over Redis), `picows` (a
bare server that writes bytes: the floor).
"""

import asyncio
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import redis
from django.conf import settings

from arcade.bench import machine
from arcade.bench.server import Serving
from arcade.chaos.processes import reap
from arcade.chaos.store import Store
from arcade.infra.ports import free_port

FOLDER = Path(settings.BASE_DIR) / "tests" / "bench" / "peers"
NAMES = ("colyseus", "channels", "picows")
READY_SECONDS = 30.0
END_SECONDS = 10.0


def missing(peer: str) -> str:
    """Why this peer cannot be started, and what to do; empty where it can."""
    if peer != "colyseus":
        return ""
    if shutil.which("node") is None:
        return "The peer colyseus needs Node.js 20 or newer (Debian: apt-get install nodejs npm)."
    if not (FOLDER / "colyseus" / "node_modules" / "@colyseus" / "core").is_dir():
        return "Colyseus is not installed: run `npm ci --ignore-scripts --prefix tests/bench/peers/colyseus`."
    return ""


def command(peer: str, port: int, rate: int, size: int) -> list[str]:
    """`rate`, `size`: frames a second and their bytes, for the bare server."""
    match peer:
        case "colyseus":
            return ["node", str(FOLDER / "colyseus" / "server.mjs"), str(port)]
        case "channels":
            return [sys.executable, str(FOLDER / "stock_channels.py"), str(port)]
        case "picows":
            return [sys.executable, str(FOLDER / "bare.py"), str(port), str(rate), str(size)]
    raise ValueError(peer)


@asynccontextmanager
async def serving(
    peer: str, folder: Path, core: int, env: Mapping[str, str], *, rate: int = 20, size: int = 100
) -> AsyncIterator[Serving]:
    """The peer, ready; ended at the end. RuntimeError with its log where it does not start."""
    if lacking := missing(peer):
        raise RuntimeError(lacking)
    port, path = free_port(), folder / f"{peer}-{secrets.token_hex(3)}.log"
    own = {**os.environ, "NODE_ENV": "production"}
    async with AsyncExitStack() as stack:
        pids = {}
        if peer == "channels":
            store = Store(folder / secrets.token_hex(4), appendfsync="no")
            stack.push_async_callback(store.stop)
            await store.start()
            await asyncio.to_thread(_keep_nothing, store.url)
            own["REDIS_URL"], pids["store"] = store.url, store.pid
        log = stack.enter_context(path.open("ab"))
        process = subprocess.Popen(  # noqa: ASYNC220
            command(peer, port, rate, size), env=own, cwd=FOLDER, stdin=subprocess.DEVNULL, stdout=log,
            stderr=log, start_new_session=True,
        )  # fmt: skip
        stack.push_async_callback(_end, process)
        await _until_open(port, process, path)
        pids = {"node": process.pid, **pids}
        for pid in pids.values():
            machine.pin(pid, core)
        yield Serving([port], pids, env)


def _keep_nothing(url: str) -> None:
    """A channel layer's store writes nothing to disk."""
    with redis.Redis.from_url(url) as client:
        client.config_set("appendonly", "no")


async def _until_open(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + READY_SECONDS
    while loop.time() < deadline and process.poll() is None:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise RuntimeError(f"the peer did not start: {log.read_text()[-2000:]}")  # noqa: ASYNC240


async def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    await reap(process, END_SECONDS)
