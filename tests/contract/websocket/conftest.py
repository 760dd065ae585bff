"""Servers under test, and three ways to an echo: stock uvicorn, ours by plain ASGI, and by the extension."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.support.asgi import OURS, STOCK, Served
from tests.support.raw import Raw

WAYS = {"stock": (STOCK, "/"), "ours": (OURS, "/"), "direct": (OURS, "/direct")}


@pytest.fixture(scope="module", params=["stock", "ours"])
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    """Either server, one for a file: what is true of plain ASGI wherever it runs."""
    with Served({"stock": STOCK, "ours": OURS}[request.param]) as server:
        yield server


@pytest.fixture
def ours() -> Iterator[Served]:
    """Our server, a new one for each test."""
    with Served(OURS) as server:
        yield server


@pytest.fixture(scope="package")
def _servers() -> Iterator[dict[str, Served]]:
    with Served(STOCK) as stock, Served(OURS) as ours:
        yield {"stock": stock, "ours": ours, "direct": ours}


@pytest.fixture(params=list(WAYS))
def way(request: pytest.FixtureRequest) -> str:
    """The name of the way."""
    name: str = request.param
    return name


@pytest.fixture
def raw(way: str, _servers: dict[str, Served]) -> Iterator[Callable[[], Raw]]:
    """`raw()`: a connection to the echo, its handshake done."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(Raw(_servers[way].port)).open(WAYS[way][1])
