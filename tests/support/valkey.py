"""A real Valkey or Redis server of the test's own."""

import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from arcade.embedded import find_binary
from arcade.infra.ports import free_port


class Valkey:
    """A server in a folder of its own, on a unix socket (the default) or on a loopback port.

    `appendonly`: keep data on disk, so that `kill()` then `start()` finds it again.
    """

    def __init__(
        self,
        *,
        tcp: bool = False,
        appendonly: bool = False,
        binary: str | None = None,
        options: tuple[str, ...] = (),
    ) -> None:
        self.dir = Path(tempfile.mkdtemp(prefix="arcade-valkey-"))
        self.port = free_port() if tcp else 0
        self.binary = binary or find_binary()
        self.options = ("--appendonly", "yes", "--appendfsync", "always", *options) if appendonly else options
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0" if self.port else f"unix://{self.dir / 'v.sock'}?db=0"

    def start(self) -> Self:
        """Start and wait until it answers (10 s at most)."""
        where = ["--bind", "127.0.0.1"] if self.port else ["--unixsocket", str(self.dir / "v.sock")]
        with (self.dir / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    self.binary,
                    "--port",
                    str(self.port),
                    *where,
                    "--dir",
                    str(self.dir),
                    "--save",
                    "",
                    "--maxmemory-policy",
                    "noeviction",
                    *self.options,
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + 10
        while True:
            try:
                with redis.Redis.from_url(self.url, retry=Retry(NoBackoff(), 0)) as client:
                    client.ping()
                return self
            except redis.RedisError as error:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise RuntimeError((self.dir / "log").read_text()[-2000:]) from error
                time.sleep(0.01)

    def client(self) -> redis.Redis:
        """A client of the test's own; the caller closes it."""
        return redis.Redis.from_url(self.url)

    def kill(self) -> None:
        """`kill -9`."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Stop and remove the folder."""
        self._end(signal.SIGTERM)
        shutil.rmtree(self.dir, ignore_errors=True)

    def _end(self, number: signal.Signals) -> None:
        if self.process is None:
            return
        self.process.send_signal(signal.SIGCONT)
        self.process.send_signal(number)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        self.process = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
