"""The same logs run by another process, whose hashes of text are others.

`python -m matches.testkit.again` reads an `Order` and writes per log the hash after each step.
"""

import importlib
import os
import subprocess
import sys
from typing import Any

import msgspec

from matches.engine.game import Game
from matches.engine.replay import replay
from matches.engine.setup import Setup


class Order(msgspec.Struct):
    """What to run: the game's class, and per match its setup and its log's records without the header."""

    module: str
    name: str
    logs: list[tuple[Setup, list[bytes]]]


def importable(game: Game[Any, Any]) -> bool:
    """Whether another process can find the game's class: not where a function or a script made it."""
    cls = type(game)
    return "<locals>" not in cls.__qualname__ and cls.__module__ != "__main__"


def elsewhere(game: Game[Any, Any], logs: list[tuple[Setup, list[bytes]]]) -> list[list[str]]:
    """Per log the hash after each step, or the text of what was raised as the last, of another process."""
    cls = type(game)
    order = msgspec.msgpack.encode(Order(cls.__module__, cls.__qualname__, logs))
    env = os.environ | {
        "PYTHONHASHSEED": "4711",
        "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path),
    }
    done = subprocess.run(
        [sys.executable, "-m", "matches.testkit.again"],
        input=order,
        env=env,
        capture_output=True,
        timeout=300,
    )
    if done.returncode:
        raise AssertionError(f"{cls.__module__} cannot be run alone:\n{done.stderr.decode()[-2000:]}")
    return msgspec.msgpack.decode(done.stdout, type=list[list[str]])


def _hashes(game: Game[Any, Any], setup: Setup, records: list[bytes]) -> list[str]:
    found: list[str] = []
    try:
        found += (match.hash() for match, _ in replay(game, setup, records))
    except Exception as error:
        found.append(f"{type(error).__name__}: {error}")
    return found


def main() -> None:
    order = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Order)
    kind: Any = importlib.import_module(order.module)
    for part in order.name.split("."):
        kind = getattr(kind, part)
    told = [_hashes(kind(), setup, records) for setup, records in order.logs]
    sys.stdout.buffer.write(msgspec.msgpack.encode(told))


if __name__ == "__main__":
    main()
