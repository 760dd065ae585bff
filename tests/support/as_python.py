"""For tests that spoil a class: what is compiled cannot be."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from arcade import COMPILED

OURS = ("ARCADE_", "DJANGO_", "PYTEST_", "REDIS_URL", "DATABASE_URL")


def ran_as_python(request: pytest.FixtureRequest) -> bool:
    """Where the hot path is compiled, run this test anew without; True when that was done, and it passed."""
    if COMPILED != "yes":
        return False
    kept = {k: v for k, v in os.environ.items() if not k.startswith(OURS) or k == "ARCADE_TEST_ALL"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-m", "long or not long", request.node.nodeid],
        cwd=settings.BASE_DIR,
        env=kept | {"ARCADE_COMPILED": "0"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return True
