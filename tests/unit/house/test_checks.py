"""The system checks and what is asked of Redis."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from arcade import checks, newcomer, services


def test_checks_pass_as_configured() -> None:
    assert checks.secret_key() == []
    assert checks.channel_layer() == []


@pytest.mark.parametrize(
    "hosts", [["redis://x"], [{"address": "redis://x"}], [{"address": "redis://x", "socket_timeout": 5}]]
)
def test_a_socket_timeout_of_the_channel_layer_is_an_error(settings: Settings, hosts: list[object]) -> None:
    settings.CHANNEL_LAYERS = {
        "default": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": hosts}}
    }
    assert [e.id for e in checks.channel_layer()] == ["arcade.E002"]
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    assert checks.channel_layer() == []


@pytest.mark.parametrize(
    ("named", "told"), [("acme.words.judge", "acme"), ("lobby.chat.PAGE", "is no function"), ("x", "x")]
)
def test_a_word_filter_that_is_none_is_told(settings: Settings, named: str, told: str) -> None:
    settings.ARCADE_WORD_FILTER = named
    (error,) = checks.word_filter()
    assert error.id == "arcade.E003"
    assert told in error.msg
    settings.ARCADE_WORD_FILTER = "os.path.join"
    assert checks.word_filter() == []
    assert services.word_filter() is os.path.join
    settings.ARCADE_WORD_FILTER = ""
    assert checks.word_filter() == []
    assert services.word_filter() is None


def test_a_missing_secret_key_is_told(settings: Settings) -> None:
    settings.SECRET_KEY = ""
    assert [e.id for e in checks.secret_key()] == ["arcade.E001"]
    with pytest.raises(ImproperlyConfigured, match="ARCADE_SECRET_KEY"):
        checks.require_secret_key()


def test_an_unknown_durability_is_told() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import arcade.settings"], env=os.environ | {"ARCADE_DURABILITY": "disk"},
        cwd=checks.settings.BASE_DIR, capture_output=True, text=True,
    )  # fmt: skip
    assert "ARCADE_DURABILITY is 'disk'; give log or none." in done.stderr


def test_redis_that_may_lose_matches_is_warned_of(clean_redis: str) -> None:
    problem, warnings = checks.redis_problems(clean_redis)
    assert problem is None
    assert ["appendonly" in w for w in warnings] == [True]


def test_unreachable_redis_is_told_without_its_password(tmp_path: Path) -> None:
    problem, _ = checks.redis_problems("redis://:hush@127.0.0.1:1/0")
    assert problem is not None
    assert "REDIS_URL" in problem
    assert "hush" not in problem


def test_the_newcomers_key_is_made_once_and_private(tmp_path: Path) -> None:
    env = {"ARCADE_VAR": str(tmp_path / "var")}
    newcomer.prepare(env)
    path = tmp_path / "var" / "secret_key"
    assert path.stat().st_mode & 0o077 == 0
    again = {"ARCADE_VAR": str(tmp_path / "var"), "REDIS_URL": "redis://elsewhere"}
    newcomer.prepare(again)
    assert env["ARCADE_SECRET_KEY"] == again["ARCADE_SECRET_KEY"]
    assert len(env["ARCADE_SECRET_KEY"]) > 40
    assert env["REDIS_URL"].startswith("unix:")
    assert again["REDIS_URL"] == "redis://elsewhere"


@pytest.mark.parametrize(
    "wanted",
    [
        {"connect-four/hasty": {}},
        {"connect-four/standard": {"acept": 10}},
        {"chess/standard": {"accept": 10}},
        {"connect-four/standard": {"accept": "soon"}},
        {"connect-four/standard": {"window": {"start": "wide"}}},
        {"connect-four/standard": {"team_size": 2}},
        {"connect-four/standard": {"high": 3}},
        {"connect-four/standard": {"roles": {"tank": 1}}},
        {"connect-four/standard": {"region": {"names": ["mars"]}}},
    ],
)
def test_a_queue_that_cannot_be_is_told_at_the_start(settings: Settings, wanted: dict[str, Any]) -> None:
    settings.ARCADE_QUEUES = wanted
    (error,) = checks.queues()
    assert error.id == "arcade.E004"
    assert next(iter(wanted)) in error.msg


def test_a_queue_that_can_be_is_no_fault(settings: Settings) -> None:
    settings.ARCADE_QUEUES = {
        "connect-four/standard": {"accept": 10, "window": {"start": 50, "optional": None}}
    }
    assert checks.queues() == []


def test_a_region_is_where_a_browser_can_ask(settings: Settings) -> None:
    settings.ARCADE_REGIONS = {"eu": "https://eu.example.org", "here": "", "near": "/n/a"}
    assert checks.regions() == []
    settings.ARCADE_REGIONS = {"eu": "ftp://eu", "": "https://x"}
    assert [error.id for error in checks.regions()] == ["arcade.E005"] * 2
