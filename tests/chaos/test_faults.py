"""The checker can fail: each fault is caught in a short run, and without one there is nothing to catch."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.support.groups import need

pytestmark = pytest.mark.timeout(300)

FAULTS = {
    "ack-early": ("kill", {"diverged", "lost", "rewound"}),
    "fence-off": ("stop", {"diverged", "lost"}),
    "unfenced-snapshot": ("stop", {"aborted", "diverged", "unfinished"}),
    "dedupe-off": ("kill", {"duplicated", "lost"}),
    "cumulative-acks": ("none", {"duplicated", "lost"}),
    "snapshot-without-numbers": ("none", {"diverged", "duplicated", "stuck"}),
    "result-twice": ("none", {"double_results"}),
    "frame-dropped": ("none", {"diverged", "missed"}),
}


def chaos(folder: Path, *arguments: str) -> tuple[int, dict[str, Any], str]:
    """Exit code, numbers and what else was said of a run."""
    done = subprocess.run(
        [sys.executable, "manage.py", "chaos", "--json", "--keep", str(folder), *arguments],
        cwd=settings.BASE_DIR,
        env={k: v for k, v in os.environ.items() if not k.startswith("ARCADE_") and k != "REDIS_URL"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.stdout.startswith("{"), done.stdout + done.stderr
    return done.returncode, json.loads(done.stdout), done.stderr


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_caught(fault: str, tmp_path: Path) -> None:
    nemesis, kinds = FAULTS[fault]
    seconds = {"stop": "16", "kill": "18", "none": "6"}[nemesis]
    code, numbers, said = chaos(
        tmp_path, "--fault", fault, "--nemesis", nemesis, "--seconds", seconds, "--matches", "10"
    )
    assert code == 1
    assert any(numbers[kind] for kind in kinds), said
    assert f"Seed {numbers['seed']}" in said
    assert list((tmp_path / "histories").glob("*.jsonl"))


@pytest.mark.long
@pytest.mark.parametrize("how", ["--supervised", "--no-supervised"])
def test_killed_nodes_lose_nothing(how: str, tmp_path: Path) -> None:
    code, numbers, said = chaos(tmp_path, how, "--kills", "4", "--nemesis", "kill,pair,gateway")
    assert code == 0, said
    assert numbers["kills"] >= 4
    assert numbers["takeovers"] > 0
    assert numbers["gateway_kills"] > 0
    assert numbers["back_ms"]["count"] > 0
    assert numbers["moves_acked"] >= 100 * numbers["kills"]


@pytest.mark.long
def test_zombies_and_lost_stores_lose_nothing(tmp_path: Path) -> None:
    code, numbers, said = chaos(tmp_path, "--seconds", "30", "--nemesis", "stop,drain,redis-kill,redis-cut")
    assert code == 0, said
    assert sum(numbers["blows"].values()) >= 3


@pytest.mark.long
@pytest.mark.parametrize("how", [[], ["--postgres"]])
def test_stores_that_are_full_slow_or_forgetful(how: list[str], tmp_path: Path) -> None:
    if how:
        need("postgres")
    stores = "redis-full,redis-slow,redis-tail,database,kill"
    code, numbers, said = chaos(tmp_path, "--seconds", "60", "--nemesis", stores, *how)
    assert code == 0, said
    assert sum(numbers["blows"].values()) >= 3


@pytest.mark.long
def test_every_node_is_started_anew_under_play(tmp_path: Path) -> None:
    code, numbers, said = chaos(tmp_path, "--seconds", "40", "--nemesis", "rolling", "--players", "slow=30")
    assert code == 0, said
    assert numbers["blows"]["drain"] >= 3
