"""A node in the test's own loop, for who asks for no other."""

from collections.abc import AsyncIterator
from typing import Any

import pytest


@pytest.fixture
async def node(clean_redis: str) -> AsyncIterator[Any]:
    from tests.support.sockets import running_node  # only once Django is set up

    async with running_node() as node:
        yield node
