"""One run in the lobby: nodes, squads, a nemesis; then the last look of everybody, and the verdict."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import msgspec

from arcade.chaos import on_nodes, on_stores
from arcade.chaos.games import GAME, MODE, TEAM
from arcade.chaos.lobby import blows
from arcade.chaos.lobby.guest import Guest
from arcade.chaos.lobby.hall import Hall
from arcade.chaos.lobby.last import last, still_queued
from arcade.chaos.lobby.report import report
from arcade.chaos.lobby.squad import Squad, squads
from arcade.chaos.nemesis import Nemesis, Stage, Strike
from arcade.chaos.nodes import Nodes, until_ready
from arcade.chaos.options import Options, python
from arcade.chaos.processes import in_thread
from arcade.chaos.report import Report
from arcade.chaos.run import strike
from arcade.chaos.scene import until
from arcade.chaos.staging import staged

ACCEPT = 8
"""Seconds in which the players of a match accept it."""
CALM_SECONDS = 45.0
"""Until nothing is proposed or being made any more, at most; then what there is counts as stuck."""
SETTLED_SECONDS = 2.0
LAST_SECONDS = 90.0
"""For everybody's last look."""
STRIKES: dict[str, Strike] = {
    **blows.BLOWS,
    **{name: on_nodes.BLOWS[name] for name in ("stop", "drain", "rolling")},
    **{name: on_stores.BLOWS[name] for name in ("redis-kill", "redis-restart")},
}


async def play(options: Options, folder: Path, say: Callable[[str], None]) -> Report:
    """As `arcade.chaos.run.run` wants it."""
    origin, unix = time.monotonic(), time.time() * 1000

    def clock() -> float:
        return round((time.monotonic() - origin) * 1000, 1)

    queues = {f"{GAME}/{MODE}": {"accept": ACCEPT}}
    more = {"ARCADE_QUEUES": msgspec.json.encode(queues).decode()}
    async with AsyncExitStack() as stack:
        stage = await stack.enter_async_context(staged(options, folder, more, ("arcade.chaos",)))
        hall = Hall(stage.urls, folder, options.seed, clock)
        props = Stage(hall, stage.nodes, stage.store, None, stage.database, folder / "history.sqlite3")
        strikes = {name: STRIKES[name] for name in options.nemesis}
        nemesis = Nemesis(props, options.seed, strikes, cut=options.cut, pause=options.pause)
        stack.push_async_callback(nemesis.close)
        teams = squads(hall, options.guests or 44)
        guests = [guest for team in teams for guest in team.guests]
        failures, left = await _play(options, hall, nemesis, stage.nodes, teams, say)
        await stage.nodes.stop()
        await in_thread(python, stage.env, "-m", "arcade.chaos.rows", str(folder / "rows.msgpack"))
    stories = [guest.story for guest in guests]
    for story in stories:
        lines = b"\n".join(map(msgspec.json.encode, story.notes))
        (folder / "histories" / f"{story.name.replace(' ', '-')} {story.player}.jsonl").write_bytes(lines)
    (folder / "notes.txt").write_text("\n".join(hall.notes))
    say("judging …")
    return report(options, hall, nemesis, stories, folder, unix, failures, left)


async def _play(
    options: Options, hall: Hall, nemesis: Nemesis, nodes: Nodes, teams: list[Squad],
    say: Callable[[str], None],
) -> tuple[list[str], int]:  # fmt: skip
    """Returns what failed, and how many were in the queue when all had left it."""
    guests = [guest for team in teams for guest in team.guests]
    say(f"seed {options.seed}: {options.nodes} nodes, {len(guests)} players in {len(teams)} parties …")
    loop = asyncio.get_running_loop()
    playing: set[asyncio.Task[Any]] = {loop.create_task(team.run()) for team in teams}
    failures: list[str] = []
    try:
        await until(lambda: all(guest.id for guest in guests), 60)
        there = {loop.create_task(guest.live()) for guest in guests}
        playing |= there
        if not await until(lambda: bool(hall.going), 40):
            failures.append("no match was made before the first blow")
        struck = loop.create_task(strike(options, nemesis))
        playing.add(struck)
        while not struck.done():
            await asyncio.wait({struck}, timeout=10)
            say(
                f"{hall.clock() / 1000:6.0f} s  {len(hall.on)} matches on, {len(hall.going)} in all, "
                f"{nemesis.kills} kills, {sum(guest.waiting for guest in guests)} wait"
            )
        failures += struck.result()
        failures += await _calm(options, hall, nodes, guests)
        for task in there:
            task.cancel()
        await asyncio.wait(there)
        looked = asyncio.Barrier(len(guests))
        async with asyncio.timeout(LAST_SECONDS):
            await asyncio.gather(*(last(guest, looked) for guest in guests))
        stranger = Guest(hall, 0, 1)
        await stranger.sign_in()
        left = await still_queued(stranger)
    finally:
        for task in playing:
            task.cancel()
        done = await asyncio.gather(*playing, return_exceptions=True)
        await hall.close()
        failures += [f"a player failed: {e!r}" for e in done if isinstance(e, Exception)]
    if len(guests) < 2 * TEAM:
        failures.append("too few players for a match")
    return failures + nemesis.failures, left


async def _calm(options: Options, hall: Hall, nodes: Nodes, guests: list[Guest]) -> list[str]:
    """No more blows, nobody queues any more; what is proposed or on comes to its end."""
    failures = [] if await until_ready(nodes.ports) else ["not all nodes were ready again"]
    hall.stopping = True

    def quiet() -> bool:
        queues = [guest.line.session.queue for guest in guests if guest.line is not None]
        return not hall.on and not any(queue and queue["asked"] for queue in queues)

    since = hall.clock()
    calm_since = since
    while hall.clock() - since < CALM_SECONDS * 1000:
        if not quiet():
            calm_since = hall.clock()
        elif hall.clock() - calm_since > SETTLED_SECONDS * 1000:
            break
        await asyncio.sleep(0.1)
    return failures
