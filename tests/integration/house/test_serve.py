"""`manage.py serve`: nodes are started again when they die, and none outlives its supervisor."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime

import pytest

from tests.support.pair import Pair
from tests.support.servers import ROOT, Server, children, environment
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
    assert pause(pair, after[0], before[0]) >= 1  # the survivor has the machine to itself meanwhile


def pause(pair: Pair, node: str, dead: str) -> float:
    """Seconds between the death of one node and the start of another, by the supervisor."""
    died = next(told for told in pair.told("node.died") if told["node"] == dead and "status" in told)
    started = next(told for told in pair.told("node.started") if told["node"] == node and "pid" in told)
    times = [datetime.fromisoformat(told["timestamp"]) for told in (died, started)]
    return (times[1] - times[0]).total_seconds()


def test_the_last_one_is_started_again_without_that_rest(pair: Pair) -> None:
    before = pair.ids()
    for pid in children(pair.process.pid):
        os.kill(pid, signal.SIGKILL)
    started = until(lambda: [t["node"] for t in pair.told("node.started") if "pid" in t][2:], 10)
    assert pause(pair, started[0], before[int(started[0][1]) - 1]) < 0.9


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
