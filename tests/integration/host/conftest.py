"""A node in the test's own loop; sockets with our server's extension or without."""

from collections.abc import AsyncIterator
from typing import Any

import pytest


@pytest.fixture
async def node(clean_redis: str) -> AsyncIterator[Any]:
    from tests.support.sockets import running_node  # only once Django is set up

    async with running_node() as node:
        yield node


@pytest.fixture(params=["plain", "direct"])
def both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sockets by plain ASGI, and by the direct line that our own server offers."""
    from tests.support import sockets

    monkeypatch.setattr(sockets, "direct", request.param == "direct")
