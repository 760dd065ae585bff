"""The lobby's way to the database from the event loop: a few threads of its own, off the hot path."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import close_old_connections

P = ParamSpec("P")
R = TypeVar("R")

THREADS = 2
"""Questions asked at once; a database connection each."""

_threads = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="lobby")


async def ask(question: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a synchronous function of the ORM on a thread; its `django.db.Error` is raised here."""

    def fresh() -> R:
        close_old_connections()
        return question(*args, **kwargs)

    return await sync_to_async(fresh, thread_sensitive=False, executor=_threads)()
