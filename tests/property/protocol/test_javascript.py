"""The JS client makes of the server's patches what the server meant."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from protocol.delta import diff
from protocol.messages import MAX_SAFE
from tests.property.protocol.values import pairs
from tests.support import groups

Patched = Callable[[list[tuple[Any, Any]]], list[Any]]


@pytest.fixture(scope="module")
def patched() -> Iterator[Patched]:
    """What the client makes of each (old, patch), in one process for all."""
    groups.need("node")
    command = [str(shutil.which("node")), str(Path(__file__).with_name("patcher.mjs"))]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    stdin, stdout = process.stdin, process.stdout

    def ask(olds: list[tuple[Any, Any]]) -> list[Any]:
        data = msgspec.msgpack.encode(olds)
        stdin.write(len(data).to_bytes(4, "big") + data)
        stdin.flush()
        made: list[Any] = msgspec.msgpack.decode(stdout.read(int.from_bytes(stdout.read(4), "big")))
        return made

    with process:
        yield ask
        stdin.close()


def told(value: Any) -> str:
    """As text, keys in their order, but where JavaScript has its own."""
    return json.dumps(value, sort_keys=_reordered(value))


def _reordered(value: Any) -> bool:
    if isinstance(value, dict):
        return any(key.isdecimal() or _reordered(inside) for key, inside in value.items())
    return isinstance(value, list) and any(map(_reordered, value))


def as_floats(value: Any) -> Any:
    """JavaScript knows one kind of number."""
    if isinstance(value, dict):
        return {key: as_floats(inside) for key, inside in value.items()}
    if isinstance(value, list):
        return [as_floats(inside) for inside in value]
    return float(value) + 0.0 if isinstance(value, int | float) and not isinstance(value, bool) else value


@settings(phases=[Phase.explicit, Phase.generate])  # several small cases an example: no need to shrink
@example([([MAX_SAFE - 1], [-MAX_SAFE]), ([True, False], [3, 3])])
@given(st.lists(pairs, min_size=1, max_size=10))
def test_the_client_makes_the_new_value(patched: Patched, several: list[tuple[Any, Any]]) -> None:
    cases = [(old, patch, new) for old, new in several if (patch := diff(old, new)) is not None]
    made = patched([(old, patch) for old, patch, _ in cases])
    for (_, _, new), theirs in zip(cases, made, strict=True):
        assert told(as_floats(theirs)) == told(as_floats(new))
