"""The last look of everybody, when all is over."""

import asyncio
import contextlib

import msgspec
from arcade_client import Closed, HttpError, RequestError
from arcade_client.areas import Party

from arcade.chaos.games import GAME, MODE
from arcade.chaos.lobby import notes as n
from arcade.chaos.lobby.guest import Guest
from arcade.chaos.lobby.line import Line
from arcade.chaos.scene import until

LOOK_SECONDS = 0.8
"""Until all that a new socket is told is there."""


async def last(guest: Guest, all_looked: asyncio.Barrier) -> None:
    """Look with a new socket; when all have looked, leave the queue."""
    async with contextlib.AsyncExitStack() as stack:
        line, note = None, None
        for _ in range(5):
            try:
                line = await stack.enter_async_context(await guest.enter())
                await asyncio.sleep(LOOK_SECONDS)
                note = _looked(guest, line)
                break
            except (Closed, HttpError, RequestError) as error:
                guest.hall.note(f"{guest.name}: the last look: {error!r}")
                await asyncio.sleep(0.5)
        await all_looked.wait()
        if line is not None and note is not None:
            guest.note(msgspec.structs.replace(note, left=await _left(line, note)))


def _looked(guest: Guest, line: Line) -> n.Last:
    at, session = guest.hall.clock(), line.session
    waits = n.waits(at, session.queue) if session.queue is not None else None
    match = session.match["match"] if session.match is not None else ""
    return n.Last(at, waits, n.partied(at, session.area(Party).party), match)


async def _left(line: Line, note: n.Last) -> str:
    """What came of the wish to leave the queue."""
    try:
        if note.party is not None and note.party.phase == "queued":
            await line.stop_party()
        elif note.waits is not None:
            await line.dequeue()
    except (RequestError, Closed) as error:
        return error.code if isinstance(error, RequestError) else "closed"
    return ""


async def still_queued(guest: Guest) -> int:
    """How many the queue has, when everybody has left it: a player who comes is told so."""
    for _ in range(5):
        with contextlib.suppress(Closed, HttpError, RequestError, TimeoutError):
            async with await guest.enter() as line:
                with contextlib.suppress(RequestError):
                    await line.leave_party()
                await line.enqueue(GAME, MODE)
                if await until(lambda: line.session.queue is not None, 5):
                    queue = line.session.queue
                    await line.dequeue()
                    return queue["waiting"] - 1 if queue is not None else 0
        await asyncio.sleep(0.5)
    return -1
