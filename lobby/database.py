"""The lobby's way to the database from the event loop: a few threads of its own, off the hot path."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import OperationalError, close_old_connections

P = ParamSpec("P")
R = TypeVar("R")

THREADS = 2
"""Questions asked at once; a database connection each."""
PATIENCE = 5.0
"""Seconds until a question counts as lost. What it would change may be changed all the same."""

_threads = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="lobby")


async def ask(question: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a synchronous function of the ORM on a thread; its `django.db.Error` is raised here.

    `OperationalError` too where the database hangs.
    """

    def fresh() -> R:
        close_old_connections()
        return question(*args, **kwargs)

    try:
        async with asyncio.timeout(PATIENCE):
            return await asyncio.get_running_loop().run_in_executor(_threads, fresh)
    except TimeoutError as error:
        raise OperationalError(f"no answer in {PATIENCE:g} s") from error
