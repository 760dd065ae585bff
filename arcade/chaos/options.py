"""What a run is asked for, and what its nodes are told."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import msgspec
from django.conf import settings

from arcade.chaos.processes import tied

PAUSE = (0.6, 2.0)


class Options(msgspec.Struct, frozen=True):
    """What a run is asked for. `kills` 0: as many as fit into `seconds`; else `seconds` is a bound."""

    seed: str
    kills: int = 0
    seconds: float = 120.0
    nodes: int = 3
    matches: int = 12
    nemesis: tuple[str, ...] = ("kill",)
    supervised: bool = False
    appendfsync: str = "always"
    fault: str = ""
    keep: str = ""
    binary: str = ""
    postgres: bool = False
    cut: tuple[float, float] = (1.0, 5.0)
    """Seconds that a cut lasts."""
    pause: tuple[float, float] = PAUSE
    """Seconds between a recovery and the next blow."""
    players: dict[str, int] = {}
    """Matches by kind of their players, in place of `matches`."""
    guests: int = 0
    """Players in the lobby; 0: the usual number."""


def environment(folder: Path, redis_url: str, options: Options) -> dict[str, str]:
    """Of the nodes: production's settings, with limits that a crowd from one address does not meet."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("ARCADE_") and k != "PORT"}
    kept |= {k: v for k, v in os.environ.items() if k == "ARCADE_COMPILED"}
    raised = ("HANDSHAKES_PER_MINUTE", "HANDSHAKES_PER_PLAYER", "GUESTS_PER_MINUTE", "TICKETS_PER_MINUTE")
    env = kept | {f"ARCADE_{name}": "1000000" for name in raised}
    env |= {
        "DJANGO_SETTINGS_MODULE": "arcade.settings",
        "PYTHONPATH": os.pathsep.join([str(settings.BASE_DIR), str(client_path())]),
        "REDIS_URL": redis_url,
        "ARCADE_SOCKETS_PER_PLAYER": "1000",
        "ARCADE_SECRET_KEY": secrets.token_urlsafe(40),
        "ARCADE_VAR": str(folder),
        "ARCADE_LOG_CONSOLE": "0",
        "ARCADE_APPS": ",".join(settings.ARCADE_APPS),
    }
    env["DATABASE_URL"] = f"sqlite:///{folder / 'history.sqlite3'}"
    if options.fault:
        env |= {"ARCADE_TEST_FAULT": options.fault, "ARCADE_DEBUG": "1"}
    return env


def client_path() -> Path:
    """Where the Python client is."""
    return Path(settings.BASE_DIR) / "protocol" / "clients" / "python" / "src"


def python(env: dict[str, str], *arguments: str) -> None:
    """Run Python to its end; RuntimeError with what it said."""
    done = subprocess.run(
        tied([sys.executable, *arguments]), env=env, cwd=settings.BASE_DIR, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
