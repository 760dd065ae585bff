"""What `manage.py play` lays in the environment before the settings are read."""

import os
import secrets
from collections.abc import MutableMapping
from pathlib import Path

from arcade.embedded import EmbeddedValkey, write_private

BASE_DIR = Path(__file__).resolve().parent.parent


def var_dir(env: MutableMapping[str, str] = os.environ) -> Path:
    """The folder that keeps the newcomer's data."""
    return Path(env.get("ARCADE_VAR") or BASE_DIR / "var")


def prepare(env: MutableMapping[str, str] = os.environ) -> None:
    """One node on SQLite and the embedded Valkey, a secret key that is kept, plain log lines."""
    var = var_dir(env)
    var.mkdir(parents=True, exist_ok=True)
    env.setdefault("ARCADE_SECRET_KEY", kept_key(var / "secret_key"))
    env.setdefault("ARCADE_LOG_CONSOLE", "1")
    env.setdefault("ARCADE_LOG_LEVEL", "WARNING")
    if env.get("HOST", "127.0.0.1") not in ("127.0.0.1", "localhost", "::1"):
        env.setdefault("ARCADE_ALLOWED_HOSTS", "*")
    if not env.get("REDIS_URL"):
        env["REDIS_URL"] = EmbeddedValkey(var / "valkey").url


def kept_key(path: Path) -> str:
    """The secret key in this file, made at the first call and readable by its owner alone."""
    if not path.exists():
        write_private(path, secrets.token_urlsafe(48))
    return path.read_text().strip()
