"""A PostgreSQL of one's own, in a folder of its own, also for root: for runs of chaos and for tests."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Self

from arcade.chaos.processes import tied
from arcade.infra.ports import free_port

READY_SECONDS = 30.0


def postgres_bin() -> Path | None:
    """The folder of PostgreSQL's server programs, or None. Debian keeps them off the PATH."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    patterns = ("usr/lib/postgresql/*/bin", "opt/homebrew/opt/postgresql*/bin")
    folders = [p for pattern in patterns for p in Path("/").glob(pattern) if (p / "initdb").exists()]
    return max(folders, default=None)


class Postgres:
    """`start`, `database()` for the address of a new, empty database, `kill`, `start` again, `stop`."""

    def __init__(self, folder: Path | None = None) -> None:
        found = postgres_bin()
        if found is None:
            raise RuntimeError("PostgreSQL's server is not here (Debian: apt-get install postgresql)")
        self.bin = found
        self.folder = folder or Path(tempfile.mkdtemp(prefix="arcade-pg-"))
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self._made = 0
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:  # it refuses to run as root
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self._as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    def start(self) -> Self:
        """Make a cluster where there is none, run it, return when it answers. RuntimeError with its log."""
        if not (self.folder / "data").exists():
            options = ["-D", str(self.folder / "data"), "-U", "arcade", "--auth=trust", "--no-sync"]
            self._run("initdb", *options, "-E", "UTF8", "--locale=C")
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                self._launch()  # also when children of a killed one still hold its shared memory
            if self._run("pg_isready", "-h", "127.0.0.1", "-p", str(self.port), check=False) == 0:
                return self
            time.sleep(0.1)
        raise RuntimeError((self.folder / "log").read_text()[-2000:])

    def database(self) -> str:
        """The address of a new, empty database."""
        self._made += 1
        name = f"arcade_{self._made}"
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "arcade", name)
        return f"postgres://arcade@127.0.0.1:{self.port}/{name}"

    def kill(self) -> None:
        """`kill -9`; what it had committed it finds again at the next start."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)
            self.process = None

    def stop(self) -> None:
        """Stop at once and remove the folder."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)  # without waiting for anyone
                self.process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _launch(self) -> None:
        with (self.folder / "log").open("ab") as log:
            command = [str(self.bin / "postgres"), "-D", str(self.folder / "data"), "-p", str(self.port)]
            command += ["-k", str(self.folder), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
            self.process = subprocess.Popen(
                tied(command, signal.SIGQUIT), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.folder, start_new_session=True, **self._as,
            )  # fmt: skip

    def _run(self, program: str, *args: str, check: bool = True) -> int:
        done = subprocess.run(
            [self.bin / program, *args], cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=60, **self._as,
        )  # fmt: skip
        if check and done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
        return done.returncode
