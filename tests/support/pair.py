"""Two nodes under one supervisor, as `manage.py serve --nodes 2` starts them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from arcade.infra.ports import free_port
from tests.support.servers import ROOT, Server, environment
from tests.support.waiting import until


class Pair:
    """Two nodes under one supervisor."""

    def __init__(self, redis_url: str, database_url: str, log: Path) -> None:
        self.base = free_port(2)
        self.log = log
        self.nodes = []
        for n in range(2):  # only to ask them
            asked = Server("serve", redis_url=redis_url, database_url=database_url)
            asked.port = self.base + n
            self.nodes.append(asked)
        out = log.open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--nodes", "2", "--base-port", str(self.base)],
            cwd=ROOT,
            env=environment(redis_url, database_url),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
        out.close()

    def wait(self) -> None:
        until(lambda: all(node.status("/readyz") == 200 for node in self.nodes), 30)

    def ids(self) -> list[str]:
        return [json.loads(node.get("/healthz")[2])["node"] for node in self.nodes]

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)

    def told(self, event: str) -> list[dict[str, Any]]:
        """The lines of the log with this event, so far."""
        lines = [line for line in self.log.read_bytes().splitlines() if f'"{event}"'.encode() in line]
        return [told for line in lines if (told := json.loads(line))["event"] == event]
