"""How an accepted socket is ended: what is queued, then the close with its code and short name."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from autobahn.exception import Disconnected

from arcade.infra.log import get_logger
from arcade.infra.metrics import metrics
from protocol.errors import CLOSES

FLUSH_SECONDS = 1.0
TOO_SLOW = 4001
CLIENT_GONE = (OSError, Disconnected)
"""What sending to a client that has gone raises: uvicorn's is an OSError, daphne's comes from below it."""

log = get_logger(__name__)
Send = Callable[[dict[str, Any]], Awaitable[None]]


def reason_of(code: int) -> str:
    """The short name of a close code, which goes with it."""
    return CLOSES[code].name if code in CLOSES else ""


async def goodbye(
    code: int,
    send: Send,
    flush: Callable[[float], Awaitable[None]],
    writer: "asyncio.Task[None] | None",
    listen: Callable[[float], Awaitable[None]] | None = None,
) -> None:
    """Close the socket; takes at most three times `FLUSH_SECONDS`.

    `flush(seconds)` lets go out what is queued, which is left aside where the client is too slow to take it;
    `listen(seconds)` may then wait for a pause of the client. The `writer` of that queue, where it has one,
    is ended before the close, so that nothing is written after it.
    """
    metrics.closes.labels(str(code)).inc()
    if code != TOO_SLOW:
        await flush(FLUSH_SECONDS)
    if listen is not None:
        await listen(FLUSH_SECONDS)
    if writer is not None:
        writer.cancel()
    try:
        async with asyncio.timeout(FLUSH_SECONDS):
            await send({"type": "websocket.close", "code": code, "reason": reason_of(code)})
    except Exception as error:  # servers differ in what they raise when the client has gone first
        log.info("socket.gone_before_goodbye", code=code, error=repr(error))
