"""How a load's sockets come to their seats, for each wire."""

import asyncio
from collections.abc import Awaitable, Sequence

from arcade.bench import seating
from arcade.bench.client import DRAWN
from arcade.bench.http import Connection
from arcade.bench.job import Job
from arcade.bench.seats import SUBPROTOCOL, Arcade, Turns
from arcade.bench.sockets import Channels, Colyseus, Count, Socket

AT_ONCE = 50
"""Sockets opened at once."""
BATCH = 200
"""Seats prepared at once: their tickets are good for half a minute, as is the start of a match."""


async def enter(job: Job, count: Count) -> list[Socket]:
    """All players, then all watchers; they are connected, and perhaps not yet `ready`."""
    match job.dialect:
        case "arcade":
            return await _arcade(job, count)
        case "colyseus":
            return await _colyseus(job, count)
        case "channels" | "picows":
            return await _bare(job, count)
    raise ValueError(job.dialect)


async def in_turn(opening: Sequence[Awaitable[None]]) -> None:
    """Some at a time."""
    for start in range(0, len(opening), AT_ONCE):
        await asyncio.gather(*opening[start : start + AT_ONCE])


async def _arcade(job: Job, count: Count) -> list[Socket]:
    players: list[Socket] = []
    watched = ""
    per_batch = max(1, BATCH // job.seats)
    left = -(-job.clients // job.seats)
    while left:
        count_now = min(left, per_batch)
        matches = await seating.hand_over(job.game, job.mode, job.durability, job.seats, count_now)
        left -= len(matches)
        watched = watched or matches[0]
        ports = await seating.ports(matches, job.ports)
        opening = []
        for chair in await seating.chairs(matches):
            at = job.ports.index(ports[chair.match])
            if job.apart and chair.seat % 2:
                at = (at + 1) % len(job.ports)
            players.append(socket := _seat(job, count, chair))
            opening.append(socket.connect(_match_url(job.ports[at], chair), SUBPROTOCOL))
        await in_turn(opening)
    return players + await watch(job, count, watched, job.watchers)


def _seat(job: Job, count: Count, chair: seating.Chair) -> Arcade:
    if job.kind == "turns":
        return Turns(count, chair.seat, chair.match, DRAWN)
    return Arcade(count, chair.seat, chair.match)


async def watch(job: Job, count: Count, match: str, watchers: int) -> list[Socket]:
    """So many spectators of a match of ours."""
    sockets: list[Socket] = []
    (port,) = (await seating.ports([match], job.ports)).values() if watchers else (0,)
    while len(sockets) < watchers:
        more: list[Socket] = [Arcade(count, None) for _ in range(min(BATCH, watchers - len(sockets)))]
        chairs = await seating.stools(match, len(more))
        await in_turn(
            [
                socket.connect(_match_url(port, chair), SUBPROTOCOL)
                for socket, chair in zip(more, chairs, strict=True)
            ]
        )
        sockets += more
    return sockets


def _match_url(port: int, chair: seating.Chair) -> str:
    return f"ws://127.0.0.1:{port}/ws/match/{chair.match}/?ticket={chair.ticket}"


async def _colyseus(job: Job, count: Count) -> list[Socket]:
    """Rooms are made and filled by name: those that its matchmaking makes at a rush may stay half empty."""
    sockets = [Colyseus(count) for _ in range(job.sockets)]
    lines: asyncio.Queue[Connection] = asyncio.Queue()
    for _ in range(AT_ONCE):
        lines.put_nowait(Connection(job.ports[0]))
    kind = "idle" if job.kind == "idle" else "arena"
    per_room = job.seats + job.watchers

    async def join(socket: Colyseus, path: str, watch: bool) -> str:
        line = await lines.get()
        try:
            seat = await line.post(f"/matchmake/{path}", {"watch": watch, "crowd": job.watchers})
            where = f"{seat['processId']}/{seat['roomId']}?sessionId={seat['sessionId']}"
            await socket.connect(f"ws://127.0.0.1:{job.ports[0]}/{where}")
        finally:
            lines.put_nowait(line)
        return str(seat["roomId"])

    async def fill(start: int) -> None:
        room = await join(sockets[start], f"create/{kind}", False)
        others = range(start + 1, min(start + per_room, len(sockets)))
        await asyncio.gather(*(join(sockets[n], f"joinById/{room}", n >= job.clients) for n in others))

    try:
        await asyncio.gather(*(fill(start) for start in range(0, len(sockets), per_room)))
    finally:
        while not lines.empty():
            lines.get_nowait().close()
    return list(sockets)


async def _bare(job: Job, count: Count) -> list[Socket]:
    kind = Channels if job.dialect == "channels" else Socket
    sockets: list[Socket] = [kind(count) for _ in range(job.sockets)]
    room = job.seats + job.watchers
    await in_turn(
        [
            socket.connect(f"ws://127.0.0.1:{job.ports[0]}/room/{number // room}/")
            for number, socket in enumerate(sockets)
        ]
    )
    return sockets
