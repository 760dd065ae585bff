"""Fixtures for all tests. Servers here are real ones, each started by and for this run.

`redis_url`, `clean_redis`   the embedded Valkey of this worker, which the settings use too
`redis7_url`                 a real redis-server (group redis7)
`postgres_url`               an empty database on a PostgreSQL of our own (group postgres)
`sqlite_url`                 a migrated SQLite file of the test's own
`server(kind, **env)`, `two_nodes`, `pair`, `caddy`     real server processes (tests/support/servers.py)
`chromium`                   the path of a Chromium (group browser)
"""

import os
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import django
import pytest
from django.conf import settings
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis

from arcade.chaos.database import Postgres
from arcade.infra.ports import free_port
from tests.support import groups
from tests.support.caddy import Caddy
from tests.support.pair import Pair
from tests.support.servers import TESTGAMES, Kind, Server, environment, migrate
from tests.support.valkey import Valkey

pytest_plugins = ["tests.support.deadline", "tests.support.left_open"]

# A busy machine is no finding. Where everything must pass, the examples are the same each time.
hypothesis.register_profile(
    "arcade", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=groups.ALL
)
hypothesis.load_profile("arcade")

_valkey: Valkey | None = None
_var: Path | None = None


def _has_workers(config: pytest.Config) -> bool:
    """Here tests are only handed out, to workers of pytest-xdist."""
    return bool(
        config.getoption("dist", "no") != "no" and config.getoption("tx") and not config.option.collectonly
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """The settings are read from the environment at import, so it is laid before Django loads."""
    global _valkey, _var
    if settings.configured:
        raise pytest.UsageError("Unset DJANGO_SETTINGS_MODULE: the tests lay an environment of their own.")
    if _has_workers(config):
        return  # its workers would inherit it, load Django with it, and all use one database
    for name in [n for n in os.environ if n.startswith("ARCADE_") and n != "ARCADE_TEST_ALL"]:
        del os.environ[name]
    _valkey = Valkey()
    _var = Path(tempfile.mkdtemp(prefix="arcade-tests-"))
    (_var / "static").mkdir()  # WhiteNoise warns where it is missing
    os.environ.pop("DATABASE_URL", None)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "arcade.settings",
        "ARCADE_SECRET_KEY": "a key for the tests alone, long enough to be taken for a real one",
        "ARCADE_VAR": str(_var),
        "ARCADE_NODE": "test",
        "ARCADE_APPS": TESTGAMES,
        "REDIS_URL": _valkey.url,
    }
    django.setup()


def pytest_unconfigure() -> None:
    if _valkey is not None:
        _valkey.stop()
    if _var is not None:
        shutil.rmtree(_var, ignore_errors=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without `-m long` what takes minutes is left out."""
    if "long" in str(config.option.markexpr):
        return
    long = [item for item in items if item.get_closest_marker("long")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if not item.get_closest_marker("long")]


def pytest_runtest_setup(item: pytest.Item) -> None:
    for name in groups.GROUPS:
        if item.get_closest_marker(name):
            groups.need(name)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Any:
    report = yield
    if groups.ALL and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped although ARCADE_TEST_ALL=1: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Any:
    report = yield
    if groups.ALL and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped although ARCADE_TEST_ALL=1: {report.longrepr}"
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Name each group that was skipped, and its remedy."""
    reasons = [str(getattr(r, "longrepr", "")) for r in terminalreporter.stats.get("skipped", [])]
    counts = Counter(name for name in groups.GROUPS for reason in reasons if f"group {name}:" in reason)
    for name, count in counts.items():
        terminalreporter.write_line(f"SKIPPED GROUP {name} ({count} tests): {groups.GROUPS[name].remedy}")


@pytest.fixture(scope="session")
def valkey() -> Valkey:
    """The embedded Valkey of this worker, running."""
    assert _valkey is not None
    if _valkey.process is None:
        _valkey.start()
    return _valkey


@pytest.fixture(scope="session")
def redis_url(valkey: Valkey) -> str:
    """Where this worker's Valkey listens; `settings.REDIS_URL` is the same."""
    return valkey.url


@pytest.fixture
def clean_redis(valkey: Valkey) -> str:
    """`redis_url`, emptied before the test."""
    with valkey.client() as client:
        client.flushall()
    return valkey.url


@pytest.fixture(scope="session")
def redis7_url() -> Iterator[str]:
    """A real redis-server on a loopback port, append-only as in production."""
    groups.need("redis7")
    with Valkey(tcp=True, appendonly=True, binary=shutil.which("redis-server")) as server:
        yield server.url


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL cluster of this worker's own."""
    groups.need("postgres")
    cluster = Postgres()
    try:
        yield cluster.start()
    finally:
        cluster.stop()


@pytest.fixture
def postgres_url(postgres: Postgres) -> str:
    """The address of a new, empty database (a `Server` over it needs `migrate`)."""
    return postgres.database()


@pytest.fixture(scope="session")
def _migrated(tmp_path_factory: pytest.TempPathFactory, redis_url: str) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "db.sqlite3"
    migrate(environment(redis_url, f"sqlite:///{path}"))
    with sqlite3.connect(path) as connection:  # all in one file, so that it can be copied
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


@pytest.fixture
def sqlite_url(_migrated: Path, tmp_path: Path) -> str:
    """A migrated, empty SQLite file of this test's own."""
    path = tmp_path / "db.sqlite3"
    shutil.copy(_migrated, path)
    return f"sqlite:///{path}"


@pytest.fixture
def server(clean_redis: str, sqlite_url: str) -> Iterator[Callable[..., Server]]:
    """`server("daphne", ARCADE_DEBUG="1")`: a running server, stopped after the test.

    Several of one test share its Redis and its database; `redis_url=`, `database_url=`, `node=` and
    `clean=` go to `Server`.
    """
    with ExitStack() as stack:

        def start(kind: Kind = "uvicorn", **options: Any) -> Server:
            where = {"redis_url": clean_redis, "database_url": sqlite_url} | options
            return stack.enter_context(Server(kind, **where))

        yield start


@pytest.fixture
def two_nodes(server: Callable[..., Server]) -> tuple[Server, Server]:
    """Two nodes under uvicorn, `n1-a` and `n2-b`, over one Redis and one database."""
    return server("uvicorn", node="n1-a"), server("uvicorn", node="n2-b")


@pytest.fixture
def pair(clean_redis: str, sqlite_url: str, tmp_path: Path) -> Iterator[Pair]:
    """Two nodes under one supervisor."""
    pair = Pair(clean_redis, sqlite_url, tmp_path / "log")
    try:
        pair.wait()
        yield pair
    finally:
        pair.end()
        print(pair.log.read_text(errors="replace"))


@pytest.fixture
def caddy(server: Callable[..., Server]) -> Iterator[Caddy]:
    """deploy/Caddyfile over two nodes, with TLS."""
    groups.need("caddy")
    behind = {"ARCADE_TLS": "1", "ARCADE_PROXY_TLS_HEADER": "1", "ARCADE_TRUSTED_PROXIES": "127.0.0.1"}
    port = free_port()
    behind["ARCADE_ALLOWED_ORIGINS"] = f"https://localhost:{port}"
    proxy = Caddy([server("uvicorn", node=node, **behind) for node in ("n1-a", "n2-b")], port)
    try:
        yield proxy.start()
    finally:
        proxy.stop()


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium."""
    groups.need("browser")
    return str(groups.chromium())
