"""A step that never ends is ended. In a process of its own, as its timer is also the tests' own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SCRIPT = """
import sys
import msgspec
import tests.testgames.games
from matches.engine import registry
from matches.engine.errors import GameFault, StepTimeout
from matches.engine.inputs import Ended
from matches.engine.testing import Drive, make_setup
from matches.host.watchdog import Watchdog

watchdog = Watchdog()
watchdog.start()
game = registry.get(sys.argv[1])
drive = Drive(game, make_setup(game))
drive.join()
before = drive.match.hash()
try:
    with watchdog.on("endless"):
        drive.move(0, msgspec.msgpack.encode({"evil": True}))
except GameFault as fault:
    assert isinstance(fault.cause, StepTimeout)
else:
    raise AssertionError("it ended by itself")
finally:
    watchdog.stop()
assert drive.match.hash() == before
assert drive.step(Ended("broken", drive.now)).ended
"""


@pytest.mark.parametrize("game", ["hostile-loops", "hostile-swallows"])
def test_a_step_that_never_ends_is_undone(game: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, game],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
