"""The Valkey (or Redis) of a run: it keeps its data over its own deaths."""

import asyncio
import signal
import subprocess
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from arcade.chaos.processes import in_thread, tied
from arcade.embedded import find_binary
from arcade.infra.ports import free_port

START_SECONDS = 20.0


class Store:
    """A server over `folder`, on a loopback port that stays."""

    def __init__(self, folder: Path, *, appendfsync: str = "always", binary: str = "") -> None:
        self.folder = folder
        self.port = free_port()
        self.appendfsync = appendfsync
        self.binary = binary or find_binary()
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int:
        """Of the process, while it runs."""
        if self._process is None:
            raise RuntimeError("the store does not run")
        return self._process.pid

    async def start(self) -> None:
        """Start it; returns when it has read its data and answers. RuntimeError with its log otherwise."""
        options = f"--port {self.port} --bind 127.0.0.1 --appendonly yes --appendfsync {self.appendfsync}"
        more = "--maxmemory-policy noeviction --loglevel warning"
        command = [self.binary, *options.split(), *more.split(), "--dir", str(self.folder), "--save", ""]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: ASYNC220
                tied(command), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        for _ in range(int(START_SECONDS / 0.02)):
            if self._process.poll() is not None:
                break
            if await asyncio.to_thread(self._answers):
                return
            await asyncio.sleep(0.02)
        raise RuntimeError((self.folder / "log").read_text()[-2000:])

    def end(self, number: signal.Signals) -> None:
        """Signal it and wait until it is gone. Called on a thread, see `in_thread`."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(number)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)

    async def kill(self) -> None:
        """`kill -9`."""
        await in_thread(self.end, signal.SIGKILL)

    async def stop(self) -> None:
        await in_thread(self.end, signal.SIGTERM)

    def written(self) -> int:
        """Bytes of the append-only file as it is now."""
        return self._file().stat().st_size

    def forget_after(self, size: int) -> None:
        """Lose what was written after the file had so many bytes. Only while it is not running."""
        with self._file().open("r+b") as file:
            file.truncate(size)

    def _file(self) -> Path:
        return max(self.folder.glob("appendonlydir/*.incr.aof"), key=lambda p: p.stat().st_mtime)

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=2, retry=Retry(NoBackoff(), 0)) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False
