"""A player at the page, in the words of who looks at it."""

import copy
import re
from typing import Any, Self

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SECONDS = 15_000

expect.set_options(timeout=SECONDS)


class Visitor:
    """One browser window of its own. `faults` gathers what its console and its scripts complain of.

    `forgiven`: a pattern of whole complaints that the test brings about itself.
    """

    def __init__(
        self,
        browser: Browser,
        url: str,
        width: int = 1280,
        height: int = 860,
        forgiven: str | None = None,
        **options: Any,
    ) -> None:
        phone = width < 600
        self.url = url
        self.forgiven = forgiven
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, has_touch=phone, is_mobile=phone, **options
        )
        self.context.set_default_timeout(SECONDS)
        self.faults: list[str] = []
        self.page: Page = self._window()

    def _window(self) -> Page:
        page = self.context.new_page()
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        return page

    def _said(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        if self.forgiven is None or not re.fullmatch(self.forgiven, message.text):
            self.faults.append(message.text)

    def window(self) -> Self:
        """A second window of the same player, at the same address; its faults count here too."""
        other = copy.copy(self)
        other.page = self._window()
        other.page.goto(self.page.url)
        return other

    def sign_in(self, name: str, path: str = "/") -> Self:
        self.page.goto(self.url + path)
        self.page.get_by_label("Your name").fill(name)
        self.page.locator(".signin .primary").click()
        expect(self.page.locator("#who")).to_contain_text(name)
        return self

    def card(self, game: str) -> Locator:
        return self.page.locator(f"[data-game={game}]")

    def choose(self, game: str, mode: str) -> None:
        self.card(game).get_by_role("radio", name=mode).check()

    def find_match(self, game: str) -> None:
        self.card(game).get_by_role("button", name="Find a match").click()

    def play_bot(self, game: str) -> None:
        self.card(game).get_by_role("button", name="Play the bot").click()

    def in_match(self) -> None:
        expect(self.page.locator(".match .stage canvas").first).to_be_visible()

    def drop(self, column: int) -> None:
        """Drop a disc in the column, counted from 1."""
        self.page.locator(f"[data-column='{column - 1}']").click()

    def says(self, words: str) -> None:
        expect(self.page.locator(".says")).to_have_text(words)

    def moves_first(self) -> bool:
        """Once the match runs: is it this visitor's turn?"""
        expect(self.page.locator(".strip.turn")).to_have_count(1)
        return self.page.locator(".strip.me.turn").count() == 1

    def columns(self) -> list[str | None]:
        """What the board's columns hold, in words."""
        buttons = self.page.locator("[data-column]")
        return [button.get_attribute("aria-label") for button in buttons.all()]

    def result(self) -> Locator:
        return self.page.locator(".result")

    def overflow(self) -> int:
        """Pixels by which the page is wider than the window."""
        wide = int(self.page.evaluate("document.documentElement.scrollWidth"))
        assert self.page.viewport_size is not None
        return max(0, wide - self.page.viewport_size["width"])
