"""The nodes of a run, as real processes: each alone, or under the supervisor."""

import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

from django.conf import settings

from arcade.chaos.processes import reap, tied
from arcade.infra.ports import free_port
from arcade.server.run import PARENT

READY_SECONDS = 40.0
END_SECONDS = 12.0


class Running(NamedTuple):
    """A node that runs."""

    node: str
    pid: int
    port: int


class Nodes(Protocol):
    """What the nemesis may do to them. `noticed`: who tells the others of a death."""

    noticed: str
    ports: list[int]

    async def start(self) -> None: ...
    def running(self) -> list[Running]: ...
    async def replace(self, dead: Running) -> None:
        """Have a new node in the place of one that was ended; returns when it was started."""
        ...

    async def stop(self) -> None: ...


def signal_node(node: Running, number: signal.Signals) -> None:
    """A process that is gone already is left alone."""
    try:
        os.kill(node.pid, number)
    except ProcessLookupError:
        return


def noticed(folder: Path) -> dict[str, str]:
    """How each dead node's death was noticed first, by the nodes' logs: `supervisor`, `refused`, `lease`."""
    first: dict[str, tuple[str, str]] = {}
    for path in folder.glob("*.log"):
        for line in path.read_bytes().splitlines():
            if b'"node.died"' in line and b'"how"' in line:
                told = json.loads(line)
                found = (told["timestamp"], told["how"])
                first[told["peer"]] = min(first.get(told["peer"], found), found)
    return {node: how for node, (_, how) in first.items()}


async def ready(port: int) -> bool:
    """Whether the node at this port says that it can serve."""
    try:
        async with asyncio.timeout(3):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                return b" 200 " in await reader.readline()
            finally:
                writer.transport.abort()
    except (OSError, TimeoutError):
        return False


async def until_ready(ports: list[int], seconds: float = READY_SECONDS) -> bool:
    """Wait for all of them; False after the deadline."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while loop.time() < deadline:
        if all([await ready(port) for port in ports]):
            return True
        await asyncio.sleep(0.1)
    return False


class Alone:
    """Nodes without a supervisor: only their peers notice a death. A new one takes the dead one's port."""

    noticed = "peers"

    def __init__(self, count: int, env: Mapping[str, str], folder: Path) -> None:
        first = free_port(count)
        self.ports = list(range(first, first + count))
        self._env, self._folder = env, folder
        self._processes: dict[int, tuple[str, subprocess.Popen[bytes]]] = {}
        self._theirs, ours = os.pipe()
        self._ends = [self._theirs, ours]
        """Nodes end when our end is closed, however this process ends."""

    async def start(self) -> None:
        for port in self.ports:
            self._start(port)
        if not await until_ready(self.ports):
            raise RuntimeError(f"the nodes did not start; see {self._folder}")

    def running(self) -> list[Running]:
        return [
            Running(node, process.pid, port)
            for port, (node, process) in self._processes.items()
            if process.poll() is None
        ]

    async def replace(self, dead: Running) -> None:
        name, process = self._processes[dead.port]
        if name != dead.node:
            return
        await reap(process, END_SECONDS)
        self._start(dead.port)

    async def stop(self) -> None:
        processes = [process for _, process in self._processes.values()]
        for process in processes:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        for process in processes:
            await reap(process, END_SECONDS)
        self._processes.clear()
        for end in self._ends:
            os.close(end)
        self._ends.clear()

    def _start(self, port: int) -> None:
        node = f"n{self.ports.index(port) + 1}-{secrets.token_hex(5)}"
        env = {**self._env, "ARCADE_NODE": node, "ARCADE_NODE_URL": f"/n/{node}", PARENT: str(self._theirs)}
        command = [sys.executable, "-m", "arcade.server.run", "--port", str(port)]
        with (self._folder / f"{node}.log").open("ab") as log:
            process = subprocess.Popen(
                tied(command), env=env, cwd=settings.BASE_DIR, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True, pass_fds=[self._theirs],
            )  # fmt: skip
        self._processes[port] = node, process


class Supervised:
    """Nodes under `manage.py serve`, which sees a child's death at once and starts another."""

    noticed = "supervisor"

    def __init__(self, count: int, env: Mapping[str, str], folder: Path) -> None:
        base = free_port(count)
        self.ports = list(range(base, base + count))
        self._env, self._log = env, folder / "serve.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._read = 0
        self._known: dict[int, Running] = {}

    async def start(self) -> None:
        command = [sys.executable, "manage.py", "serve", "--nodes", str(len(self.ports))]
        command += ["--base-port", str(self.ports[0])]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: ASYNC220
                tied(command, signal.SIGTERM), env=dict(self._env), cwd=settings.BASE_DIR,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        if not await until_ready(self.ports):
            raise RuntimeError(f"the nodes did not start; see {self._log}")

    def running(self) -> list[Running]:
        self._follow()
        parent = self._process.pid if self._process is not None else -1
        return [node for node in self._known.values() if _is_child(node.pid, parent)]

    async def replace(self, dead: Running) -> None:
        """The supervisor's business."""

    async def stop(self) -> None:
        if self._process is None:
            return
        for node in self.running():
            signal_node(node, signal.SIGCONT)
        self._process.terminate()
        await reap(self._process, 2 * END_SECONDS)
        self._process = None

    def _follow(self) -> None:
        """Learn from the supervisor's log which nodes it has started."""
        with self._log.open("rb") as log:
            log.seek(self._read)
            for line in log:
                if not line.endswith(b"\n"):
                    return
                self._read += len(line)
                if b'"node.started"' in line and b'"pid"' in line:
                    told = json.loads(line)
                    self._known[told["port"]] = Running(told["node"], told["pid"], told["port"])


def _is_child(pid: int, parent: int) -> bool:
    """Whether this process lives (a zombie does not) and is that one's child: its id may have passed on."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            state, ppid, *_ = file.read().rpartition(")")[2].split()
    except OSError:
        return False
    return state != "Z" and int(ppid) == parent
