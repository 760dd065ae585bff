"""Real server processes for tests, each with a database, an address and a log of its own.

    with Server("daphne", redis_url=..., database_url=...) as server:
        server.http, server.ws      "http://127.0.0.1:4711", "ws://127.0.0.1:4711"
        server.get("/api/…")        an `httpx`-less GET: (status, headers, body)
        server.kill(), server.log

Kinds: uvicorn, daphne, hypercorn, runserver (foreign command lines), serve (one node of ours under its
supervisor), node (without).
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from arcade.infra.ports import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
APP = "arcade.asgi:application"
Kind = Literal["uvicorn", "daphne", "hypercorn", "runserver", "serve", "node"]
KINDS: tuple[Kind, ...] = ("uvicorn", "daphne", "hypercorn", "runserver", "serve")
TESTGAMES = "tests.testgames"


def command(kind: Kind, port: int) -> list[str]:
    """How a user would start the server of this kind on a loopback port."""
    python, p = sys.executable, str(port)
    match kind:
        case "uvicorn":
            options = "--loop uvloop --http httptools --ws websockets-sansio --ws-max-size 65536"
            quiet = "--no-access-log --timeout-graceful-shutdown 3 --log-level warning"
            return [python, "-m", "uvicorn", APP, "--port", p, *options.split(), *quiet.split()]
        case "daphne":
            return [python, "-m", "daphne", "-b", "127.0.0.1", "-p", p, "--websocket_timeout", "-1", APP]
        case "hypercorn":
            return [python, "-m", "hypercorn", "--bind", f"127.0.0.1:{p}", "--graceful-timeout", "3", APP]
        case "runserver":
            return [python, "manage.py", "runserver", "--noreload", f"127.0.0.1:{p}"]
        case "node":
            return [python, "-m", "arcade.server.run", "--port", p]
        case "serve":
            return [python, "manage.py", "serve", "--port", p]


def environment(redis_url: str, database_url: str, **more: str) -> dict[str, str]:
    """What a server process of a test gets: nothing of the tests' own settings but the two addresses."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("ARCADE_") or k == "ARCADE_COMPILED"}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "arcade.settings",
        "PYTHONWARNINGS": "error::RuntimeWarning",
        "PYTHONPATH": str(ROOT),
        "REDIS_URL": redis_url,
        "DATABASE_URL": database_url,
        "ARCADE_SECRET_KEY": "one key for all nodes of a test, long enough to be taken for a real one",
        "ARCADE_APPS": TESTGAMES,
        **more,
    }


def migrate(env: dict[str, str]) -> None:
    """Make the tables."""
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0"],
        cwd=ROOT, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def children(pid: int) -> list[int]:
    """The processes that this one has started and not yet reaped; of a supervisor, its nodes."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Server:
    """A running server; use as a context manager. `env` are more environment variables.

    `clean`: stopping it fails the test when its log has a traceback.
    """

    def __init__(
        self, kind: Kind, *, redis_url: str, database_url: str, node: str = "", clean: bool = True, **env: str
    ) -> None:
        self.kind: Kind = kind
        self.port = free_port()
        self.node = node or f"{kind}-{self.port}"
        self.clean = clean
        self.folder = Path(tempfile.mkdtemp(prefix="arcade-server-"))
        self.log_path = self.folder / "log"
        own = {"ARCADE_NODE": self.node, "ARCADE_NODE_URL": f"/n/{self.node}", "ARCADE_VAR": str(self.folder)}
        own["ARCADE_NODE_BIND"] = f"127.0.0.1:{self.port}"
        self.env = environment(redis_url, database_url, **(own | env))
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def start(self, seconds: float = 30) -> Self:
        """Start and wait until /readyz says 200."""
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                command(self.kind, self.port),
                cwd=ROOT, env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        self.wait_ready(seconds)
        return self

    def wait_ready(self, seconds: float = 30) -> None:
        """Wait until /readyz says 200; AssertionError with the log's end otherwise."""
        deadline = time.monotonic() + seconds
        while self.status("/readyz") != 200:
            ended = self.process is None or self.process.poll() is not None
            assert not ended, f"{self.kind} ended:\n{self.log[-4000:]}"
            assert time.monotonic() < deadline, f"{self.kind} is not ready:\n{self.log[-4000:]}"
            time.sleep(0.05)

    def status(self, path: str) -> int | None:
        """The status of a GET, None where nobody answers."""
        try:
            return self.get(path)[0]
        except (OSError, HTTPException):
            return None

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers (names in small letters) and body of a GET."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def kill(self) -> None:
        """`kill -9`: of `serve` the supervisor alone."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None

    def stop(self, seconds: float = 15) -> int:
        """SIGTERM, and wait: the exit status. AssertionError if it does not end."""
        assert self.process is not None
        process, self.process = self.process, None
        process.send_signal(signal.SIGCONT)
        process.terminate()
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
            raise AssertionError(f"{self.kind} did not end in {seconds} s:\n{self.log[-4000:]}") from None

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.kill()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self.process is not None:
                self.stop()
            if self.clean and kind is None:
                assert "Traceback (most recent call last)" not in self.log, self.log[-6000:]
        finally:
            if kind is not None:
                print(f"--- log of {self.node}\n{self.log[-8000:]}")
            shutil.rmtree(self.folder, ignore_errors=True)
