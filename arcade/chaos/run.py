"""One run: a store, nodes, players, a nemesis; then the end of all matches, the rows, the verdict."""

import asyncio
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings

from arcade.chaos import checker, gateways, history, on_nodes, on_stores, rows, times
from arcade.chaos.database import Postgres
from arcade.chaos.nemesis import Nemesis, Stage, Strike
from arcade.chaos.nodes import Alone, Nodes, Supervised, until_ready
from arcade.chaos.nodes import noticed as nodes_noticed
from arcade.chaos.players import Player, Scene, cast, until
from arcade.chaos.proxy import Proxy
from arcade.chaos.store import Store
from matches.engine import registry

CLOSING_SECONDS = 8.0
"""How long running matches may go on by themselves before their players resign; with a fault in it a run
has shown by then what it can."""
OVER_SECONDS = 60.0
"""How long it may then take until all of them are over and written down."""
STRIKES: dict[str, Strike] = on_nodes.BLOWS | on_stores.BLOWS
"""All that may be asked for, by name."""


class Options(msgspec.Struct, frozen=True):
    """What a run is asked for. `kills` 0: as many as fit into `seconds`; else `seconds` is a bound."""

    seed: str
    kills: int = 0
    seconds: float = 120.0
    nodes: int = 3
    matches: int = 12
    nemesis: tuple[str, ...] = ("kill",)
    supervised: bool = False
    appendfsync: str = "always"
    fault: str = ""
    keep: str = ""
    binary: str = ""
    postgres: bool = False
    cut: tuple[float, float] = (1.0, 5.0)
    """Seconds that a cut lasts."""
    players: dict[str, int] = {}
    """Matches by kind of their players, in place of `matches`."""


class Report(msgspec.Struct):
    """`numbers` is what `--json` prints."""

    numbers: dict[str, Any]
    violations: list[checker.Violation]
    folder: Path | None
    failures: list[str]

    @property
    def passed(self) -> bool:
        return not self.violations and not self.failures


def environment(folder: Path, redis_url: str, options: Options) -> dict[str, str]:
    """Of the nodes: production's settings, with limits that a crowd from one address does not meet."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("ARCADE_") and k != "PORT"}
    raised = ("HANDSHAKES_PER_MINUTE", "HANDSHAKES_PER_PLAYER", "GUESTS_PER_MINUTE", "TICKETS_PER_MINUTE")
    env = kept | {f"ARCADE_{name}": "1000000" for name in raised}
    env |= {
        "DJANGO_SETTINGS_MODULE": "arcade.settings",
        "PYTHONPATH": os.pathsep.join([str(settings.BASE_DIR), str(client_path())]),
        "REDIS_URL": redis_url,
        "ARCADE_SOCKETS_PER_PLAYER": "1000",
        "ARCADE_SECRET_KEY": secrets.token_urlsafe(40),
        "ARCADE_VAR": str(folder),
        "ARCADE_LOG_CONSOLE": "0",
        "ARCADE_APPS": ",".join(settings.ARCADE_APPS),
    }
    env["DATABASE_URL"] = f"sqlite:///{folder / 'history.sqlite3'}"
    if options.fault:
        env |= {"ARCADE_TEST_FAULT": options.fault, "ARCADE_DEBUG": "1"}
    return env


def client_path() -> Path:
    """Where the Python client is."""
    return Path(settings.BASE_DIR) / "protocol" / "clients" / "python" / "src"


def python(env: dict[str, str], *arguments: str) -> None:
    """Run Python to its end; RuntimeError with what it said."""
    done = subprocess.run(
        [sys.executable, *arguments], env=env, cwd=settings.BASE_DIR, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)


async def run(options: Options, say: Callable[[str], None]) -> Report:
    """Everything started here is ended here; a failing run's folder is kept."""
    folder = Path(os.path.abspath(options.keep or tempfile.mkdtemp(prefix="arcade-chaos-")))  # noqa: ASYNC240
    (folder / "histories").mkdir(parents=True, exist_ok=True)
    origin = time.monotonic()

    def clock() -> float:
        return round((time.monotonic() - origin) * 1000, 1)

    store = Store(folder / "store", appendfsync=options.appendfsync, binary=options.binary)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(store.stop)
        await store.start()
        proxy = None
        if set(options.nemesis) & set(on_stores.BY_PROXY):
            proxy = await stack.enter_async_context(Proxy(store.url))
        env = environment(folder, (proxy or store).url, options)
        database = None
        if options.postgres:
            database = Postgres()
            stack.callback(database.stop)
            await asyncio.to_thread(database.start)
            env["DATABASE_URL"] = await asyncio.to_thread(database.database)
        await asyncio.to_thread(python, env, "manage.py", "migrate", "--verbosity=0")
        kind = Supervised if options.supervised else Alone
        nodes: Nodes = kind(options.nodes, env, folder)
        stack.push_async_callback(nodes.stop)
        await nodes.start()
        urls = [f"http://127.0.0.1:{port}" for port in nodes.ports]
        scene = Scene(urls, folder / "histories", options.seed, clock)
        stage = Stage(scene, nodes, store, proxy, database, folder / "history.sqlite3")
        strikes = {name: STRIKES[name] for name in options.nemesis}
        nemesis = Nemesis(stage, options.seed, strikes, options.cut)
        stack.push_async_callback(nemesis.close)
        failures = await _play(options, scene, nemesis, nodes, say)
        outages = nemesis.outages(clock())
        outages = checker.Outages(outages.spans, bool(set(options.nemesis) & set(on_stores.LOSING)))
        ended = clock()
        await nodes.stop()
        await asyncio.to_thread(python, env, "-m", "arcade.chaos.rows", str(folder / "rows.msgpack"))
    told = nodes_noticed(folder)
    for blow in nemesis.blows:
        blow.noticed = told.get(blow.node, blow.noticed)
    run_facts = {"options": options, "blows": nemesis.blows, "outages": outages, "ended": ended}
    (folder / "run.json").write_bytes(msgspec.json.format(msgspec.json.encode(run_facts)))
    (folder / "notes.txt").write_text("\n".join(scene.notes))
    say("judging …")
    report = judge(folder, options, nemesis.blows, outages, ended, failures)
    if report.passed and not options.keep:
        shutil.rmtree(folder, ignore_errors=True)
        report.folder = None
    return report


async def _play(
    options: Options, scene: Scene, nemesis: Nemesis, nodes: Nodes, say: Callable[[str], None]
) -> list[str]:
    """Players come, the nemesis strikes, then every match is brought to its end. Returns what failed."""
    players = cast(scene, options.matches, options.players)
    say(f"seed {options.seed}: {options.nodes} nodes, {len(players)} players, at {scene.urls[0]} …")
    tasks = {asyncio.create_task(_live(scene, player)) for player in players}
    failures: list[str] = []
    try:
        busy = max(2, (sum(options.players.values()) or options.matches) // 2)
        if not await until(lambda: len(scene.live) >= busy, 30):
            failures.append(f"only {len(scene.live)} matches began")
        struck = asyncio.create_task(_strike(options, nemesis))
        while not struck.done():
            await asyncio.wait({struck}, timeout=10)
            say(
                f"{scene.clock() / 1000:6.0f} s  {len(scene.live)} matches on, {len(scene.matches)} in all, "
                f"{nemesis.kills} kills, {scene.acked} moves acknowledged in those that ended"
            )
        failures += struck.result()
        failures += await _close(options, scene, nodes, tasks)
    finally:
        for task in tasks:
            task.cancel()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        failures += [f"a player failed: {e!r}" for e in done if isinstance(e, Exception)]
    return failures + nemesis.failures


async def _live(scene: Scene, player: Player) -> None:
    try:
        await player.run()
    except Exception as error:
        scene.note(f"{player.name} failed: {error!r}")
        raise


async def _strike(options: Options, nemesis: Nemesis) -> list[str]:
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


def judge(
    folder: Path,
    options: Options,
    blows: list[times.Blow],
    outages: checker.Outages,
    ended: float,
    failures: list[str],
) -> Report:
    """Read what the run left behind and say what it came to."""
    kept = rows.load(folder / "rows.msgpack")
    games = {game.name: game for game in registry.all()}
    samples, sockets = times.Samples(), gateways.Gateways()
    seen: set[str] = set()

    def matches() -> Any:
        for match, histories in history.by_match(folder / "histories"):
            seen.add(match)
            samples.add(match, histories, blows)
            sockets.add(match, histories, blows, outages)
            yield match, histories

    violations: list[checker.Violation] = []
    acked = takeovers = 0
    for verdict in checker.judge(matches(), kept, games, outages, ended):
        violations += verdict.violations
        acked += verdict.acked
        takeovers += verdict.takeovers
    violations += sockets.violations
    rewinds = sum(v.kind == "rewound" for v in violations)
    if options.appendfsync != "always" or set(options.nemesis) & set(on_stores.LOSING):
        violations = [v for v in violations if v.kind != "rewound"]
    if set(options.nemesis) & set(on_stores.LOSING):  # what the lobby told somebody may be lost as well
        waited = {row.id for row in kept.matches if row.reason == "no-show"}
        violations = [v for v in violations if v.match not in waited or v.kind not in ("aborted", "stuck")]
    counts = Counter(v.kind for v in violations)
    kills = [b for b in blows if b.counts]
    numbers = {
        "kills": len(kills),
        "matches": len(seen | {row.id for row in kept.matches}),
        "moves_acked": acked,
        **{name: counts[name] for name in checker.KINDS},
        "takeovers": takeovers,
        **times.summary(samples),
        **sockets.summary(),
        "moves_per_kill": round(acked / len(kills)) if kills else None,
        "hosted": times.told([float(len(b.matches)) for b in kills]),
        "sockets": times.told([float(b.sockets) for b in kills]),
        "in_flight": times.told([float(b.in_flight) for b in kills]),
        "away_ms": times.told([to - since for since, to in outages.spans]),
        "rewinds": rewinds,
        "blows": dict(Counter(b.kind for b in blows)),
        "seconds": round(ended / 1000, 1),
        "seed": options.seed,
        "failures": failures,
    }
    return Report(numbers, violations, folder, failures)
