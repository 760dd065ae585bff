"""How the figures of a bench are made of what was counted."""

import os
import time
from typing import Any

import msgspec
import pytest

from arcade.bench import durability, machine
from arcade.bench.machine import Cpu
from arcade.bench.sample import Latency, Sample, latency


def sample(durability: str = "log", **given: Any) -> Sample:
    usual: dict[str, Any] = {
        "clients": 10, "rate": 20, "seconds": 10.0, "frames": 2000, "frame_bytes": 200_000, "moves": 1995,
        "acked": 1990, "refused": 0, "closed": 0, "latency": Latency(25.0, 60.0, 80.0),
        "lag": Latency(0.1, 1.0, 2.0), "node": Cpu(0.06, 0.04), "store": Cpu(0.01, 0.01),
        "load": Cpu(1.0, 1.0),
    }  # fmt: skip
    return Sample(durability=durability, **(usual | given))


def rounds(*samples: Sample) -> list[dict[str, Any]]:
    return [{"round": 0, "workload": "arena", **durability._figures(each)} for each in samples]


def test_cpu_is_told_for_each_frame_that_came() -> None:
    figures = durability._figures(sample())
    assert (figures["node_user_us"], figures["node_system_us"]) == (30, 20)
    assert (figures["node_us"], figures["store_us"], figures["both_us"]) == (50, 10, 60)
    assert (figures["node_busy"], figures["store_busy"], figures["load_busy"]) == (0.01, 0.002, 0.2)
    assert figures["bytes_per_frame"] == 100


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, ""),
        ({"frames": 1979}, "1979 frames"),
        ({"moves": 1979}, "1979 moves"),
        ({"frames": 500, "moves": 250, "rate": 0}, ""),
        ({"frames": 0, "rate": 0}, "nothing came"),
        ({"closed": 1}, "1 sockets were closed"),
        ({"refused": 2}, "2 moves refused"),
        ({"load": Cpu(9.0, 0.5)}, "busy for 95%"),
    ],
)
def test_a_window_that_fell_short_is_void(given: dict[str, Any], why: str) -> None:
    void = sample(**given).void
    assert why in void
    assert bool(void) == bool(why)


def test_medians_are_of_the_rounds_that_count() -> None:
    costs = [Cpu(0.1, 0.0), Cpu(0.3, 0.0), Cpu(0.2, 0.0), Cpu(5.0, 0.0)]
    logged = [sample(node=cost, store=Cpu(0, 0)) for cost in costs]
    logged[3] = msgspec.structs.replace(logged[3], closed=1)
    plain = [sample("none", node=Cpu(0.1, 0.0), store=Cpu(0, 0)) for _ in costs]
    options = durability.Options(workloads=("arena",))
    told = durability.report(options, rounds(*logged, *plain), (1, 0))
    arena = told["workloads"]["arena"]
    assert arena["log"]["both_us"] == {"median": 100, "low": 50, "high": 150}
    assert (arena["log"]["rounds"], arena["log"]["void"]) == (3, 1)
    assert arena["ratio"] == {"median": 2, "low": 1, "high": 3}
    assert told["void"] == 1
    text = durability.table(told)
    assert "log 3 rounds, 1 void" in text
    assert "100 (50 – 150)" in text


def test_where_nothing_counts_no_figure_is_told() -> None:
    options = durability.Options(workloads=("arena",))
    told = durability.report(options, rounds(sample(closed=1), sample("none")), (1, 0))
    assert told["workloads"]["arena"]["log"]["both_us"] is None
    assert told["workloads"]["arena"]["ratio"] is None
    assert "–" in durability.table(told)


def test_percentiles() -> None:
    assert latency([n / 1000 for n in range(100, 0, -1)]) == Latency(51, 100, 100)
    assert latency([]) == Latency(0, 0, 0)


def test_the_cpu_of_a_process_is_what_it_used() -> None:
    before, began = machine.cpu_of(os.getpid()), time.process_time()
    while time.process_time() - began < 0.2:
        pass
    used = machine.cpu_of(os.getpid()).since(before)
    assert used.both == pytest.approx(time.process_time() - began, abs=0.05)
