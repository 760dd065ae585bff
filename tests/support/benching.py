"""`manage.py bench` as a process, with its temporary files in a folder of the test."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

TWO_CORES = pytest.mark.skipif(
    len(os.sched_getaffinity(0)) < 2, reason="one core for the server, one for the load"
)


def started(folder: Path, arguments: str) -> "subprocess.Popen[str]":
    """The command, running."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("ARCADE_") and k != "REDIS_URL"}
    return subprocess.Popen(
        [sys.executable, "manage.py", "bench", *arguments.split()],
        cwd=settings.BASE_DIR, env=env | {"TMPDIR": str(folder)}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def told_by(folder: Path, arguments: str) -> dict[str, Any]:
    """What it prints with `--json`. It has left nothing behind; its code says whether a cell is empty."""
    with started(folder, f"{arguments} --json") as process:
        try:
            out, said = process.communicate(timeout=280)
        finally:
            process.kill()
    assert out.startswith("{"), out + said
    told: dict[str, Any] = json.loads(out)
    assert process.returncode == (1 if told.get("empty") else 0), said
    left_nothing(folder)
    return told


def left_nothing(folder: Path) -> None:
    """No file, and no process that knows of the folder."""
    assert list(folder.iterdir()) == []
    assert processes_of(folder) == []


def processes_of(folder: Path) -> list[str]:
    """Command lines of what still runs over this folder."""
    lines = []
    for entry in Path("/proc").iterdir():
        try:
            text = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
        except (OSError, ValueError):
            continue
        if str(folder).encode() in text and entry.name != str(os.getpid()):
            lines.append(text.replace(b"\0", b" ").decode(errors="replace")[:200])
    return lines
