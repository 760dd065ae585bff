"""Each test of the lobby has a world of its own."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.lobby import World


@pytest.fixture
async def world(clean_redis: str) -> AsyncIterator["World"]:
    """One node on an emptied Valkey. Imported late: Django is not ready when this file is read."""
    from tests.support.lobby import running_world

    async with running_world() as world:
        yield world
