"""Starts the nodes of one machine, starts dead ones again, and leaves none behind."""

import math
import os
import secrets
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException
from types import FrameType

from arcade.infra.black_box import BOX, BlackBox, culprit, memory
from arcade.infra.log import get_logger
from arcade.server.run import GRACE, PARENT
from arcade.teller import Death, Teller

log = get_logger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
"""Seconds before a node is started again: none after STEADY of life, doubled at each death before it."""
LEFT_ALONE = 1.0
"""Seconds that the nodes which still live get first: they go on with its matches, and a start costs much."""
STEADY = 10.0
BEAT = 0.1


class Slot:
    """A place for one node: its port stays, its node is a new one after each death."""

    def __init__(self, name: str, host: str, port: int, env: Mapping[str, str]) -> None:
        self.name, self.host, self.port, self.env = name, host, port, env
        self.node = ""
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0.0
        self.ended = -math.inf
        self.pause = 0.0
        self._box: BlackBox | None = None

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
        box = memory()
        try:
            self._box = BlackBox(box)
            self.process = subprocess.Popen(
                command, env=env | {BOX: str(box)}, stdin=subprocess.DEVNULL, pass_fds=[parent, box],
                start_new_session=True,
            )  # fmt: skip
        finally:
            os.close(box)
        self.started = time.monotonic()
        return self.process.pid

    def died(self) -> Death | None:
        """Of a node that ended, once; the pause before the next begins."""
        if self.process is None or (status := self.process.poll()) is None:
            return None
        now = time.monotonic()
        steady = now - self.started > STEADY
        self.pause = 0.0 if steady else min(max(self.pause * 2, FIRST_PAUSE), LONGEST_PAUSE)
        self.ended = now
        self.process = None
        found = None
        if self._box is not None:
            found = self._box.read()
            self._box.close()
            self._box = None
        return Death(self.node, status, culprit(status, found, now))

    def ready(self) -> bool:
        """True when the node answers that it can serve. Waits for one that hangs."""
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
    """`run` returns after SIGTERM or SIGINT, with all nodes ended. `on_beat` is called ten times a second.

    `on_death` gets a dead node and the match that ended it, or an empty text; it has a thread of its own, as
    it may have to wait for Redis.
    """

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
        on_death: Callable[[str, str], None] = lambda node, suspect: None,
    ) -> None:
        self.slots = [Slot(f"{name}{n + 1}", host, port + n, env) for n in range(nodes)]
        self._on_ready, self._on_beat = on_ready, on_beat
        self._teller = Teller(on_death)
        self._woken, self._wake = os.pipe()
        self._stopping = False
        self._ready = threading.Event()

    def run(self) -> None:
        before = {number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT)}
        before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, self._child)
        ours, theirs = os.pipe()[::-1]
        told = False
        threading.Thread(target=self._knock, name="readiness", daemon=True).start()
        self._teller.start()
        try:
            while not self._stopping:
                self._see_the_dead()
                self._start_the_due(theirs)
                self._on_beat()
                if not told and self._ready.is_set():
                    told = True
                    self._on_ready()
                self._sleep(BEAT)
        finally:
            self._stopping = True
            self._end_all()
            self._teller.end()
            os.close(ours)
            os.close(theirs)
            for number, handler in before.items():
                signal.signal(number, handler)

    def _knock(self) -> None:
        """Until all nodes have answered in one round."""
        while not self._stopping:
            if all(slot.process and slot.ready() for slot in self.slots):
                self._ready.set()
                return
            time.sleep(BEAT)

    def _see_the_dead(self) -> None:
        for death in [death for slot in self.slots if (death := slot.died())]:
            log.warning("node.died", node=death.node, status=death.status, suspect=death.suspect)
            self._teller.put(death)

    def _start_the_due(self, parent: int) -> None:
        """Those whose pause is over."""
        least = LEFT_ALONE if any(slot.process for slot in self.slots) else 0.0
        for slot in self.slots:
            due = slot.ended + max(slot.pause, least)
            if slot.process is None and not self._stopping and time.monotonic() >= due:
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
