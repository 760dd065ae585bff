"""Each test of the lobby has a world of its own."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.lobby import World


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test has its world on both stores, unless it looks into Valkey itself (`on_valkey`)."""
    if "world" in metafunc.fixturenames:
        both = metafunc.definition.get_closest_marker("on_valkey") is None
        metafunc.parametrize("world", ["valkey", "memory"] if both else ["valkey"], indirect=True)


@pytest.fixture
async def world(
    request: pytest.FixtureRequest, clean_redis: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator["World"]:
    """One node on an emptied Valkey, or on the stores' twins in memory; matches of rooms start at once.

    Imported late: Django is not ready when this file is read.
    """
    from lobby.rules import room as rules
    from tests.support.lobby import running_world

    monkeypatch.setattr(rules, "COUNTDOWN", 0)
    async with running_world(request.param == "memory") as world:
        yield world
