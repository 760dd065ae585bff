"""Starts the nodes of one machine, starts dead ones again, and leaves none behind."""

import os
import secrets
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException
from types import FrameType

from arcade.infra.log import get_logger
from arcade.server.run import GRACE, PARENT

log = get_logger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
"""Seconds before a dead node is started again: doubled at each death, forgotten after STEADY of life."""
STEADY = 10.0
BEAT = 0.1


class Slot:
    """A place for one node: its port stays, its node is a new one after each death."""

    def __init__(self, name: str, host: str, port: int, env: Mapping[str, str]) -> None:
        self.name, self.host, self.port, self.env = name, host, port, env
        self.node = ""
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0.0
        self.due = 0.0
        self.pause = FIRST_PAUSE

    def start(self, parent: int) -> int:
        """Start a node with an id that was never used; its pid. `parent`: the pipe's end that it reads."""
        self.node = f"{self.name}-{secrets.token_hex(5)}"
        env = {
            **self.env,
            "ARCADE_NODE": self.node,
            "ARCADE_NODE_URL": f"/n/{self.node}",
            PARENT: str(parent),
        }
        command = [sys.executable, "-m", "arcade.server.run", "--host", self.host, "--port", str(self.port)]
        self.process = subprocess.Popen(
            command, env=env, stdin=subprocess.DEVNULL, pass_fds=[parent], start_new_session=True
        )
        self.started = time.monotonic()
        return self.process.pid

    def died(self) -> int | None:
        """The exit status, once, of a node that ended; the pause before the next has begun."""
        if self.process is None or (status := self.process.poll()) is None:
            return None
        now = time.monotonic()
        self.pause = FIRST_PAUSE if now - self.started > STEADY else min(self.pause * 2, LONGEST_PAUSE)
        self.due = now + self.pause
        self.process = None
        return status

    def ready(self) -> bool:
        """True when the node answers that it can serve."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104
        connection = HTTPConnection(host, self.port, timeout=2)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()


class Supervisor:
    """`run` returns after SIGTERM or SIGINT, with all nodes ended. `on_beat` is called ten times a second."""

    def __init__(
        self,
        nodes: int,
        host: str,
        port: int,
        *,
        name: str = "n",
        env: Mapping[str, str] = os.environ,
        on_ready: Callable[[], None] = lambda: None,
        on_beat: Callable[[], None] = lambda: None,
        on_death: Callable[[str], None] = lambda node: None,
    ) -> None:
        self.slots = [Slot(f"{name}{n + 1}", host, port + n, env) for n in range(nodes)]
        self._on_ready, self._on_beat, self._on_death = on_ready, on_beat, on_death
        self._woken, self._wake = os.pipe()
        self._stopping = False

    def run(self) -> None:
        before = {number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT)}
        before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, self._child)
        ours, theirs = os.pipe()[::-1]
        told = False
        try:
            while not self._stopping:
                for slot in self.slots:
                    self._tend(slot, theirs)
                self._on_beat()
                if not told and all(slot.process and slot.ready() for slot in self.slots):
                    told = True
                    self._on_ready()
                self._sleep(BEAT)
        finally:
            self._end_all()
            os.close(ours)
            os.close(theirs)
            for number, handler in before.items():
                signal.signal(number, handler)

    def _tend(self, slot: Slot, parent: int) -> None:
        status = slot.died()
        if status is not None:
            log.warning("node.died", node=slot.node, status=status, again_in=slot.pause)
            try:
                self._on_death(slot.node)
            except Exception as error:
                log.warning("node.death_not_told", node=slot.node, error=repr(error))
        if slot.process is None and time.monotonic() >= slot.due and not self._stopping:
            pid = slot.start(parent)
            log.info("node.started", node=slot.node, pid=pid, port=slot.port)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True

    def _child(self, number: int, frame: FrameType | None) -> None:
        os.write(self._wake, b".")

    def _sleep(self, seconds: float) -> None:
        """Until the next beat, or until a child ends."""
        if not self._stopping and select.select([self._woken], [], [], seconds)[0]:
            os.read(self._woken, 1024)

    def _end_all(self) -> None:
        running = [slot.process for slot in self.slots if slot.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + GRACE + 2
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def port_is_free(host: str, port: int) -> bool:
    """True if a server could listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind((host, port))
        except OSError:
            return False
    return True
