"""Servers that are really killed while a page plays: the page says so, and goes on by itself."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from arcade.embedded import EmbeddedValkey
from arcade.infra.ports import free_port
from tests.browser.pages import Visitor
from tests.support.servers import ROOT, Server, children, environment
from tests.support.waiting import gone, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
PATIENCE = 30_000
LOST = (
    r"WebSocket connection to 'ws://127\.0\.0\.1:\d+/\S+' failed:[^\n]*"
    r"|Failed to load resource: net::ERR_CONNECTION_(REFUSED|RESET)"
    r"|Failed to load resource: net::ERR_EMPTY_RESPONSE"
)
"""What a browser itself writes into the console of a page whose server is away."""

HELD = """(count) => [...document.querySelectorAll("[data-column]")]
  .map((column) => parseInt(column.ariaLabel.split(", ")[1]) || 0)
  .reduce((a, b) => a + b) === count"""


def node_of(supervisor: int) -> int:
    """The process of the one node below this supervisor."""
    nodes = [
        pid
        for pid in children(supervisor)
        if b"arcade.server.run" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]
    assert len(nodes) == 1
    return nodes[0]


def kill(*pids: int) -> None:
    """`kill -9`, and wait until none is left."""
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    until(lambda: all(map(gone, pids)))


def begun(ada: Visitor) -> list[str | None]:
    """A match against the computer in which both have moved, and it is Ada's turn: the board."""
    ada.play_bot("connect-four")
    ada.in_match()
    ada.says("Your turn")
    ada.drop(4)
    discs(ada, 2 if ada.page.locator(".strip.me[data-seat='0']").count() else 3)
    ada.says("Your turn")
    return ada.columns()


def discs(ada: Visitor, count: int) -> None:
    """Wait until the board holds so many."""
    ada.page.wait_for_function(HELD, arg=count, timeout=PATIENCE)


def total(board: list[str | None]) -> int:
    return sum(int(found[1]) for label in board if (found := re.search(r", (\d) of", label or "")))


def goes_on(ada: Visitor, board: list[str | None]) -> None:
    """The page is back without a hand of the player, the board is the same, and the next move works."""
    expect(ada.page.locator(".match .bar [role=status]")).to_be_hidden(timeout=PATIENCE)
    expect(ada.page.locator("#offline")).to_be_hidden(timeout=PATIENCE)
    ada.says("Your turn")
    assert ada.columns() == board
    ada.drop(5)
    discs(ada, total(board) + 2)
    ada.says("Your turn")
    assert ada.page.evaluate("window.stayed") is True


def reconnects(ada: Visitor) -> None:
    expect(ada.page.locator(".match .bar [role=status]")).to_be_visible(timeout=PATIENCE)
    expect(ada.page.locator(".match .bar [role=status]")).to_have_text("Reconnecting…")


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Callable[[str], Visitor]]:
    """`visitor(url)`: Ada at that address, who forgives what a lost server makes her browser say."""
    made: list[Visitor] = []

    def come(url: str) -> Visitor:
        made.append(Visitor(browser, url, forgiven=LOST))
        ada = made[-1].sign_in("Ada")
        ada.page.evaluate("window.stayed = true")
        return ada

    yield come
    for ada in made:
        ada.context.close()
    assert [fault for ada in made for fault in ada.faults] == []


def test_a_killed_node_comes_back_to_the_page(
    server: Callable[..., Server], visitor: Callable[[str], Visitor]
) -> None:
    served = server("serve", clean=False)
    assert served.process is not None
    ada = visitor(served.http)
    board = begun(ada)
    kill(node_of(served.process.pid))
    reconnects(ada)
    goes_on(ada, board)


class Play:
    """`manage.py play` over a folder, that can be killed with all it started."""

    def __init__(self, var: Path) -> None:
        self.var, self.port = var, free_port()
        self.valkey = EmbeddedValkey(var / "valkey")
        self.process: subprocess.Popen[bytes] | None = None
        self.out = var.parent / "out"

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        env = environment("", "", ARCADE_VAR=str(self.var), PORT=str(self.port), ARCADE_APPS="")
        for name in ("REDIS_URL", "DATABASE_URL", "ARCADE_SECRET_KEY"):
            del env[name]
        self.out.write_bytes(b"")
        with self.out.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "play"],
                cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip
        until(lambda: "Ctrl-C" in self.out.read_text() or gone(self.process.pid), 60)  # type: ignore[union-attr]
        assert "Ctrl-C" in self.out.read_text(), self.out.read_text()

    def kill(self) -> None:
        """Supervisor, node and embedded Valkey, none with a chance to tidy up."""
        assert self.process is not None
        kill(self.process.pid, node_of(self.process.pid), self.valkey.pid())
        self.process.wait(10)
        self.process = None

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(30)
        elif self.valkey.start():
            self.valkey.leave()


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    played = Play(tmp_path / "var")
    played.start()
    yield played
    played.stop()


def test_a_whole_machine_is_killed_and_started_again(play: Play, visitor: Callable[[str], Visitor]) -> None:
    ada = visitor(play.http)
    board = begun(ada)
    play.kill()
    reconnects(ada)
    play.start()
    goes_on(ada, board)
