"""`manage.py serve`: nodes are started again when they die, and none outlives its supervisor."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.support.pair import Pair, children
from tests.support.servers import ROOT, Server, environment
from tests.support.waiting import gone, until


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
