"""The server of one window: a store and a node of its own, both on the server's core."""

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
from arcade.bench.sample import Load, Sample
from arcade.chaos.nodes import Alone
from arcade.chaos.options import Options, environment, python
from arcade.chaos.store import Store

SPARE_SECONDS = 60.0
"""That a load may need beyond its window."""


class Serving(NamedTuple):
    """A node that is ready, and the processes whose CPU counts."""

    port: int
    node_pid: int
    store_pid: int
    env: Mapping[str, str]


@asynccontextmanager
async def serving(folder: Path, core: int, appendfsync: str) -> AsyncIterator[Serving]:
    """One node as production has it, but for the limits on a crowd from one address; ended at the end.

    `folder`: of the run, with the database that `migrate` has made.
    """
    store = Store(folder / secrets.token_hex(4), appendfsync=appendfsync)
    try:
        await store.start()
        env = environment(folder, store.url, Options(seed="bench"))
        nodes = Alone(1, env, folder)
        try:
            await nodes.start()
            pid = nodes.running()[0].pid
            machine.pin(pid, core)
            machine.pin(store.pid, core)
            yield Serving(nodes.ports[0], pid, store.pid, env)
        finally:
            await nodes.stop()
    finally:
        await store.stop()


def migrate(folder: Path) -> None:
    """Make the tables of a run's database."""
    python(environment(folder, "", Options(seed="bench")), "manage.py", "migrate", "--verbosity=0")


async def measured(load: Load, env: Mapping[str, str]) -> Sample:
    """Run a load generator to its end; RuntimeError with what it said where it failed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "arcade.bench.load", msgspec.json.encode(load).decode(),
        env=dict(env), cwd=settings.BASE_DIR, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(load.warm + load.seconds + SPARE_SECONDS):
            out, said = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise RuntimeError(said.decode(errors="replace")[-4000:])
    return msgspec.json.decode(out.splitlines()[-1], type=Sample)
