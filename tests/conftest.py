"""Fixtures for all tests. Servers here are real ones, each started by and for this run.

`redis_url`, `clean_redis`   the embedded Valkey of this worker, which the settings use too
`redis7_url`                 a real redis-server (group redis7)
`postgres_url`               an empty database on a PostgreSQL of our own (group postgres)
`server(kind)`, `two_nodes`, `caddy`   see tests/support/servers.py
"""

import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import pytest
from django.conf import settings
from django.utils.functional import empty

from tests.support import groups
from tests.support.valkey import Valkey

_valkey: Valkey | None = None
_var: Path | None = None


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """The settings are read from the environment at import, so it is laid before Django loads."""
    global _valkey, _var
    for name in [n for n in os.environ if n.startswith("ARCADE_") and n != "ARCADE_TEST_ALL"]:
        del os.environ[name]
    _valkey = Valkey()
    _var = Path(tempfile.mkdtemp(prefix="arcade-tests-"))
    os.environ.pop("DATABASE_URL", None)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "arcade.settings",
        "ARCADE_SECRET_KEY": "a key for the tests alone, long enough to be taken for a real one",
        "ARCADE_VAR": str(_var),
        "ARCADE_NODE": "test",
        "ARCADE_APPS": "tests.testgames",
        "REDIS_URL": _valkey.url,
    }
    if settings.configured:  # DJANGO_SETTINGS_MODULE came with the environment, as it does in an xdist worker
        sys.modules.pop(os.environ["DJANGO_SETTINGS_MODULE"], None)
        settings._wrapped = empty
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
