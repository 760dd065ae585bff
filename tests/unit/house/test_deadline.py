"""A test that hangs is failed by name and the run goes on, also where a node's watchdog rings."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
HANGING = """
import asyncio
import time
import pytest
from matches.host.watchdog import Watchdog

pytestmark = pytest.mark.timeout(0.5)

def test_beside_a_watchdog():
    watchdog = Watchdog()
    watchdog.start()
    try:
        time.sleep(30)
    finally:
        watchdog.stop()

async def test_on_a_loop():
    await asyncio.Event().wait()

@pytest.fixture
def _hanging():
    yield
    time.sleep(30)

def test_whose_end_hangs(_hanging):
    assert False

def test_after_them():
    pass
"""


def test_hanging_tests_are_told_and_the_run_goes_on(tmp_path: Path) -> None:
    (tmp_path / "test_hanging.py").write_text(HANGING)
    (tmp_path / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n")
    options = ["-p", "tests.support.deadline", "-p", "no:django", "-p", "no:cacheprovider", "-rfEp"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(tmp_path)],
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
    )
    told = done.stdout
    for name in ("test_beside_a_watchdog", "test_on_a_loop"):
        assert f"FAILED test_hanging.py::{name} - Failed: Timeout (>0.5 s)" in told, told
    assert "ERROR test_hanging.py::test_whose_end_hangs - Failed: Timeout (>0.5 s)" in told, told
    assert "PASSED test_hanging.py::test_after_them" in told, told
