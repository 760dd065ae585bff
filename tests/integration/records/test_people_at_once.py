"""Friends, requests and blocks by many at once, on the databases that they are kept in."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.race_people import CAP
from tests.support.servers import ROOT, environment


def race(database_url: str) -> Any:
    env = environment("redis://127.0.0.1:1/0", database_url)
    command = [sys.executable, "-m", "tests.support.race_people", "8", "40"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=50)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def check(told: Any) -> None:
    assert told["errors"] == []
    assert told["torn"] == 0
    assert 0 < told["most"] <= CAP
    assert told["friends"] == [["q0", "q1"], ["q2", "q3"]]


def test_on_sqlite(tmp_path: Path) -> None:
    check(race(f"sqlite:///{tmp_path}/race.sqlite3"))


@pytest.mark.postgres
def test_on_postgresql(postgres_url: str) -> None:
    check(race(postgres_url))
