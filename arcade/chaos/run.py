"""One run: a store, nodes, players, a nemesis; then the end of all matches, the rows, the verdict."""

import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec

from arcade.chaos import on_nodes, on_stores
from arcade.chaos.nemesis import Nemesis, Stage, Strike
from arcade.chaos.nodes import Nodes, until_ready
from arcade.chaos.nodes import noticed as nodes_noticed
from arcade.chaos.options import Options, python
from arcade.chaos.players import Player, cast
from arcade.chaos.processes import in_thread
from arcade.chaos.report import Report, judge
from arcade.chaos.scene import Scene, until
from arcade.chaos.staging import staged

CLOSING_SECONDS = 8.0
"""How long running matches may go on by themselves before their players resign; with a fault in it a run
has shown by then what it can."""
OVER_SECONDS = 60.0
"""How long it may then take until all of them are over and written down."""
STRIKES: dict[str, Strike] = on_nodes.BLOWS | on_stores.BLOWS
"""All that may be asked for, by name."""

Play = Callable[[Options, Path, Callable[[str], None]], Awaitable[Report]]


async def run(options: Options, say: Callable[[str], None], play: Play | None = None) -> Report:
    """`play`: what is played, matches where none is given.

    Everything started here is ended here; the folder of a run that fails is kept, not of one cut short.
    """
    folder = Path(os.path.abspath(options.keep or tempfile.mkdtemp(prefix="arcade-chaos-")))  # noqa: ASYNC240
    (folder / "histories").mkdir(parents=True, exist_ok=True)
    try:
        report = await (play or _run)(options, folder, say)
    except asyncio.CancelledError:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    if report.passed and not options.keep:
        shutil.rmtree(folder, ignore_errors=True)
        report.folder = None
    return report


async def _run(options: Options, folder: Path, say: Callable[[str], None]) -> Report:
    origin = time.monotonic()

    def clock() -> float:
        return round((time.monotonic() - origin) * 1000, 1)

    async with AsyncExitStack() as stack:
        stage = await stack.enter_async_context(staged(options, folder))
        nodes, env = stage.nodes, stage.env
        scene = Scene(stage.urls, folder / "histories", options.seed, clock)
        scene.spread = "gateway" in options.nemesis
        props = Stage(scene, nodes, stage.store, stage.proxy, stage.database, folder / "history.sqlite3")
        strikes = {name: STRIKES[name] for name in options.nemesis}
        nemesis = Nemesis(props, options.seed, strikes, cut=options.cut, pause=options.pause)
        stack.push_async_callback(nemesis.close)
        failures = await _play(options, scene, nemesis, nodes, say)
        losing = bool(set(options.nemesis) & set(on_stores.LOSING))
        outages = msgspec.structs.replace(nemesis.outages(clock()), losing=losing)
        ended = clock()
        await nodes.stop()
        await in_thread(python, env, "-m", "arcade.chaos.rows", str(folder / "rows.msgpack"))
    told = nodes_noticed(folder)
    for blow in nemesis.blows:
        blow.noticed = told.get(blow.node, blow.noticed)
    run_facts = {"options": options, "blows": nemesis.blows, "outages": outages, "ended": ended}
    (folder / "run.json").write_bytes(msgspec.json.format(msgspec.json.encode(run_facts)))
    (folder / "notes.txt").write_text("\n".join(scene.notes))
    say("judging …")
    return judge(folder, options, nemesis.blows, outages, ended, failures)


async def _play(
    options: Options, scene: Scene, nemesis: Nemesis, nodes: Nodes, say: Callable[[str], None]
) -> list[str]:
    """Players come, the nemesis strikes, then every match is brought to its end. Returns what failed."""
    players = cast(scene, options.matches, options.players)
    say(f"seed {options.seed}: {options.nodes} nodes, {len(players)} players, at {scene.urls[0]} …")
    tasks = {asyncio.create_task(_live(scene, player)) for player in players}
    struck: asyncio.Task[list[str]] | None = None
    failures: list[str] = []
    try:
        busy = max(2, (sum(options.players.values()) or options.matches) // 2)
        if not await until(lambda: len(scene.live) >= busy, 30):
            failures.append(f"only {len(scene.live)} matches began")
        struck = asyncio.create_task(strike(options, nemesis))
        while not struck.done():
            await asyncio.wait({struck}, timeout=10)
            say(
                f"{scene.clock() / 1000:6.0f} s  {len(scene.live)} matches on, {len(scene.matches)} in all, "
                f"{nemesis.kills} kills, {scene.acked} moves acknowledged in those that ended"
            )
        failures += struck.result()
        failures += await _close(options, scene, nodes, tasks)
    finally:
        for task in tasks | ({struck} if struck is not None else set()):
            task.cancel()
        if struck is not None:
            await asyncio.wait({struck})  # a blow puts right what it broke
        done = await asyncio.gather(*tasks, return_exceptions=True)
        failures += [f"a player failed: {e!r}" for e in done if isinstance(e, Exception)]
    return failures + nemesis.failures


async def _live(scene: Scene, player: Player) -> None:
    try:
        await player.run()
    except Exception as error:
        scene.note(f"{player.name} failed: {error!r}")
        raise


async def strike(options: Options, nemesis: Nemesis) -> list[str]:
    """Strike for as long as was asked; what fell short of the kills that were asked for."""
    if options.nemesis:
        await nemesis.run(options.kills, options.seconds)
    else:
        await asyncio.sleep(options.seconds)
    if nemesis.kills < options.kills:
        return [f"{nemesis.kills} of {options.kills} kills in {options.seconds:g} s"]
    return []


async def _close(options: Options, scene: Scene, nodes: Nodes, tasks: set[asyncio.Task[None]]) -> list[str]:
    """No more blows, no more matches: those that are on go to their end."""
    failures = [] if await until_ready(nodes.ports) else ["not all nodes were ready again"]
    scene.closing = True
    await until(lambda: not scene.live, 1 if options.fault else CLOSING_SECONDS)
    scene.resigning = True
    if not await until(lambda: all(task.done() for task in tasks), OVER_SECONDS):
        scene.note(f"at the end still on: {sorted(scene.live)}")
    return failures
