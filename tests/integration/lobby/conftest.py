"""Each test of the lobby has a world of its own."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.lobby import World


@pytest.fixture
async def world(clean_redis: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator["World"]:
    """One node on an emptied Valkey; matches of rooms start at once.

    Imported late: Django is not ready when this file is read.
    """
    from lobby.rules import room as rules
    from tests.support.lobby import running_world

    monkeypatch.setattr(rules, "COUNTDOWN", 0)
    async with running_world() as world:
        yield world
