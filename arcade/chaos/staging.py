"""What every run needs: a store, its proxy, a database, nodes; started here and ended here."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from arcade.chaos import on_stores
from arcade.chaos.database import Postgres
from arcade.chaos.nodes import Alone, Nodes, Supervised
from arcade.chaos.options import Options, environment, python
from arcade.chaos.processes import in_thread
from arcade.chaos.proxy import Proxy
from arcade.chaos.store import Store


class Staged(NamedTuple):
    """`proxy`: where a blow needs one; `database`: None for SQLite; `env`: what the nodes are told."""

    nodes: Nodes
    store: Store
    proxy: Proxy | None
    database: Postgres | None
    env: dict[str, str]

    @property
    def urls(self) -> list[str]:
        return [f"http://127.0.0.1:{port}" for port in self.nodes.ports]


@asynccontextmanager
async def staged(
    options: Options, folder: Path, more: Mapping[str, str] | None = None, apps: Sequence[str] = ()
) -> AsyncIterator[Staged]:
    """All of it, ready. `more` and `apps`: settings and Django apps of the nodes beside the usual."""
    store = Store(folder / "store", appendfsync=options.appendfsync, binary=options.binary)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(store.stop)
        await store.start()
        proxy = None
        if set(options.nemesis) & set(on_stores.BY_PROXY):
            proxy = await stack.enter_async_context(Proxy(store.url))
        env = environment(folder, (proxy or store).url, options) | dict(more or {})
        env["ARCADE_APPS"] = ",".join([app for app in (env["ARCADE_APPS"], *apps) if app])
        database = None
        if options.postgres:
            database = Postgres()
            stack.callback(database.stop)
            await in_thread(database.start)
            env["DATABASE_URL"] = await in_thread(database.database)
        await in_thread(python, env, "manage.py", "migrate", "--verbosity=0")
        kind = Supervised if options.supervised else Alone
        nodes: Nodes = kind(options.nodes, env, folder)
        stack.push_async_callback(nodes.stop)
        await nodes.start()
        yield Staged(nodes, store, proxy, database, env)
