"""Take the pictures in docs/ of a page that really plays: `python -m tests.browser.screenshots`."""

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.pages import FLAGS, Visitor
from tests.support import groups
from tests.support.servers import ROOT, Server, environment, migrate
from tests.support.valkey import Valkey

DOCS = ROOT / "docs"
SIZES = {1280: 860, 390: 844}
MOST = 200_000
HISTORY = "60"
DISCS = ((4, 4), (3, 5), (5, 3), (3, 2), (4, 3), (4, 5))


def take(visitor: Visitor, name: str, width: int) -> None:
    """Write docs/<name>-<width>.png, which stays under MOST bytes."""
    path = DOCS / f"{name}-{width}.png"
    visitor.page.screenshot(path=path)
    assert path.stat().st_size < MOST, path
    assert visitor.faults == [], visitor.faults


def window(browser: Browser, url: str, width: int, scheme: str) -> Visitor:
    return Visitor(browser, url, width=width, height=SIZES[width], color_scheme=scheme)


def pictures(browser: Browser, url: str, width: int, scheme: str) -> None:
    """Home, connect four against a second window, the arena against computers."""
    ada = window(browser, url, width, scheme).sign_in("Brisk Otter")
    bela = window(browser, url, width, scheme).sign_in("Merry Lynx")
    for guest in (ada, bela):
        expect(guest.card("arena")).to_be_visible()
    ada.page.wait_for_timeout(9_000)  # the previews have played for a while
    take(ada, "home", width)

    for guest in (ada, bela):
        guest.find_match("connect-four")
    for guest in (ada, bela):
        guest.in_match()
    first, second = (ada, bela) if ada.moves_first() else (bela, ada)
    for mine, theirs in DISCS:
        first.says("Your turn")
        first.drop(mine)
        second.says("Your turn")
        second.drop(theirs)
    first.says("Your turn")
    if width > 600:
        first.page.locator("[data-column='1']").hover()
    first.page.wait_for_timeout(1_500)  # the disc has fallen
    take(first, "play-connect-four", width)
    bela.context.close()

    ada.page.get_by_role("button", name="Resign").click()
    ada.page.locator("dialog").get_by_role("button", name="Resign").click()
    ada.page.get_by_role("button", name="Home", exact=True).click()
    ada.choose("arena", "Free for all")
    ada.play_bot("arena")
    ada.in_match()
    for key, wait in (("d", 900), ("s", 700), ("a", 600), ("w", 500), ("d", 1200)):
        ada.page.keyboard.down(key)
        ada.page.wait_for_timeout(wait)
        ada.page.keyboard.up(key)
    ada.page.keyboard.down("d")
    ada.page.wait_for_timeout(9_000)
    take(ada, "play-arena", width)
    ada.context.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, Valkey() as valkey:
        database = f"sqlite:///{Path(folder) / 'db.sqlite3'}"
        env = environment(valkey.url, database, ARCADE_APPS="", ARCADE_VAR=folder)
        migrate(env)
        subprocess.run([sys.executable, "-m", "tests.support.demo", HISTORY], cwd=ROOT, env=env, check=True)
        with (
            Server("uvicorn", redis_url=valkey.url, database_url=database, ARCADE_APPS="") as server,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(executable_path=groups.chromium(), args=FLAGS)
            for width, scheme in ((1280, "light"), (390, "dark")):
                pictures(browser, server.http, width, scheme)
            browser.close()


if __name__ == "__main__":
    main()
