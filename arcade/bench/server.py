"""The server of one window: a store and nodes of its own, all on the server's core."""

import asyncio
import secrets
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec
from django.conf import settings

from arcade.bench import machine
from arcade.bench.job import Job, Outcome
from arcade.bench.sample import Load, Sample
from arcade.chaos.nodes import Alone
from arcade.chaos.options import Options, environment, python
from arcade.chaos.store import Store

SPARE_SECONDS = 60.0
"""That a load may need beyond its window."""
SLOWEST_CONNECTS = 20
"""Sockets a second; a load that brings fewer has failed."""


class LoadFailed(RuntimeError):
    """A load generator came to no end, or to a bad one; with what it said."""


class Serving(NamedTuple):
    """Nodes that are ready, or a peer, and the processes whose CPU counts, by name."""

    ports: list[int]
    pids: dict[str, int]
    env: Mapping[str, str]


@asynccontextmanager
async def serving(folder: Path, core: int, appendfsync: str, nodes: int = 1) -> AsyncIterator[Serving]:
    """Nodes and a store as production has them, but for the limits on a crowd from one address; ended at the
    end. Their names: `node`, or `node1` and so on where there are more, and `store`.

    `folder`: of the run, with the database that `migrate` has made.
    """
    store = Store(folder / secrets.token_hex(4), appendfsync=appendfsync)
    try:
        await store.start()
        env = environment(folder, store.url, Options(seed="bench"))
        env["ARCADE_APPS"] = ",".join([*settings.ARCADE_APPS, "arcade.bench"])
        running = Alone(nodes, env, folder)
        try:
            await running.start()
            by_port = {node.port: node.pid for node in running.running()}
            names = ["node"] if nodes == 1 else [f"node{n + 1}" for n in range(nodes)]
            pids = {name: by_port[port] for name, port in zip(names, running.ports, strict=True)}
            pids["store"] = store.pid
            for pid in pids.values():
                machine.pin(pid, core)
            yield Serving(running.ports, pids, env)
        finally:
            await running.stop()
    finally:
        await store.stop()


def migrate(folder: Path) -> None:
    """Make the tables of a run's database."""
    python(environment(folder, "", Options(seed="bench")), "manage.py", "migrate", "--verbosity=0")


async def measured(load: Load, env: Mapping[str, str]) -> Sample:
    """Run a load generator to its end; LoadFailed with what it said where it did."""
    out = await _run("arcade.bench.load", msgspec.json.encode(load), load.warm + load.seconds, env)
    return msgspec.json.decode(out, type=Sample)


async def observed(job: Job, env: Mapping[str, str]) -> Outcome:
    """The same of the lean one."""
    seconds = job.warm + job.seconds + job.sockets / SLOWEST_CONNECTS
    return msgspec.json.decode(
        await _run("arcade.bench.generate", msgspec.json.encode(job), seconds, env), type=Outcome
    )


async def _run(module: str, told: bytes, seconds: float, env: Mapping[str, str]) -> bytes:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, told.decode(),
        env=dict(env), cwd=settings.BASE_DIR, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(seconds + SPARE_SECONDS):
            out, said = await process.communicate()
    except TimeoutError:
        raise LoadFailed("the load came to no end") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise LoadFailed(said.decode(errors="replace")[-4000:])
    return out.splitlines()[-1]
