"""What a dead process leaves in its black box, and whom its supervisor blames for the death."""

import os
import signal
import subprocess
import sys
import time

import pytest

from arcade.infra.black_box import BOX, BlackBox, Entry, culprit, memory
from matches.host.watchdog import Watchdog

WRITER = """
import os, signal
from time import monotonic
from arcade.infra.black_box import inherited
box = inherited()
box.enter(monotonic(), b"theone")
box.leave()
{then}
"""


def left_by(then: str) -> tuple[int, Entry | None]:
    """The exit status of a process that ends so, and what it left."""
    fd = memory()
    box = BlackBox(fd)
    try:
        env = os.environ | {BOX: str(fd)}
        done = subprocess.run(
            [sys.executable, "-c", WRITER.format(then=then)], env=env, pass_fds=[fd], timeout=30, check=False
        )
        return done.returncode, box.read()
    finally:
        os.close(fd)
        box.close()


@pytest.mark.parametrize(
    ("then", "status"),
    [
        ("box.enter(monotonic(), b'poison'); os._exit(7)", 7),
        ("box.enter(monotonic(), b'poison'); os._exit(0)", 0),
        ("box.enter(monotonic(), b'poison'); os.kill(os.getpid(), signal.SIGSEGV)", -signal.SIGSEGV),
        ("box.enter(monotonic(), b'poison'); os.abort()", -signal.SIGABRT),
    ],
)
def test_names_whose_rules_ended_the_process(then: str, status: int) -> None:
    ended, found = left_by(then)
    assert ended == status
    assert culprit(ended, found, time.monotonic()) == "poison"


def test_blames_nobody_when_no_rules_ran() -> None:
    ended, found = left_by("os._exit(1)")
    assert found is None
    assert culprit(ended, found, time.monotonic()) == ""


def test_a_kill_is_blamed_on_rules_that_ran_for_long_alone() -> None:
    ended, found = left_by("box.enter(monotonic(), b'match'); os.kill(os.getpid(), signal.SIGKILL)")
    assert found is not None
    assert found.match == "match"
    assert culprit(ended, found, found.since + 0.01) == ""
    assert culprit(ended, found, found.since + 0.3) == "match"
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        assert culprit(-number, found, found.since + 9) == ""


def test_the_watchdog_writes_and_clears_it() -> None:
    box = BlackBox()
    watchdog = Watchdog(box)
    with pytest.raises(RuntimeError), watchdog.on("a" * 80):
        entry = box.read()
        assert entry is not None
        assert entry.match == "a" * 56
        raise RuntimeError
    assert box.read() is None


def test_writing_it_costs_next_to_nothing() -> None:
    box = BlackBox()

    def spent() -> float:
        began = time.perf_counter()
        for _ in range(1000):
            box.enter(time.monotonic(), b"abcdefghijklmnop")
            box.leave()
        return time.perf_counter() - began

    assert min(spent() for _ in range(20)) < 0.005  # 5 µs each, where it takes 0.3
