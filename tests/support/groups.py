"""Groups of tests that need a program wheels cannot bring, and what to do when it is not there."""

import os
import shutil
from collections.abc import Callable
from typing import NamedTuple

import pytest

from arcade.chaos.database import postgres_bin

ALL = os.environ.get("ARCADE_TEST_ALL") == "1"
"""With it any skip is a failure."""


def chromium() -> str | None:
    """The path of a Chromium or Chrome, None if there is none."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


class Group(NamedTuple):
    probe: Callable[[], object]
    remedy: str


GROUPS = {
    "browser": Group(chromium, "install Chromium (Debian: apt-get install chromium), or name it in CHROMIUM"),
    "postgres": Group(postgres_bin, "install PostgreSQL's server (Debian: apt-get install postgresql)"),
    "redis7": Group(
        lambda: shutil.which("redis-server"), "install Redis 7 (Debian: apt-get install redis-server)"
    ),
    "caddy": Group(lambda: shutil.which("caddy"), "install Caddy (Debian: apt-get install caddy)"),
    "node": Group(
        lambda: shutil.which("node"), "install Node.js 20 or newer (Debian: apt-get install nodejs)"
    ),
}

skipped: dict[str, int] = {}


def need(name: str) -> None:
    """Skip the running test unless the group's program is there."""
    if not GROUPS[name].probe():
        pytest.skip(f"group {name}: {GROUPS[name].remedy}")
