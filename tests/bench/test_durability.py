"""`manage.py bench durability` runs, cleans up, and what it prints hangs together. Speed is not judged."""

from pathlib import Path

import pytest

from tests.support.benching import TWO_CORES, left_nothing, processes_of, started, told_by
from tests.support.waiting import until

pytestmark = [pytest.mark.timeout(300), TWO_CORES]


def test_told_to_end_it_leaves_nothing_behind(tmp_path: Path) -> None:
    process = started(tmp_path, "durability --rounds 1 --seconds 60 --rooms 1 --pairs 1")
    try:
        until(lambda: any("arcade.bench.load" in line for line in processes_of(tmp_path)), 100)
        process.terminate()
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 143, said
    left_nothing(tmp_path)


def test_durability(tmp_path: Path) -> None:
    told = told_by(tmp_path, "durability --rounds 1 --seconds 1 --warm 0.2 --rooms 1 --pairs 3")
    assert told["bench"] == "durability"
    assert told["machine"]["server_core"] != told["machine"]["load_core"]
    assert told["options"]["rooms"] == 1
    rounds = {(r["workload"], r["durability"]): r for r in told["rounds"]}
    assert len(rounds) == len(told["rounds"]) == 4
    for (workload, durability), r in rounds.items():
        assert r["frames"] > 0
        assert r["acked"] > 0
        assert r["seconds"] >= 0.95
        assert r["node_us"] > 0
        assert r["node_us"] == pytest.approx(r["node_user_us"] + r["node_system_us"], abs=0.1)
        assert r["both_us"] == pytest.approx(r["node_us"] + r["store_us"], abs=0.1)
        assert r["node_busy"] == pytest.approx(r["node_us"] * r["frames_per_second"] / 1e6, abs=0.01)
        assert 0 < r["latency_p50_ms"] <= r["latency_p99_ms"]
        assert r["load_busy"] > 0
        assert r["clients"] == (8 if workload == "arena" else 6)
        if workload == "connect-four":  # each move is a frame for both, but for those at the window's edges
            assert abs(r["frames"] - 2 * r["acked"]) <= 2 * r["clients"]
        cell = told["workloads"][workload][durability]
        assert cell["rounds"] + cell["void"] == 1
        assert (cell["both_us"] is None) == bool(r["void"])
        if not r["void"]:
            assert cell["both_us"]["median"] == r["both_us"]
