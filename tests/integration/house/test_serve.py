"""`manage.py serve`: nodes are started again when they die, and none outlives its supervisor."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.servers import ROOT, Server, environment
from tests.support.valkey import free_port
from tests.support.waiting import gone, until


def children(pid: int) -> list[int]:
    return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def free_pair() -> int:
    """The first of two free ports in a row."""
    while True:
        port = free_port()
        if _free(port + 1):
            return port


def _free(port: int) -> bool:
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) != 0


@pytest.fixture
def pair(clean_redis: str, sqlite_url: str, tmp_path: Path) -> Iterator["Pair"]:
    pair = Pair(clean_redis, sqlite_url, tmp_path / "log")
    try:
        pair.wait()
        yield pair
    finally:
        pair.end()
        print(pair.log.read_text(errors="replace"))


class Pair:
    """Two nodes under one supervisor."""

    def __init__(self, redis_url: str, database_url: str, log: Path) -> None:
        self.base = free_pair()
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


def test_a_killed_node_comes_back_under_a_new_id(pair: Pair) -> None:
    before = pair.ids()
    assert [name.partition("-")[0] for name in before] == ["n1", "n2"]
    os.kill(children(pair.process.pid)[0], signal.SIGKILL)
    until(
        lambda: all(node.status("/readyz") == 200 for node in pair.nodes) and pair.ids()[0] != before[0], 30
    )
    after = pair.ids()
    assert after[0].startswith("n1-")
    assert after[1] == before[1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stops_all_and_leaves_none(pair: Pair, number: signal.Signals) -> None:
    nodes = children(pair.process.pid)
    assert len(nodes) == 2
    pair.process.send_signal(number)
    assert pair.process.wait(12) == 0
    assert all(gone(pid) for pid in nodes)


def test_nodes_end_with_a_killed_supervisor(pair: Pair) -> None:
    nodes = children(pair.process.pid)
    pair.process.kill()
    pair.process.wait()
    until(lambda: all(gone(pid) for pid in nodes))


def run_serve(env: dict[str, str], *options: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", "serve", *options],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    return done.stderr


def test_tells_what_is_missing(server: Callable[..., Server], clean_redis: str, sqlite_url: str) -> None:
    env = environment(clean_redis, sqlite_url)
    assert "ARCADE_SECRET_KEY" in run_serve(env | {"ARCADE_SECRET_KEY": ""})
    assert "REDIS_URL" in run_serve(env | {"REDIS_URL": "redis://:hush@127.0.0.1:1/0"})
    taken = server("uvicorn").port
    assert f"Port {taken} is taken" in run_serve(env, "--port", str(taken))
    assert "--nodes" in run_serve(env, "--nodes", "0")
