"""What the tests of the history share. Models are imported late: this is read before Django is set up."""

from collections.abc import Iterator
from random import Random
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.test import Client

if TYPE_CHECKING:
    from matches.engine.setup import Finished


@pytest.fixture
def api(clean_redis: str, db: None) -> Client:
    """A client that checks CSRF, as a browser's server does."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def duel(db: None) -> "Finished":
    """A recorded connect-four match of two guests."""
    from matches import results
    from tests.support.history import make_players
    from tests.support.playing import played

    end = played("connect-four", list(make_players(2)), chance=Random(1))
    results.record(end)
    return end


@pytest.fixture
def no_redis(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Redis is away: nothing listens where the settings say."""
    from django.core.cache import caches

    from arcade.infra import redis as ours

    away = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(settings, "REDIS_URL", away)
    monkeypatch.setattr(ours, "_sync", None)
    monkeypatch.setattr(settings, "CACHES", {"default": {**settings.CACHES["default"], "LOCATION": away}})
    monkeypatch.setattr(caches, "_settings", None)
    del caches["default"]
    caches._settings = caches.settings = caches.configure_settings(None)  # type: ignore[attr-defined]
    yield
    del caches["default"]
    monkeypatch.undo()
    caches._settings = caches.settings = caches.configure_settings(None)  # type: ignore[attr-defined]
