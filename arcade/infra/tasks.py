"""Tasks that must not end by themselves, and tasks that must end."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from arcade.infra.log import get_logger

log = get_logger(__name__)

AGAIN_SECONDS = 0.5


async def cancelled(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel until they have ended: a Redis command that completes in that moment swallows a cancellation.

    What they raised is left to their owners' callbacks.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=AGAIN_SECONDS)


async def forever(work: Callable[[], Awaitable[None]]) -> None:
    """Run until cancelled; work that fails is logged and begun anew: better than a node that is half dead."""
    while True:
        try:
            await work()
        except Exception:
            log.exception("work.failed", work=getattr(work, "__qualname__", repr(work)))
        await asyncio.sleep(AGAIN_SECONDS)
