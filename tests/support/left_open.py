"""What a test opened is closed when it ends, or it fails: connections of threads, clients of loops."""

import asyncio
from collections.abc import Iterator

import pytest
from asgiref.sync import SyncToAsync
from django.db import connections
from pytest_asyncio import is_async_test

from arcade.infra import redis


@pytest.fixture(autouse=True)
def _no_connection_left_in_a_thread(request: pytest.FixtureRequest) -> Iterator[None]:
    """The thread that serves `sync_to_async` outlives a test; its database connection must not."""
    yield
    if {"db", "transactional_db", "django_db_setup"} & set(request.fixturenames):
        SyncToAsync.single_thread_executor.submit(connections.close_all).result(10)


@pytest.fixture
async def _client_of_the_loop() -> None:
    """Closed with its loop, when every task of the test has ended."""
    loop = asyncio.get_running_loop()
    close = loop.close

    def close_both() -> None:
        loop.run_until_complete(redis.close())
        close()

    loop.close = close_both  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _no_client_left_in_a_loop(request: pytest.FixtureRequest) -> None:
    if is_async_test(request.node):
        request.getfixturevalue("_client_of_the_loop")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Iterator[None]:
    """A client that outlives its loop keeps it alive, and nobody hears of it before the process ends."""
    yield
    left = list(redis._pools)
    redis._pools.clear()
    assert not left, f"A client of Redis is left open, of {left}: `await redis.close()` before the loop ends."
