"""The supervisor's loop waits for no node."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable

import pytest

from arcade.supervisor import Slot, Supervisor
from arcade.teller import MOST, Death, Teller
from tests.support.waiting import until


@pytest.fixture(autouse=True)
def sleeping(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nodes that do nothing."""

    def start(slot: Slot, parent: int) -> int:
        slot.node, slot.started = slot.name, time.monotonic()
        slot.process = subprocess.Popen(["sleep", "60"])
        return slot.process.pid

    monkeypatch.setattr(Slot, "start", start)


def leave() -> None:
    signal.raise_signal(signal.SIGTERM)


def once(do: Callable[[], None]) -> Callable[[], None]:
    left = [do]
    return lambda: left.pop()() if left else None


def test_a_node_that_hangs_before_it_is_ready_hides_no_death(monkeypatch: pytest.MonkeyPatch) -> None:
    told, probed = threading.Event(), threading.Event()
    in_time: list[bool] = []

    def hangs(slot: Slot) -> bool:
        probed.set()
        in_time.append(told.wait(10))
        return False

    def kill() -> None:
        process = supervisor.slots[1].process
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)

    def died(node: str, suspect: str) -> None:
        in_time.append(probed.wait(10))
        deaths.append(node)
        told.set()
        leave()

    monkeypatch.setattr(Slot, "ready", hangs)
    deaths: list[str] = []
    supervisor = Supervisor(2, "127.0.0.1", 1, on_beat=once(kill), on_death=died)
    supervisor.run()
    assert deaths == ["n2"]
    assert all(in_time)


def test_a_death_that_cannot_be_told_yet_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Redis does not answer: meanwhile another node dies, and is started again."""
    again = threading.Event()
    starts: list[str] = []
    start = Slot.start

    def counted(slot: Slot, parent: int) -> int:
        starts.append(slot.name)
        if starts.count("n2") == 2:
            again.set()
        return start(slot, parent)

    def kill(number: int) -> None:
        process = supervisor.slots[number].process
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)

    def tell(node: str, suspect: str) -> None:
        told.append(node)
        if node == "n1" and told == ["n1"]:
            kill(1)
            in_time.append(again.wait(20))
        else:
            leave()

    told: list[str] = []
    in_time: list[bool] = []
    monkeypatch.setattr(Slot, "start", counted)
    supervisor = Supervisor(2, "127.0.0.1", 1, on_beat=once(lambda: kill(0)), on_death=tell)
    supervisor.run()
    assert in_time == [True]
    assert told[:2] == ["n1", "n2"]


def test_one_that_cannot_be_told_keeps_no_other_from_being_told() -> None:
    told: list[str] = []

    def tell(node: str, suspect: str) -> None:
        told.append(node)
        if node == "n1":
            raise OSError("away")

    teller = Teller(tell)
    for node in ("n1", "n2"):
        teller.put(Death(node, -9, ""))
    teller.start()
    teller.end()
    assert told == ["n1", "n2"]


def test_no_more_deaths_wait_than_a_bound() -> None:
    teller = Teller(lambda node, suspect: told.append(node))
    told: list[str] = []
    for n in range(MOST + 5):
        teller.put(Death(f"n{n}", -9, ""))
    teller.start()
    until(lambda: len(told) == MOST)
    teller.end()
    assert told == [f"n{n}" for n in range(MOST)]


def test_it_says_so_when_all_are_ready_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"n1": [True, True], "n2": [False, True]}
    said: list[threading.Thread] = []

    def ready() -> None:
        said.append(threading.current_thread())
        leave()

    monkeypatch.setattr(Slot, "ready", lambda slot: answers[slot.name].pop(0))
    Supervisor(2, "127.0.0.1", 1, on_ready=ready).run()
    assert said == [threading.main_thread()]
    assert answers == {"n1": [], "n2": []}
