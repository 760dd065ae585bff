"""However a run is ended, nothing that it has started lives on."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.support.waiting import gone, until

pytestmark = pytest.mark.timeout(120)


def offspring(pid: int) -> set[int]:
    """The processes that this one has started, and those that they have."""
    children: dict[int, set[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, set()).add(int(path.parent.name))
    found: set[int] = set()
    following = {pid}
    while following:
        following = {child for each in following for child in children.get(each, ())}
        found |= following
    return found


@pytest.mark.parametrize(
    ("how", "number"),
    [
        ("--supervised", signal.SIGTERM),
        ("--supervised", signal.SIGKILL),
        ("--no-supervised", signal.SIGINT),
        ("--no-supervised", signal.SIGKILL),
    ],
)
def test_nothing_outlives_a_run(how: str, number: signal.Signals, tmp_path: Path) -> None:
    said = tmp_path / "said"
    folder = tmp_path / "temporary"
    folder.mkdir()
    with said.open("wb") as out:
        run = subprocess.Popen(
            [sys.executable, "manage.py", "chaos", how, "--nodes=2", "--matches=2", "--nemesis=none"],
            cwd=settings.BASE_DIR, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            env={k: v for k, v in os.environ.items() if k != "REDIS_URL"} | {"TMPDIR": str(folder)},
        )  # fmt: skip
    started: set[int] = set()
    try:
        until(lambda: re.search(r"players, at", said.read_text()), 60)
        started = offspring(run.pid)
        assert len(started) >= 3, "a store and two nodes"
        if how == "--supervised":
            assert len(started) >= 4, "and their supervisor"
            os.kill(max(started), signal.SIGSTOP)  # one that cannot end by itself
        run.send_signal(number)
        run.wait(40)
        until(lambda: all(map(gone, started)), 30)
    finally:
        run.kill()
        run.wait()
        left = [pid for pid in started if not gone(pid)]
        for pid in left:
            os.kill(pid, signal.SIGKILL)
    if number != signal.SIGKILL:
        assert run.returncode == 130
        assert "Ended early" in said.read_text()
        assert list(folder.iterdir()) == []
