"""A PostgreSQL of the tests' own, in a folder of its own, also when the tests run as root."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Self

from tests.support.groups import postgres_bin
from tests.support.valkey import free_port
from tests.support.waiting import until


class Postgres:
    """`start`, `database()` for the address of a new, empty database, `stop`."""

    def __init__(self) -> None:
        found = postgres_bin()
        assert found is not None
        self.bin = found
        self.folder = Path(tempfile.mkdtemp(prefix="arcade-pg-"))
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self._made = 0
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:  # it refuses to run as root
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self._as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    def start(self) -> Self:
        """Make a cluster and run it."""
        options = ["-D", str(self.folder / "data"), "-U", "arcade", "--auth=trust", "--no-sync", "-E", "UTF8"]
        self._run("initdb", *options, "--locale=C")
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.bin / "postgres", "-D", self.folder / "data", "-p", str(self.port), "-k", self.folder,
                 "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, start_new_session=True,
                **self._as,
            )  # fmt: skip
        until(lambda: self._run("pg_isready", "-h", "127.0.0.1", "-p", str(self.port), check=False) == 0, 30)
        return self

    def database(self) -> str:
        """The address of a new, empty database."""
        self._made += 1
        name = f"arcade_{self._made}"
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "arcade", name)
        return f"postgres://arcade@127.0.0.1:{self.port}/{name}"

    def stop(self) -> None:
        """Stop at once and remove the folder."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.send_signal(3)  # SIGQUIT: without waiting for anyone
                self.process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *args: str, check: bool = True) -> int:
        done = subprocess.run(
            [self.bin / program, *args], cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=60, **self._as,
        )  # fmt: skip
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done.returncode
