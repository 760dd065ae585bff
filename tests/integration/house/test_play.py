"""`manage.py play` from an empty folder, as a newcomer would."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
import redis

from arcade.embedded import EmbeddedValkey
from arcade.infra.ports import free_port
from tests.support.servers import ROOT
from tests.support.waiting import gone, until


class Play:
    """A running `play` over `var`."""

    def __init__(self, var: Path, port: int | None = None, **env: str) -> None:
        self.var, self.port = var, port or free_port()
        kept = {k: v for k, v in os.environ.items() if not k.startswith("ARCADE_")}
        kept.pop("REDIS_URL", None)
        kept.pop("DATABASE_URL", None)
        self.out = var.parent / f"out-{self.port}"
        with self.out.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "play"],
                cwd=ROOT,
                env=kept | {"ARCADE_VAR": str(var), "PORT": str(self.port)} | env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    @property
    def text(self) -> str:
        return self.out.read_text(errors="replace")

    def ready(self) -> "Play":
        until(lambda: "Ctrl-C" in self.text or self.process.poll() is not None, 40)
        assert "Ctrl-C" in self.text, self.text
        return self

    def get(self, path: str, cookie: str = "") -> tuple[int, dict[str, str], str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers={"Cookie": cookie})
            answer = connection.getresponse()
            headers = {k.lower(): v for k, v in answer.getheaders()}
            return answer.status, headers, answer.read().decode(errors="replace")
        finally:
            connection.close()

    def interrupt(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(10)


@pytest.fixture
def var(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "var"
    yield folder
    if (folder / "valkey").exists():
        server = EmbeddedValkey(folder / "valkey")
        server.start()
        server.leave()


@pytest.fixture
def play(var: Path) -> Iterator[Play]:
    running = Play(var)
    try:
        yield running.ready()
    finally:
        if running.process.poll() is None:
            running.process.kill()
            running.process.wait()


def test_plays_with_nothing_set_up(play: Play) -> None:
    status, headers, body = play.get("/")
    assert status == 200
    assert "<!doctype html>" in body.lower()
    link = re.search(r"http://127\.0\.0\.1:\d+(/admin/enter/\S+)", play.text)
    assert link is not None, play.text
    status, headers, _ = play.get(link[1])
    assert (status, headers["location"]) == (302, "/admin/")
    cookie = headers["set-cookie"].partition(";")[0]
    session = next(c for c in re.findall(r"sessionid=\w+", headers["set-cookie"] + cookie))
    assert play.get("/admin/", session)[0] == 200
    assert play.get(link[1])[0] == 403
    assert (play.var / "secret_key").stat().st_mode & 0o077 == 0
    assert (play.var / "secret_key").read_text() not in play.text
    assert "Traceback" not in play.text


def test_ctrl_c_ends_all_of_it(play: Play) -> None:
    pid = EmbeddedValkey(play.var / "valkey").pid()
    assert play.interrupt() == 0
    assert "Traceback" not in play.text
    assert gone(pid)
    assert play_is_silent(play.port)


def test_kill_9_keeps_what_was_written_and_the_next_start_adopts(play: Play, var: Path) -> None:
    valkey = EmbeddedValkey(var / "valkey")
    pid = valkey.pid()
    with valkey.client() as client:
        client.xadd("kept", {"a": "b"})
    key = (var / "secret_key").read_text()
    play.process.kill()
    play.process.wait()
    until(lambda: play_is_silent(play.port))
    assert valkey.pid() == pid
    again = Play(var)
    try:
        again.ready()
        assert valkey.pid() == pid
        assert (var / "secret_key").read_text() == key
        with valkey.client() as client:
            assert client.xlen("kept") == 1
        os.kill(pid, signal.SIGKILL)
        until(lambda: _pid(valkey) not in (None, pid))
        until(lambda: again.get("/readyz")[0] == 200)
        assert again.interrupt() == 0
    finally:
        if again.process.poll() is None:
            again.process.kill()
            again.process.wait()


def test_a_taken_port_is_told_with_the_remedy(play: Play, tmp_path: Path) -> None:
    second = Play(tmp_path / "other", play.port)
    assert second.process.wait(20) != 0
    assert re.search(rf"Port {play.port} is taken. .*PORT=\d+ make play", second.text)
    assert "Traceback" not in second.text


def test_uses_the_redis_it_is_given(var: Path, redis7_url: str) -> None:
    running = Play(var, REDIS_URL=redis7_url)
    try:
        running.ready()
        assert running.get("/readyz")[0] == 200
        assert not (var / "valkey").exists()
        assert running.interrupt() == 0
    finally:
        if running.process.poll() is None:
            running.process.kill()
            running.process.wait()


def play_is_silent(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.connect()
    except OSError:
        return True
    finally:
        connection.close()
    return False


def _pid(valkey: EmbeddedValkey) -> int | None:
    try:
        return valkey.pid()
    except redis.RedisError:
        return None
